import { CallerError } from "../../errors/caller-error.ts";
import { commitFiles } from "../../git/commit-files.ts";
import { commitMessage } from "../../git/commit-message.ts";
import { changedFiles, GitFailed } from "../../git/git.ts";
import { isAncestor } from "../../git/merge-tree.ts";
import { commitAt, refuseCheckedOut, refuseHeld } from "../../git/plan-branch.ts";
import { keepCommit } from "../../git/remote/kept-commits.ts";
import {
  type AcceptedCommit,
  type AttemptId,
  type DeliveryTarget,
  isLive,
  type Report,
} from "../../graph/attempt.ts";
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
import { lookWhetherShared } from "../remote/shared-plans.ts";
import { bindCommit, type WorktreeCommit } from "../worktrees/commit-worktree.ts";
import { innerRepository, leftInside, reportedInside } from "../worktrees/inner-repository.ts";
import { type AttemptAtWork, filesOfOthers, type WorkRecord, workRecord } from "../worktrees/work-record.ts";
import { worktreeWork } from "../worktrees/worktree-work.ts";

/** No attempt was live to prepare the work of. It may be by now: a late sign of life revives one that was lost. */
export const ENDED = "ended";

/** The commit that accompanies a report. */
export interface PreparedWork {
  readonly work: WorktreeCommit;
  readonly leftOut: readonly string[];
  /** Those of the files left out that only others changed. */
  readonly byOthers: readonly string[];
  /** What is to be delivered when the report is accepted; undefined: the commit stays where it is. */
  readonly delivery: Pick<AcceptedCommit, "commit" | "base" | "targets"> | undefined;
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
 * Commits the work of a claim. No branch that anybody sees has changed afterwards: that is for the delivery, which
 * begins when the report is accepted.
 * @param claimIn finds the claim, by whatever speaks for it.
 * @returns undefined where there is nothing to commit.
 * @throws CallerError when the work cannot be taken as it is.
 */
export async function prepareWork(
  ctx: RunContext,
  store: GraphStore,
  claimIn: (view: GraphView) => Promise<ClaimByToken<PlanView> | TokenRefusal>,
  report: Report,
): Promise<PreparedWork | typeof ENDED | undefined> {
  if (ctx.checkout.gitCommonDir === undefined) return undefined;
  const claimed = await readGraph(ctx, store, async (view): Promise<Claimed | typeof ENDED | undefined> => {
    const found = await claimIn(view);
    if (isRefusal(found)) return ENDED;
    const { loaded, task } = found;
    const { claim } = found.held;
    await lookWhetherShared(ctx, loaded.graph);
    if (!isLive(claim)) return ENDED;
    if (claim.isolation !== "worktree" && !isCommitted(loaded)) return undefined;
    const attempt = { ...claim, number: attemptNumber(loaded, claim) };
    const record = await workRecord(loaded);
    // Of a worktree everything is the attempt's.
    const isApart = attempt.isolation === "worktree";
    const ofOthers = isApart ? () => new Set<string>() : await filesOfOthers(loaded);
    return { loaded, task, attempt, offeredAtMs: claim.offeredAtMs, record, ofOthers };
  });
  if (!claimed || claimed === ENDED) return claimed;
  try {
    const { loaded, attempt } = claimed;
    if (attempt.isolation === "worktree") return await fromWorktree(ctx, claimed, report);
    const { slug } = loaded.stored;
    const prepared = await fromCheckout(ctx, claimed, report);
    if (prepared?.delivery) {
      if (prepared.delivery.targets.includes("plan")) await refuseCheckedOut(ctx.checkout.root, slug);
      await keepCommit(ctx.checkout.root, slug, attempt.id, prepared.delivery.commit);
    }
    return prepared;
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
  const { slug } = loaded.stored;
  const worktree = record.cut.get(attempt.id);
  const message = commitMessage(slug, task, attempt, report);
  const at = { plan: slug, task, worktree, attempt, offeredAtMs, claims: loaded.graph.claims };
  const unbound = await worktreeWork(ctx, at, report, message);
  if (!worktree || !unbound) return undefined;
  const { commit, files } = unbound;
  // What failed is kept on its own branch; only what is complete is merged.
  const isCompleted = report.outcome === "completed";
  if (isCompleted) refuseHeld(slug, unbound.planBranch);
  await bindCommit(unbound, isCompleted ? { plan: slug, attempt: attempt.id } : undefined);
  const delivery = isCompleted ? { commit, base: worktree.base, targets: ["plan" as const] } : undefined;
  return { work: { commit, files }, leftOut: [], byOthers: [], delivery, skipped: undefined };
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
  const ended = loaded.graph.claims.filter(
    (claim) => claim.state === "ended" || claim.state === "delivering",
  );
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
  const message = commitMessage(loaded.stored.slug, task, attempt, report);
  const parent = policy.commit === "task" ? head : await lastFromCheckout(root, loaded, record, head);
  const commit = own.files.length === 0 ? undefined : await commitFiles(root, parent, own.files, message);
  const targets: DeliveryTarget[] = [
    ...(isForBranch ? ["plan" as const] : []),
    ...(policy.commit === "task" ? ["checkout" as const] : []),
  ];
  return {
    work: { commit: commit ?? head, files: own.files },
    leftOut: own.leftOut,
    byOthers: own.byOthers,
    delivery: commit === undefined ? undefined : { commit, base: parent, targets },
    skipped: inside && leftInside(task.id, inside),
  };
}

/**
 * The last commit of the plan's work in the shared checkout, which no branch of the user has: the next one builds on
 * it, or both would bring the same change and conflict.
 */
async function lastFromCheckout(
  root: string,
  { graph }: LoadedPlan,
  record: WorkRecord,
  head: string,
): Promise<string> {
  // What was cancelled while it was delivered must not come along with the next one.
  const isWanted = (attempt: AttemptId) => {
    const claim = graph.claim(attempt);
    return claim?.state === "delivering" || (claim?.state === "ended" && claim.outcome === "completed");
  };
  const last = [...record.committed.values()].findLast(
    ({ attempt, files }) => !record.cut.has(attempt) && files.length > 0 && isWanted(attempt),
  );
  return last && (await isAncestor(root, head, last.commit)) ? last.commit : head;
}

/** Whether what a task changes in the shared checkout is committed with its report, to whatever branch. */
function isCommitted(loaded: LoadedPlan): boolean {
  return loaded.policy.commit === "task" || isolationsOf(loaded).usesWorktrees;
}

/** Logs the prepared work, inside the transaction of the report. */
export function logPreparedWork(
  plan: PlanTransaction,
  attempt: AttemptAtWork,
  { work, leftOut, byOthers, skipped }: PreparedWork,
): void {
  const at = { task: attempt.task, attempt: attempt.id };
  plan.append({ type: "work.committed", ...at, ...work, leftOut, ...(byOthers.length > 0 && { byOthers }) });
  if (skipped !== undefined) plan.append({ type: "commit.skipped", reason: skipped });
}
