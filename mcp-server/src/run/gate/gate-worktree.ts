import { existsSync, realpathSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { git } from "../../git/git.ts";
import type { PlanSlug } from "../../graph/task.ts";
import { WORKTREE_FOLDER } from "../../host/worktree-folder.ts";
import type { RunContext } from "../project/run-context.ts";
import { excludeWorktrees } from "../worktrees/own-worktree.ts";

/**
 * Does work in a worktree of its own that stands at a commit, on no branch, and removes it. What a run whose server
 * was killed has left goes, too: only one gate of a plan is run at a time.
 * @param run the number of the gate's run.
 * @param work gets the worktree's real path.
 * @throws GitFailed when there can be no worktree.
 */
export async function inGateWorktree<T>(
  ctx: RunContext,
  plan: PlanSlug,
  run: number,
  commit: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const { root } = ctx.checkout;
  const folder = join(root, WORKTREE_FOLDER);
  await excludeWorktrees(ctx.checkout);
  await mkdir(folder, { recursive: true });
  // A point is in no plan's name and in no other worktree's.
  const prefix = `gate.${plan}.`;
  for (const name of await readdir(folder)) {
    if (name.startsWith(prefix)) await remove(root, join(folder, name));
  }
  const place = join(folder, `${prefix}${run}`);
  try {
    const why = `the gate of ${plan} runs in it`;
    await git(root, ["worktree", "add", "--quiet", "--detach", "--lock", "--reason", why, place, commit]);
    return await work(realpathSync(place));
  } finally {
    await remove(root, place);
  }
}

/** Nothing that anybody works on lies there. */
async function remove(root: string, place: string): Promise<void> {
  await rm(place, { recursive: true, force: true, maxRetries: 3 });
  const list = await git(root, ["worktree", "list", "--porcelain", "-z"]);
  if (!list.split("\0").includes(`worktree ${place}`)) return;
  // Git does not prune what is locked.
  await git(root, ["worktree", "unlock", place]).catch(() => undefined);
  if (!existsSync(place)) await git(root, ["worktree", "prune"]);
}
