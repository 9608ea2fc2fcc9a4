import { refreshIndex } from "../../git/commit-files.ts";
import { git } from "../../git/git.ts";
import { moveRefs } from "../../git/plan-branch.ts";
import { taskName } from "../../graph/task.ts";
import type { Landing } from "./delivery.ts";

/**
 * Moves the refs of a landing, all or none, by compare-and-swap; the user's index then shows what was committed as
 * committed. What was moved before is not moved again, and the index is brought up to date all the same.
 * @throws RefMoved when a branch stands elsewhere by now: all has to be merged again.
 */
export async function moveLanding({ plan, root, merged, moves }: Landing): Promise<void> {
  const names = merged.map(({ delivery }) => taskName(plan, delivery.task.id)).join(", ");
  await moveRefs(root, moves, `parallel: ${names}`);
  for (const one of merged) {
    if (one.kind === "gone" || !one.checkout || "skipped" in one.checkout) continue;
    await refreshIndex(root, await filesOf(root, one.checkout.commit));
  }
}

/** The files that a commit changes. */
async function filesOf(root: string, commit: string): Promise<string[]> {
  const command = [
    "diff-tree",
    "-r",
    "--no-commit-id",
    "--name-only",
    "--no-renames",
    "-z",
    "--root",
    commit,
  ];
  return (await git(root, command)).split("\0").filter(Boolean);
}
