import type { RefMove } from "../../git/plan-branch.ts";
import type { TaskId } from "../../graph/task.ts";
import type { GraphWriter, HeldClaim } from "../../store/graph-store.ts";
import { takeAlternative } from "../attempts/alternatives.ts";
import { endAttempt } from "../attempts/end-attempt.ts";
import type { Ending } from "../attempts/ending.ts";
import { recordLook } from "../checkout-watch/record-changes.ts";
import { type LoadedPlan, loadPlan } from "../plan/load-plan.ts";
import type { Look } from "../project/checkout-snapshots.ts";
import type { RunContext } from "../project/run-context.ts";
import { openReviewOf } from "../review/review.ts";
import type { Working } from "../worktrees/attempt-at-work.ts";
import { compareReport } from "./compare-report.ts";
import { type HandedIn, settle } from "./prepare-work.ts";

/** The last look at the checkout before the end, and which of the reported files it cannot have seen. */
export interface SeenAtEnd {
  readonly look: Look;
  readonly unseen: ReadonlySet<string>;
}

/** An attempt whose agent hands in a result, and what comes with it. */
export interface Result {
  readonly loaded: LoadedPlan;
  readonly held: HeldClaim;
  readonly attempt: Working;
  readonly handedIn: HandedIn | undefined;
  readonly seen: SeenAtEnd | undefined;
}

/**
 * Ends an attempt by what its agent hands in, inside a transaction: the work that comes with it, what follows for
 * other tasks, and how it compares with what was seen.
 * @returns a note where report and checkout differ, and the refs that have to move last in the same transaction.
 */
export async function endWithResult(
  ctx: RunContext,
  tx: GraphWriter,
  { loaded, held, attempt, handedIn, seen }: Result,
  ending: Ending,
): Promise<{ note: string | undefined; moves: RefMove[] }> {
  const summary = ending.report?.summary ?? ending.lastMessage ?? "";
  const moves = handedIn ? await settle(tx, loaded, attempt, handedIn, summary) : [];
  await endAttempt(ctx, tx, held, ending);
  if (ending.outcome === "completed") await takeAlternative(ctx, tx, held.plan, attempt.task);
  const isKnown = seen !== undefined && (await recordLook(ctx, tx, seen.look));
  const note = isKnown ? await compareReport(ctx, tx, held, seen.unseen) : undefined;
  if (note !== undefined) await tellReviewer(tx, await loadPlan(ctx, tx, held.plan), attempt.task, note);
  return { note, moves };
}

/** Whoever reviews the task is told where its report and the checkout differ. */
async function tellReviewer(tx: GraphWriter, loaded: LoadedPlan, id: TaskId, said: string): Promise<void> {
  const review = openReviewOf(loaded, id);
  if (!review) return;
  const note = `The server compared the report of ${id} with the checkout. ${said}`;
  await tx.append(loaded.stored.id, { type: "task.annotated", task: review.id, note });
}
