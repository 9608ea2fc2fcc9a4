import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GitFailed, git } from "../../../git/git.ts";
import { gitFolderOf } from "../../../git/work-tree.ts";
import type { KnownServers } from "../../../policy/effects/processes-in-folder.ts";
import { endLeftProcesses } from "./left-processes.ts";
import type { PooledWorktree } from "./pooled-worktrees.ts";
import { giveBack, type PoolContext, type TakenWorktree, takeWorktree } from "./take.ts";
import { isMerged } from "./unmerged-work.ts";
import type { WorktreeUse } from "./worktree-use.ts";

export type HeldWorktree = PooledWorktree<Extract<WorktreeUse, { state: "held" }>>;

type Untaken = TakenWorktree["before"];

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
  let next: Untaken = taken.before;
  try {
    const running = await endLeftProcesses(path, known);
    if (running !== "none") return running === "used" ? "used" : "unfit";
    // Once more: until now somebody may have written there.
    if (!(await isMerged(path, head))) return "used";
    // Named, lest git finds another repository: that of the checkout around it has a HEAD as well.
    const commit = (await git(path, ["--git-dir", gitFolder, "rev-parse", "HEAD"])).trim();
    next = await detached(taken, commit);
    await letGo();
    return "freed";
  } finally {
    await giveBack(taken, next);
  }
}

/**
 * Has a worktree be nobody's in which only a command ran: what that left there is nobody's work and goes.
 * @param commit at which it was made.
 * @returns false where it cannot be used again; then it is as it was.
 */
export async function freeAfterCommand(
  ctx: PoolContext,
  held: HeldWorktree,
  commit: string,
  known: KnownServers,
): Promise<boolean> {
  const { path, gitFolder } = held;
  if (existsSync(join(gitFolder, "reftable")) || (await gitFolderOf(path)) !== gitFolder) return false;
  const taken = await takeWorktree(ctx, held);
  if (taken === undefined) return false;
  let next: Untaken = taken.before;
  try {
    if ((await endLeftProcesses(path, known)) !== "none") return false;
    const at = ["--git-dir", gitFolder, "--work-tree", path];
    const free = await detached(taken, commit);
    await git(path, [...at, "reset", "--quiet", "--hard", commit]);
    // Twice: repositories inside it, too. What git ignores goes when it is used again, but for what its set-up made.
    await git(path, [...at, "clean", "--quiet", "-d", "--force", "--force"]);
    next = free;
    return true;
  } catch (error) {
    if (error instanceof GitFailed) return false;
    throw error;
  } finally {
    await giveBack(taken, next);
  }
}

/** Has the worktree stand at a commit, on no branch. */
async function detached({ path, gitFolder, before }: TakenWorktree, head: string): Promise<Untaken> {
  await git(path, ["--git-dir", gitFolder, "update-ref", "--no-deref", "HEAD", head]);
  await writeFile(join(gitFolder, "locked"), "free: kept for the next task\n");
  return { state: "free", plan: before.plan, head, setup: before.setup };
}
