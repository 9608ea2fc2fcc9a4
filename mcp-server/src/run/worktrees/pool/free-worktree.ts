import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { git } from "../../../git/git.ts";
import { gitFolderOf } from "../../../git/work-tree.ts";
import type { KnownServers } from "../../../policy/effects/processes-in-folder.ts";
import { endLeftProcesses } from "./left-processes.ts";
import type { PooledWorktree } from "./pooled-worktrees.ts";
import { giveBack, type PoolContext, takeWorktree } from "./take.ts";
import { isMerged } from "./unmerged-work.ts";
import type { WorktreeUse } from "./worktree-use.ts";

export type HeldWorktree = PooledWorktree<Extract<WorktreeUse, { state: "held" }>>;

/**
 * Has a worktree be nobody's, for the next task: its attempt is over, and everything in it is on the plan's branch.
 * @param head the commit of the plan's branch.
 * @param letGo logs that the worktree is not the attempt's any more. From then on nobody looks for its work there.
 * @returns what became of it: else than freed it is as it was, because somebody works there or has it now (`used`), or
 *   because it cannot be used again.
 */
export async function freeWorktree(
  ctx: PoolContext,
  held: HeldWorktree,
  head: string,
  known: KnownServers,
  letGo: () => Promise<void>,
): Promise<"freed" | "used" | "unfit"> {
  const { path, gitFolder } = held;
  // There git keeps the worktree's HEAD in a table that we do not write.
  if (existsSync(join(gitFolder, "reftable")) || (await gitFolderOf(path)) !== gitFolder) return "unfit";
  const taken = await takeWorktree(ctx, held);
  if (taken === undefined) return "used";
  const { plan, setup } = taken.before;
  let next: WorktreeUse & { state: "held" | "free" } = taken.before;
  try {
    const running = await endLeftProcesses(path, known);
    if (running !== "none") return running === "used" ? "used" : "unfit";
    // Once more: until now somebody may have written there.
    if (!(await isMerged(path, head))) return "used";
    // Named, lest git finds another repository: that of the checkout around it has a HEAD as well.
    const at = ["--git-dir", gitFolder];
    const commit = (await git(path, [...at, "rev-parse", "HEAD"])).trim();
    await git(path, [...at, "update-ref", "--no-deref", "HEAD", commit]);
    await writeFile(join(gitFolder, "locked"), "free: kept for the next task\n");
    await letGo();
    next = { state: "free", plan, head: commit, setup };
    return "freed";
  } finally {
    await giveBack(taken, next);
  }
}
