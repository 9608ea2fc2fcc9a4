import type { RunningAttempt } from "../../graph/attempt.ts";
import { type TaskId, taskName } from "../../graph/task.ts";
import { continueAfterCompletion } from "../attempts/after-completion.ts";
import { takeAlternative } from "../attempts/alternatives.ts";
import { endAttempt } from "../attempts/end-attempt.ts";
import type { Ending } from "../attempts/ending.ts";
import { recordSnapshot } from "../checkout-watch/record-changes.ts";
import type { GraphTransaction, PlanTransaction } from "../plan/plan-transaction.ts";
import type { Look } from "../project/checkout-snapshots.ts";
import { openReviewOf } from "../review/review.ts";
import { moveRefsWith } from "../worktrees/move-refs.ts";
import { compareReport } from "./compare-report.ts";
import { applyWork, type PreparedWork } from "./prepare-work.ts";

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
 * Ends an attempt by what its agent hands in, inside a transaction: the work that comes with it, what follows for
 * other tasks, and how it compares with what was seen. The refs of that work move with the transaction.
 * @returns a note where report and checkout differ.
 */
export async function finishAttempt(
  tx: GraphTransaction,
  { plan, attempt, prepared, seen }: Result,
  ending: Ending,
): Promise<string | undefined> {
  const summary = ending.report?.summary ?? ending.lastMessage ?? "";
  if (prepared) {
    const moves = await applyWork(plan, attempt, prepared, summary);
    moveRefsWith(plan, moves, `parallel: ${taskName(plan.stored.slug, attempt.task)}`);
  }
  endAttempt(plan, attempt, ending);
  const isKnown = seen !== undefined && (await recordSnapshot(tx, seen.look));
  if (ending.outcome === "completed") {
    await continueAfterCompletion(plan, attempt.task, ending.report, ending.runLater);
    takeAlternative(plan, attempt.task);
  }
  const note = isKnown ? await compareReport(plan, attempt, seen.unseen) : undefined;
  if (note !== undefined) notifyReviewer(plan, attempt.task, note);
  return note;
}

/** Whoever reviews the task is told where its report and the checkout differ. */
function notifyReviewer(plan: PlanTransaction, id: TaskId, said: string): void {
  const review = openReviewOf(plan, id);
  if (!review) return;
  const note = `The server compared the report of ${id} with the checkout. ${said}`;
  plan.append({ type: "task.annotated", task: review.id, note });
}
