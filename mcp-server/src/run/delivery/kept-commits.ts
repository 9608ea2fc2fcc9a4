import { GitFailed, git } from "../../git/git.ts";
import { removeAttempts } from "../../git/remote/remote-branch.ts";
import type { AttemptId } from "../../graph/attempt.ts";
import { purposeOf } from "../../graph/purpose.ts";
import type { PlanSlug } from "../../graph/task.ts";
import type { Landing } from "./delivery.ts";

/** Refs of accepted commits that no branch holds yet: git keeps them, and whoever looks finds them by name. */
function keptRefs(plan: PlanSlug): string {
  return `refs/parallel-attempts/${plan}`;
}

/** The ref that keeps the commit of an attempt until a branch holds it. */
export function keptRef(plan: PlanSlug, attempt: AttemptId): string {
  return `${keptRefs(plan)}/${attempt}`;
}

/** Keeps a commit whose report is about to be accepted. @throws GitFailed */
export async function keepCommit(
  root: string,
  plan: PlanSlug,
  attempt: AttemptId,
  commit: string,
): Promise<void> {
  await git(root, ["update-ref", keptRef(plan, attempt), commit]);
}

/**
 * Forgets the kept commits that a landing has brought onto the plan's branch with others that build on them, on the
 * remote too. Those that the remote cannot be told of stay here, so that the next landing finds them.
 */
export async function forgetLanded({ plan, root, merged, remote }: Landing): Promise<void> {
  const landed = merged.flatMap((one) => (one.kind === "merged" ? [one] : []));
  const head = landed.findLast((one) => one.head !== undefined)?.head;
  // What did not go together with the branch comes there by a merge of its own.
  const bringsOthers = landed.some(
    ({ found, delivery }) => found || purposeOf(delivery.task)?.kind === "merge",
  );
  if (head === undefined || !bringsOthers) return;
  await forgetKept(root, plan, head, remote !== undefined);
}

/**
 * Forgets the kept commits that a commit of the plan's branch contains.
 * @param onRemote whether the remote may have some.
 */
export async function forgetKept(
  root: string,
  plan: PlanSlug,
  head: string,
  onRemote: boolean,
): Promise<void> {
  const list = ["for-each-ref", "--format=%(refname)", `--merged=${head}`, `${keptRefs(plan)}/`];
  const refs = (await git(root, list)).split("\n").filter(Boolean);
  if (refs.length === 0 || (onRemote && !(await areForgotten(root, refs)))) return;
  await git(root, ["update-ref", "--stdin"], { input: refs.map((ref) => `delete ${ref}\n`).join("") });
}

async function areForgotten(root: string, refs: readonly string[]): Promise<boolean> {
  try {
    await removeAttempts(root, refs);
    return true;
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    return false;
  }
}
