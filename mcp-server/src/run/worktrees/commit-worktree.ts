import { existsSync } from "node:fs";
import { join } from "node:path";
import { CallerError } from "../../errors/caller-error.ts";
import { git } from "../../git/git.ts";
import { dropDeadLinks, indexEntries, untrackedRepositories } from "../../git/inner-repositories.ts";
import { commitTree, isAncestor } from "../../git/merge-tree.ts";
import { commitAt } from "../../git/plan-branch.ts";
import { fileWithMarkers, treeOf, untouchedFiles } from "../../git/unsolved-conflicts.ts";
import { folderOfWorkTree, operationUnderWay } from "../../git/work-tree.ts";
import { shownPath } from "../../text/display-path.ts";
import { innerRepository, refuseSubmoduleWork } from "./inner-repository.ts";
import type { CutWorktree } from "./work-record.ts";

/** A worktree's work: its last commit, and the files in which it differs from the base. */
export interface WorktreeCommit {
  readonly commit: string;
  readonly files: readonly string[];
}

/**
 * Commits whatever lies in an agent's worktree, on top of what the agent may have committed itself. Ignored files
 * stay where they are, and so does a repository that somebody made inside.
 * @param finished whether the work claims to be complete: then whatever was begun in git must have been finished.
 * @throws CallerError when conflicts are left in it, or work that no commit of it would hold; GitFailed
 */
export async function commitWorktree(
  worktree: CutWorktree,
  message: string,
  finished: boolean,
): Promise<WorktreeCommit> {
  const { path, base, merging } = worktree;
  const [head = "", before = ""] = (await git(path, ["rev-parse", "HEAD", "HEAD^{tree}"])).split("\n");
  const isMerging = existsSync(join(await folderOfWorkTree(path), "MERGE_HEAD"));
  const merge = isMerging ? await commitAt(path, "MERGE_HEAD") : undefined;
  const { links, unmerged } = await indexEntries(path);
  const linksLeft = await dropDeadLinks(path, base, links);
  const repositories = await untrackedRepositories(path);
  if (finished) {
    const [nested] = repositories;
    if (nested !== undefined) throw innerRepository(nested, "your worktree");
    await refuseSubmoduleWork(path, base, linksLeft);
    if (merging !== undefined) await refuseAbandonedMerge(path, merging, merge);
    if (merge === undefined) await refuseUnfinishedOperation(path);
    const parents =
      head === base ? "" : await git(path, ["log", "--first-parent", "--format=%P", `${base}..HEAD`]);
    await refuseUnsolvedConflicts(worktree, merge, unmerged, parents);
  }
  // What lies outside the part of the repository that is checked out is work like any other.
  await git(path, ["add", "--all", "--sparse", "--", ".", ...repositories.map(except)]);
  const tree = (await git(path, ["write-tree"])).trim();
  const isChanged = tree !== before || merge !== undefined;
  const [commit, changed] = await Promise.all([
    isChanged ? commitOnHead(path, tree, merge === undefined ? [head] : [head, merge], message) : head,
    git(path, ["diff", "--name-only", "--no-renames", "-z", base, tree]),
  ]);
  if (merge !== undefined) await git(path, ["merge", "--quit"]);
  return { commit, files: changed.split("\0").filter(Boolean) };
}

async function commitOnHead(
  path: string,
  tree: string,
  parents: readonly [head: string, merged?: string],
  message: string,
): Promise<string> {
  const commit = await commitTree(
    path,
    tree,
    parents.filter((parent) => parent !== undefined),
    message,
  );
  await git(path, ["update-ref", "-m", "parallel: report", "HEAD", commit, parents[0]]);
  return commit;
}

function except(folder: string): string {
  return `:(exclude,literal)${folder}`;
}

async function refuseAbandonedMerge(path: string, merging: string, merge: string | undefined): Promise<void> {
  if (merge !== undefined || (await isAncestor(path, merging, "HEAD"))) return;
  throw unfinished(
    `The merge of ${merging.slice(0, 12)} was given up: your worktree holds nothing of it.`,
    `Run git merge --no-commit ${merging.slice(0, 12)} in your worktree, solve the conflicts, and report again.`,
  );
}

/** Half a rebase would be taken for all of it. */
async function refuseUnfinishedOperation(path: string): Promise<void> {
  const underWay = await operationUnderWay(path);
  if (underWay === undefined) return;
  const [, name] = underWay.split(" ");
  throw unfinished(
    `In your worktree ${underWay} is under way.`,
    `Solve what is in conflict, finish with git ${name} --continue, and report again.`,
  );
}

/**
 * Conflicts that the merges of a worktree left: the one that the task was given, and those that its agent made itself.
 * The index does not tell of all of them: staging a file says nothing about what is in it.
 * @param unmerged files that nobody has staged.
 * @param parents of what was committed since the base, a line for each commit.
 */
async function refuseUnsolvedConflicts(
  { path, base }: CutWorktree,
  merge: string | undefined,
  unmerged: readonly string[],
  parents: string,
): Promise<void> {
  const merged = parents.split("\n").flatMap((line) => line.split(" ").slice(1));
  if (merge !== undefined) merged.push(merge);
  const isMerge = merged.length > 0;
  if (!isMerge && unmerged.length === 0) return;
  const tree = await treeOf(path);
  const where = isMerge ? [] : unmerged;
  const marked = await fileWithMarkers(path, tree, [base, ...merged], where);
  if (marked !== undefined) {
    throw unfinished(
      `${shownPath(marked)} still holds conflict markers.`,
      "Solve every conflict, keeping what both sides want, and report again.",
    );
  }
  if (merge === undefined || unmerged.length === 0) return;
  const [untouched] = await untouchedFiles(path, "HEAD", merge, tree, unmerged);
  if (untouched === undefined) return;
  throw unfinished(
    `${shownPath(untouched)} is still in conflict, and nobody has decided what becomes of it: it has no conflict markers, because it is no text or one side has removed or renamed it.`,
    "Look at both sides (git show HEAD:FILE, git show MERGE_HEAD:FILE), make the file what it should be, or leave it as it is, say that this is decided with git add in your worktree, and report again.",
  );
}

function unfinished(problem: string, remedy: string): CallerError {
  return new CallerError("wrong_state", problem, remedy, "outcome");
}
