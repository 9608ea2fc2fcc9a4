import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { GitFailed, git } from "../../../git/git.ts";
import type { PooledWorktree } from "./pooled-worktrees.ts";
import { removeFolder } from "./remove-all-but.ts";

/**
 * Removes a worktree in which there is nothing of anybody, with all that it keeps. What cannot be removed stays, and is
 * never given to anybody.
 */
export async function removeWorktree(
  root: string,
  { path, gitFolder }: Pick<PooledWorktree, "path" | "gitFolder">,
): Promise<boolean> {
  try {
    if (existsSync(path)) await removeFolder(path);
    // Twice: also when it is locked. Git removes its own folder of a worktree that is gone.
    await git(root, ["worktree", "remove", "--force", "--force", path]);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!(error instanceof GitFailed) && code === undefined) throw error;
    if (existsSync(path)) return false;
    await rm(gitFolder, { recursive: true, force: true });
    return true;
  }
}
