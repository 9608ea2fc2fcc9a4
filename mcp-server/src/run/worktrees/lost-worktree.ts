import { existsSync } from "node:fs";
import { join } from "node:path";
import { CallerError } from "../../errors/caller-error.ts";
import { git } from "../../git/git.ts";
import { branchFacts, planBranch } from "../../git/plan-branch.ts";
import { gitFolderOf } from "../../git/work-tree.ts";
import type { PlanSlug } from "../../graph/task.ts";
import type { UnboundCommit } from "./commit-worktree.ts";
import type { CutWorktree } from "./work-record.ts";

/** Whether a folder is the top level of a worktree. One that lost its `.git` belongs to the checkout around it. */
export async function isWorktree(path: string): Promise<boolean> {
  const folder = await gitFolderOf(path);
  // Git's own folder is gone where it has pruned the worktree.
  return folder !== undefined && existsSync(join(folder, "HEAD"));
}

/**
 * What is left of a worktree that is gone: the commits on its branch.
 * @throws CallerError when there are none; GitFailed
 */
export async function commitOfLostWorktree(
  root: string,
  plan: PlanSlug,
  worktree: CutWorktree,
): Promise<UnboundCommit> {
  const { path, branch, base } = worktree;
  const branches = await branchFacts(root, [branch, planBranch(plan)]);
  const commit = branches.get(branch)?.commit;
  if (commit === undefined || commit === base) {
    throw new CallerError(
      "wrong_state",
      `Your worktree ${path} is gone or is no worktree any more, and its branch ${branch} holds no commit of yours: nothing of your work can come onto the plan's branch.`,
      'Report outcome "failed" and say in notes where your work lies, if it still does; the next attempt gets a new worktree.',
      "outcome",
    );
  }
  const changed = await git(root, ["diff", "--name-only", "--no-renames", "-z", base, commit]);
  return {
    commit,
    files: changed.split("\0").filter(Boolean),
    ...{ place: root, head: commit },
    endsMerge: false,
    planBranch: branches.get(planBranch(plan)),
  };
}
