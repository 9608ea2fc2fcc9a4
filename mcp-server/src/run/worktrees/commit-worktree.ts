import { existsSync } from "node:fs";
import { join } from "node:path";
import { CallerError } from "../../errors/caller-error.ts";
import { git } from "../../git/git.ts";
import { dropDeadLinks, untrackedRepositories, workTreeEntries } from "../../git/inner-repositories.ts";
import { commitTree, isAncestor } from "../../git/merge-tree.ts";
import { type BranchFacts, branchFacts, commitAt, planBranch } from "../../git/plan-branch.ts";
import { attemptRef } from "../../git/remote/remote-branch.ts";
import { fileWithMarkers, treeOf, untouchedFiles } from "../../git/unsolved-conflicts.ts";
import { folderOfWorkTree, operationUnderWay } from "../../git/work-tree.ts";
import type { AttemptId } from "../../graph/attempt.ts";
import type { PlanSlug } from "../../graph/task.ts";
import { shownPath } from "../../text/display-path.ts";
import { innerRepository, refuseSubmoduleWork } from "./inner-repository.ts";
import type { CutWorktree } from "./work-record.ts";

/** A worktree's work: its last commit, and the files in which it differs from the base. */
export interface WorktreeCommit {
  readonly commit: string;
  readonly files: readonly string[];
}

/** A commit of a worktree that no ref leads to yet. */
export interface UnboundCommit extends WorktreeCommit {
  /** A folder of the repository: the worktree, unless that is gone. */
  readonly place: string;
  /** Where the worktree stands: the commit itself where its agent made it. */
  readonly head: string;
  /** Whether it ends a merge. */
  readonly endsMerge: boolean;
  /** The plan's branch, as it was found. */
  readonly planBranch: BranchFacts | undefined;
}

/**
 * Makes a commit of whatever lies in an agent's worktree, on top of what the agent may have committed itself. Ignored
 * files stay where they are, and so does a repository that somebody made inside.
 * @param finished whether the work claims to be complete: then whatever was begun in git must have been finished.
 * @throws CallerError when conflicts are left in it, or work that no commit of it would hold; GitFailed
 */
export async function commitWorktree(
  plan: PlanSlug,
  worktree: CutWorktree,
  message: string,
  finished: boolean,
): Promise<UnboundCommit> {
  const { path, base, merging } = worktree;
  const [branches, entries] = await Promise.all([
    branchFacts(path, [worktree.branch, planBranch(plan)]),
    workTreeEntries(path),
  ]);
  const { commit: head, tree: before } = branchHere(branches) ?? (await headOf(path));
  const isMerging = existsSync(join(await folderOfWorkTree(path), "MERGE_HEAD"));
  const merge = isMerging ? await commitAt(path, "MERGE_HEAD") : undefined;
  const linksLeft = await dropDeadLinks(path, base, entries.links);
  // Git sees what is in a folder when the index has it as a link no more.
  const repositories = linksLeft === entries.links ? entries.repositories : await untrackedRepositories(path);
  if (finished) {
    const [nested] = repositories;
    if (nested !== undefined) throw innerRepository(nested, "your worktree");
    await refuseSubmoduleWork(path, base, linksLeft);
    if (merging !== undefined) await refuseAbandonedMerge(path, merging, merge);
    if (merge === undefined) await refuseUnfinishedOperation(path);
    const parents =
      head === base ? "" : await git(path, ["log", "--first-parent", "--format=%P", `${base}..HEAD`]);
    await refuseUnsolvedConflicts(worktree, merge, entries.unmerged, parents);
  }
  // What lies outside the part of the repository that is checked out is work like any other.
  await git(path, ["add", "--all", "--sparse", "--", ".", ...repositories.map(except)]);
  const [commit, changed] = await Promise.all([
    commitOfIndex(path, merge === undefined ? [head] : [head, merge], before, message),
    git(path, ["diff-index", "--cached", "--name-only", "--no-renames", "-z", base]),
  ]);
  return {
    commit,
    files: changed.split("\0").filter(Boolean),
    ...{ place: path, head },
    endsMerge: merge !== undefined,
    planBranch: branches.get(planBranch(plan)),
  };
}

/**
 * Has the worktree's branch lead to the commit of its work, and the ref by which git keeps what is to be delivered: both
 * or none.
 * @param delivered whose it is, if it is to be delivered.
 * @throws GitFailed, also when the worktree stands elsewhere by now
 */
export async function bindCommit(
  { commit, place, head, endsMerge }: UnboundCommit,
  delivered: { readonly plan: PlanSlug; readonly attempt: AttemptId } | undefined,
): Promise<void> {
  const lines = [
    ...(commit === head ? [] : [`update HEAD ${commit} ${head}\n`]),
    ...(delivered ? [`update ${attemptRef(delivered.plan, delivered.attempt)} ${commit}\n`] : []),
  ];
  if (lines.length > 0)
    await git(place, ["update-ref", "-m", "parallel: report", "--stdin"], { input: lines.join("") });
  if (endsMerge) await git(place, ["merge", "--quit"]);
}

function branchHere(branches: ReadonlyMap<string, BranchFacts>): BranchFacts | undefined {
  return [...branches.values()].find(({ isHere }) => isHere);
}

/** Where a worktree stands whose agent has checked out something else. */
async function headOf(path: string): Promise<Pick<BranchFacts, "commit" | "tree">> {
  const [commit = "", tree = ""] = (await git(path, ["rev-parse", "HEAD", "HEAD^{tree}"])).split("\n");
  return { commit, tree };
}

/** @returns what it stands on already where the index holds nothing else. */
async function commitOfIndex(
  path: string,
  parents: readonly [head: string, merged?: string],
  before: string,
  message: string,
): Promise<string> {
  const tree = (await git(path, ["write-tree"])).trim();
  const [head, merged] = parents;
  if (tree === before && merged === undefined) return head;
  return commitTree(path, tree, merged === undefined ? [head] : [head, merged], message);
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
