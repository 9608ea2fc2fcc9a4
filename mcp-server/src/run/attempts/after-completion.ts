import type { Report } from "../../graph/attempt.ts";
import { purposeOf } from "../../graph/purpose.ts";
import type { Task, TaskId } from "../../graph/task.ts";
import { wantsReview } from "../../policy/review.ts";
import { readFilesOfTasks } from "../plan/files-of-tasks.ts";
import { taskOf } from "../plan/load-plan.ts";
import type { PlanTransaction } from "../plan/plan-transaction.ts";
import { afterVerification, verifyLater, whyNotVerified } from "../review/rerun-commands.ts";
import { afterCompletion, afterVerdict, whyNotAccepted } from "../review/review.ts";

/** Why a task has failed although its agent completed what it was asked: what it judged is not as it should be. */
export function whyNotAchieved(task: Task, report: Report | undefined): string | undefined {
  return whyNotAccepted(task, report) ?? whyNotVerified(task, report);
}

/**
 * What follows from a completed attempt for reviews, and for commands that failed beside other writers. It runs
 * inside the transaction that ends the attempt: between a completed task and its review nobody may claim what depends
 * on it, whenever a process dies. It comes after the look at what the attempt left, which a review is told of.
 * @param report absent where the agent's last message was taken instead.
 * @param runLater commands that are run when nobody writes, whatever came of them beside others.
 */
export async function continueAfterCompletion(
  plan: PlanTransaction,
  id: TaskId,
  report: Report | undefined,
  runLater: readonly string[] = [],
): Promise<void> {
  const task = taskOf(plan, id);
  // Whoever cancelled the task while its agent worked wants nothing to follow from it.
  if (task.status === "cancelled") return;
  const purpose = purposeOf(task);
  if (purpose?.kind === "verify") {
    plan.append(afterVerification(task, report));
  } else if (purpose?.kind === "review") {
    plan.append(...(await afterVerdict(plan, task, purpose, report, await readFilesOfTasks(plan))));
  } else {
    const isReviewed = purpose?.kind === "fix" || wantsReview(task, plan.policy);
    if (isReviewed) plan.append(...(await afterCompletion(plan, task, await readFilesOfTasks(plan))));
    if (report) plan.append(...verifyLater(plan, task, report, runLater));
  }
}
