import type { PlanSlug } from "../../graph/task.ts";
import { GitFailed, git } from "../git.ts";
import { attemptRef, attemptRefs, removeAttempts } from "./remote-branch.ts";

/** Keeps the commit of an attempt until a branch holds it: git keeps it, and whoever looks finds it by name. @throws GitFailed */
export async function keepCommit(
  root: string,
  plan: PlanSlug,
  attempt: number,
  commit: string,
): Promise<void> {
  await git(root, ["update-ref", attemptRef(plan, attempt), commit]);
}

/**
 * Forgets the kept commits that a commit of the plan's branch contains. Those that the remote cannot be told of stay
 * here, so that they are found the next time.
 * @param onRemote whether the remote may have some, too.
 * @throws GitFailed
 */
export async function forgetCommitsIn(
  root: string,
  plan: PlanSlug,
  head: string,
  onRemote: boolean,
): Promise<void> {
  const list = ["for-each-ref", "--format=%(refname)", `--merged=${head}`, attemptRefs(plan)];
  const refs = (await git(root, list)).split("\n").filter(Boolean);
  if (refs.length === 0 || (onRemote && !(await areRemoved(root, refs)))) return;
  await git(root, ["update-ref", "--stdin"], { input: refs.map((ref) => `delete ${ref}\n`).join("") });
}

async function areRemoved(root: string, refs: readonly string[]): Promise<boolean> {
  try {
    await removeAttempts(root, refs);
    return true;
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    return false;
  }
}
