import type { RunningAttempt } from "../../graph/attempt.ts";
import { continueAfterCompletion } from "../attempts/after-completion.ts";
import { takeAlternative } from "../attempts/alternatives.ts";
import { endAttempt } from "../attempts/end-attempt.ts";
import type { Ending } from "../attempts/ending.ts";
import { recordSnapshot } from "../checkout-watch/record-changes.ts";
import { cloneOf } from "../delivery/clone.ts";
import { noteForReviewer } from "../delivery/complete-landing.ts";
import type { GraphTransaction, PlanTransaction } from "../plan/plan-transaction.ts";
import type { Look } from "../project/checkout-snapshots.ts";
import { compareReport } from "./compare-report.ts";
import { logPreparedWork, type PreparedWork } from "./prepare-work.ts";

/** The last look at the checkout before the end, and which of the reported files it cannot have seen. */
export interface SeenAtEnd {
  readonly look: Look;
  readonly unseen: ReadonlySet<string>;
}

/** An attempt whose agent hands in a result, and what comes with it. */
export interface Result {
  readonly plan: PlanTransaction;
  readonly attempt: RunningAttempt;
  readonly prepared: PreparedWork | undefined;
  readonly seen: SeenAtEnd | undefined;
}

/**
 * Takes what the agent of an attempt hands in, inside a transaction: how it compares with what was seen, and the commit
 * that comes with it. Where that is to be brought onto a branch, the attempt is delivering from now on, and ends when
 * the branch has it; else it ends at once, and what follows for other tasks follows.
 * @returns a note where report and checkout differ.
 */
export async function finishAttempt(
  tx: GraphTransaction,
  { plan, attempt, prepared, seen }: Result,
  ending: Ending,
): Promise<string | undefined> {
  if (prepared) logPreparedWork(plan, attempt, prepared);
  const delivery = ending.outcome === "completed" ? prepared?.delivery : undefined;
  if (delivery) accept(plan, attempt, delivery, ending);
  else endAttempt(plan, attempt, ending);
  const isKnown = seen !== undefined && (await recordSnapshot(tx, seen.look));
  if (ending.outcome === "completed" && !delivery) {
    await continueAfterCompletion(plan, attempt.task, ending.report, ending.runLater);
    takeAlternative(plan, attempt.task);
  }
  const note = isKnown ? await compareReport(plan, attempt, seen.unseen) : undefined;
  // There is no review yet of what is still delivered: the delivery tells it.
  if (note !== undefined && !delivery) noteForReviewer(plan, attempt.task, note);
  return note;
}

/** The first of the two transactions of a delivery. */
function accept(
  plan: PlanTransaction,
  { task, id }: RunningAttempt,
  delivery: NonNullable<PreparedWork["delivery"]>,
  { report, lastMessage, runLater }: Ending,
): void {
  const { ctx } = plan;
  plan.append({
    type: "delivery.accepted",
    task,
    attempt: id,
    ...delivery,
    clone: cloneOf(ctx),
    by: ctx.owner,
    ...(runLater && { runLater }),
    ...(report && { report }),
    ...(lastMessage !== undefined && { lastMessage }),
  });
}
