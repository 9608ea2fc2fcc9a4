import { CallerError } from "../../errors/caller-error.ts";
import { commitFiles, operationUnderWay } from "../../git/commit-files.ts";
import { commitMessage } from "../../git/commit-message.ts";
import { changedFiles, GitFailed, git } from "../../git/git.ts";
import { isAncestor, type Merge, prepareMerge } from "../../git/merge-tree.ts";
import { commitAt, type RefMove, refuseCheckedOut } from "../../git/plan-branch.ts";
import { isLive, type Report } from "../../graph/attempt.ts";
import type { Task, TaskId } from "../../graph/task.ts";
import { ownFiles, ownFilesInOrder } from "../../policy/own-files.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { type ClaimByToken, isRefusal, type TokenRefusal } from "../attempts/claim-by-token.ts";
import { isolationsOf } from "../attempts/isolations-of.ts";
import { attemptNumber } from "../attempts/start-attempt.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import type { PlanTransaction } from "../plan/plan-transaction.ts";
import { type GraphView, type PlanView, readGraph } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";
import type { AttemptAtWork } from "../worktrees/attempt-at-work.ts";
import type { WorktreeCommit } from "../worktrees/commit-worktree.ts";
import { conflictTask } from "../worktrees/conflict-task.ts";
import { innerRepository, leftInside, reportedInside } from "../worktrees/inner-repository.ts";
import { filesOfOthers, type WorkRecord, workRecord } from "../worktrees/work-record.ts";
import { worktreeWork } from "../worktrees/worktree-work.ts";

/** Commits and ref updates that accompany a report. */
export interface PreparedWork {
  readonly work: WorktreeCommit;
  readonly leftOut: readonly string[];
  /** Those of the files left out that only others changed. */
  readonly byOthers: readonly string[];
  readonly merge: Merge | undefined;
  /** On the plan's branch, the commits that touched the files in conflict. */
  readonly others: readonly string[];
  /** The user's branch, where the policy wants the task committed there. */
  readonly commitMove: RefMove | undefined;
  readonly skipped: string | undefined;
}

interface Claimed {
  readonly loaded: LoadedPlan;
  readonly task: Task;
  readonly attempt: AttemptAtWork;
  readonly offeredAtMs: number;
  readonly record: WorkRecord;
  readonly ofOthers: (task: TaskId) => ReadonlySet<string>;
}

/**
 * Commits the work of a claim, and looks how it merges. Nothing that anybody sees has changed afterwards; `applyWork` does
 * that in the transaction of the report.
 * @param claimIn finds the claim, by whatever speaks for it.
 * @returns undefined where there is nothing to commit, or no such claim.
 * @throws CallerError when the work cannot be taken as it is.
 */
export async function prepareWork(
  ctx: RunContext,
  store: GraphStore,
  claimIn: (view: GraphView) => Promise<ClaimByToken<PlanView> | TokenRefusal>,
  report: Report,
): Promise<PreparedWork | undefined> {
  if (ctx.checkout.gitCommonDir === undefined) return undefined;
  const claimed = await readGraph(ctx, store, async (view): Promise<Claimed | undefined> => {
    const found = await claimIn(view);
    if (isRefusal(found)) return undefined;
    const { loaded, task } = found;
    const { claim } = found.held;
    if (!isLive(claim) || (claim.isolation !== "worktree" && !isCommitted(loaded))) return undefined;
    const attempt = { ...claim, number: attemptNumber(loaded, claim) };
    const [record, ofOthers] = [await workRecord(loaded), await filesOfOthers(loaded)];
    return { loaded, task, attempt, offeredAtMs: claim.offeredAtMs, record, ofOthers };
  });
  if (!claimed) return undefined;
  try {
    return claimed.attempt.isolation === "worktree"
      ? await fromWorktree(ctx, claimed, report)
      : await fromCheckout(ctx, claimed, report);
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    throw new CallerError(
      "wrong_state",
      `Your work could not be committed: ${error.message}`,
      "Nothing is lost. Fix it if the cause is in your files and report again; else report failed.",
      "outcome",
    );
  }
}

async function fromWorktree(
  ctx: RunContext,
  { loaded, task, attempt, offeredAtMs, record }: Claimed,
  report: Report,
): Promise<PreparedWork | undefined> {
  const worktree = record.cut.get(attempt.id);
  const completed = report.outcome === "completed";
  const message = commitMessage(loaded.stored.slug, task, attempt.number, report);
  const at = { plan: loaded.stored.slug, task, worktree, attempt, offeredAtMs, claims: loaded.graph.claims };
  const work = await worktreeWork(ctx, at, report, message);
  if (!worktree || !work) return undefined;
  const nothing = { leftOut: [], byOthers: [], commitMove: undefined, skipped: undefined };
  // What failed is kept on its own branch; only what is complete is merged.
  if (!completed) return { ...nothing, work, merge: undefined, others: [] };
  return { ...nothing, work, ...(await mergeOf(ctx, loaded, work.commit, message, worktree.base)) };
}

async function fromCheckout(
  ctx: RunContext,
  { loaded, task, attempt, record, ofOthers }: Claimed,
  report: Report,
): Promise<PreparedWork | undefined> {
  const { root } = ctx.checkout;
  if (report.outcome !== "completed") return undefined;
  const { policy } = loaded;
  const isForBranch = isolationsOf(loaded).usesWorktrees;
  const changed = await changedFiles(root);
  const inside = await reportedInside(root, report);
  if (isForBranch && inside?.kind === "repository") throw innerRepository(inside.folder, "your checkout");
  const ended = loaded.graph.claims.filter((claim) => claim.state === "ended");
  const earlier = new Set([
    ...[...record.committed.values()].flatMap((line) => line.files),
    ...ownFilesInOrder(ended, changed, record.seen, ofOthers, ctx.caseInsensitive).flatMap(
      ({ files, byOthers }) => [...files, ...byOthers],
    ),
  ]);
  const known = {
    before: record.seen.get(attempt.id),
    ofThePlan: earlier,
    ofOthers: ofOthers(task.id),
  };
  const own = ownFiles(attempt, report.filesChanged, changed, known, ctx.caseInsensitive);
  const head = await commitAt(root, "HEAD");
  if (head === undefined || (own.files.length + own.leftOut.length === 0 && !inside)) return undefined;
  const message = commitMessage(loaded.stored.slug, task, attempt.number, report);
  const parent = policy.commit === "task" ? head : await lastFromCheckout(root, record, head);
  const commit = own.files.length === 0 ? undefined : await commitFiles(root, parent, own.files, message);
  const underWay = policy.commit === "task" ? await operationUnderWay(root) : undefined;
  const moves = policy.commit === "task" && commit !== undefined && underWay === undefined;
  return {
    work: { commit: commit ?? head, files: own.files },
    leftOut: own.leftOut,
    byOthers: own.byOthers,
    commitMove: moves ? { ref: "HEAD", from: head, to: commit } : undefined,
    skipped: underWay
      ? `${task.id} was not committed: ${underWay} is under way in the checkout.`
      : inside && leftInside(task.id, inside),
    ...(isForBranch && commit !== undefined
      ? await mergeOf(ctx, loaded, commit, message, parent)
      : { merge: undefined, others: [] }),
  };
}

/**
 * The last commit of the plan's work in the shared checkout, which no branch of the user has: the next one builds on
 * it, or both would bring the same change and conflict.
 */
async function lastFromCheckout(root: string, record: WorkRecord, head: string): Promise<string> {
  const last = [...record.committed.values()].findLast(
    ({ attempt, files }) => !record.cut.has(attempt) && files.length > 0,
  );
  return last && (await isAncestor(root, head, last.commit)) ? last.commit : head;
}

/** Whether what a task changes in the shared checkout is committed with its report, to whatever branch. */
function isCommitted(loaded: LoadedPlan): boolean {
  return loaded.policy.commit === "task" || isolationsOf(loaded).usesWorktrees;
}

async function mergeOf(
  ctx: RunContext,
  loaded: LoadedPlan,
  commit: string,
  message: string,
  base: string,
): Promise<{ merge: Merge; others: readonly string[] }> {
  const { root } = ctx.checkout;
  const { slug } = loaded.stored;
  await refuseCheckedOut(root, slug);
  const merge = await prepareMerge(root, slug, commit, `Merge ${message}`);
  if (merge.kind !== "conflict") return { merge, others: [] };
  const range = ["--format=%H", "--no-merges", `${base}..${merge.head}`, "--", ...merge.files];
  const touched = await git(root, ["log", ...range], { env: { GIT_LITERAL_PATHSPECS: "1" } });
  return { merge, others: touched.split("\n").filter(Boolean) };
}

/**
 * Logs the prepared work, inside the transaction of the report; a conflict becomes a task.
 * @returns the refs that have to move for it to be true.
 */
export async function applyWork(
  plan: PlanTransaction,
  attempt: AttemptAtWork,
  prepared: PreparedWork,
  summary: string,
): Promise<RefMove[]> {
  const { work, leftOut, byOthers, merge, others, commitMove, skipped } = prepared;
  const at = { task: attempt.task, attempt: attempt.id };
  plan.append({ type: "work.committed", ...at, ...work, leftOut, ...(byOthers.length > 0 && { byOthers }) });
  if (skipped !== undefined) plan.append({ type: "commit.skipped", reason: skipped });
  if (merge?.kind === "conflict") {
    const record = await workRecord(plan);
    const conflict = { commit: work.commit, head: merge.head, files: merge.files };
    plan.append(...conflictTask(plan, record, attempt, conflict, { summary, others }));
  } else if (merge) {
    const head = merge.kind === "clean" ? merge.move.to : merge.head;
    plan.append({ type: "work.merged", ...at, commit: work.commit, head });
  }
  return [...(merge?.kind === "clean" ? [merge.move] : []), ...(commitMove ? [commitMove] : [])];
}
