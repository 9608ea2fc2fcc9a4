import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CallerError } from "../../errors/caller-error.ts";
import { git } from "../../git/git.ts";
import { commitTree, isAncestor } from "../../git/merge-tree.ts";
import { commitAt } from "../../git/plan-branch.ts";
import { undefinedIfMissing } from "../project/inside-checkout.ts";
import type { CutWorktree } from "./worktree.ts";

/** A worktree's work: its last commit, and the files in which it differs from the base. */
export interface WorktreeCommit {
  readonly commit: string;
  readonly files: readonly string[];
}

const MARKER = /^(<{7}|>{7}|\|{7})( |$)/m;

/**
 * Commits whatever lies in an agent's worktree, on top of what the agent may have committed itself. Ignored files
 * stay where they are.
 * @param finished whether the work claims to be complete: then a merge that was begun must have been finished.
 * @throws CallerError when conflicts are left in it, GitFailed
 */
export async function commitWorktree(
  worktree: CutWorktree,
  message: string,
  finished: boolean,
): Promise<WorktreeCommit> {
  const { path, base, merging } = worktree;
  const merge = await commitAt(path, "MERGE_HEAD");
  if (finished && merging !== undefined) await refuseUnfinishedMerge(worktree, merge);
  await git(path, ["add", "--all"]);
  const tree = (await git(path, ["write-tree"])).trim();
  const head = (await git(path, ["rev-parse", "HEAD"])).trim();
  const before = (await git(path, ["rev-parse", "HEAD^{tree}"])).trim();
  let commit = head;
  if (tree !== before || merge !== undefined) {
    commit = await commitTree(path, tree, merge === undefined ? [head] : [head, merge], message);
    await git(path, ["update-ref", "-m", "parallel: report", "HEAD", commit, head]);
    if (merge !== undefined) await git(path, ["merge", "--quit"]);
  }
  const changed = await git(path, ["diff", "--name-only", "--no-renames", "-z", base, commit]);
  return { commit, files: changed.split("\0").filter(Boolean) };
}

async function refuseUnfinishedMerge(
  { path, merging = "" }: CutWorktree,
  merge: string | undefined,
): Promise<void> {
  if (merge === undefined && !(await isAncestor(path, merging, "HEAD"))) {
    throw new CallerError(
      "wrong_state",
      `The merge of ${merging.slice(0, 12)} was given up: your worktree holds nothing of it.`,
      `Run git merge --no-commit ${merging.slice(0, 12)} in your worktree, solve the conflicts, and report again.`,
      "outcome",
    );
  }
  const unmerged = await git(path, ["diff", "--name-only", "--diff-filter=U", "-z"]);
  for (const file of new Set(unmerged.split("\0").filter(Boolean))) {
    const text = (await readFile(join(path, file), "utf8").catch(undefinedIfMissing)) ?? "";
    if (!MARKER.test(text)) continue;
    throw new CallerError(
      "wrong_state",
      `${file} still holds conflict markers.`,
      "Solve every conflict, keeping what both sides want, and report again.",
      "outcome",
    );
  }
}
