import { git } from "../../git/git.ts";
import type { AttemptId } from "../../graph/attempt.ts";
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

/** Forgets the kept commits of a landing, and those that its branch holds by now through others. */
export async function forgetLanded({ plan, root, merged }: Landing): Promise<void> {
  const landed = merged.flatMap((one) => (one.kind === "merged" ? [one] : []));
  const refs = new Set(landed.map(({ delivery }) => keptRef(plan, delivery.attempt.id)));
  const head = landed.findLast((one) => one.head !== undefined)?.head;
  if (head !== undefined) {
    const list = await git(root, [
      "for-each-ref",
      "--format=%(refname)",
      `--merged=${head}`,
      `${keptRefs(plan)}/`,
    ]);
    for (const ref of list.split("\n").filter(Boolean)) refs.add(ref);
  }
  const input = [...refs].map((ref) => `delete ${ref}\n`).join("");
  if (input !== "") await git(root, ["update-ref", "--stdin"], { input });
}
