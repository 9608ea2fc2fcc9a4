import type { Report } from "../../graph/attempt.ts";
import { purposeOf } from "../../graph/purpose.ts";
import type { Task, TaskId } from "../../graph/task.ts";
import type { GraphWriter } from "../../store/graph-store.ts";
import { loadPlan, taskOf } from "../plan/load-plan.ts";
import type { RunContext } from "../project/run-context.ts";
import { afterVerification, verifyLater, whyNotVerified } from "../review/rerun-commands.ts";
import { afterCompletion, afterVerdict, whyNotAccepted } from "../review/review.ts";

/** Why a task has failed although its agent completed what it was asked: what it judged is not as it should be. */
export function whyNotAchieved(task: Task, report: Report | undefined): string | undefined {
  return whyNotAccepted(task, report) ?? whyNotVerified(task, report);
}

/**
 * What follows from a completed attempt for reviews, and for commands that failed beside other writers. It belongs
 * into the transaction that ends the attempt: between a completed task and its review nobody may claim what depends
 * on it, whenever a process dies.
 * @param report absent where the agent's last message was taken instead.
 */
export async function followCompleted(
  ctx: RunContext,
  tx: GraphWriter,
  slug: string,
  id: TaskId,
  report: Report | undefined,
): Promise<void> {
  const loaded = await loadPlan(ctx, tx, slug);
  const task = taskOf(loaded, id);
  // Whoever cancelled the task while its agent worked wants nothing to follow from it.
  if (task.status === "cancelled") return;
  const planId = loaded.stored.id;
  const purpose = purposeOf(task);
  if (purpose?.kind === "verify") return tx.append(planId, afterVerification(task, report));
  if (purpose?.kind === "review") return tx.append(planId, ...afterVerdict(loaded, task, purpose, report));
  await tx.append(planId, ...afterCompletion(loaded, task));
  if (report) await tx.append(planId, ...verifyLater(await loadPlan(ctx, tx, slug), task, report));
}
