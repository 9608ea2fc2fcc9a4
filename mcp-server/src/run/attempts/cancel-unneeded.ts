import { isLive } from "../../graph/attempt.ts";
import { hasEnded, needsHold, statusesOf } from "../../graph/readiness.ts";
import type { TaskCause, TaskId } from "../../graph/task.ts";
import { causeText, said } from "../../graph/task-cause.ts";
import { type LoadedPlan, taskOf } from "../plan/load-plan.ts";
import type { PlanTransaction } from "../plan/plan-transaction.ts";
import { endAttempt } from "./end-attempt.ts";

/**
 * Any one of the tasks was waited for, and one completed: the others are cancelled and their agents are to be
 * stopped, or they would be launched again. What a task that cannot start yet still needs goes on.
 */
export function cancelUnneeded(plan: PlanTransaction, awaited: ReadonlySet<TaskId>): void {
  const { tasks } = plan.graph;
  const first = [...awaited].find((id) => tasks.get(id)?.status === "completed");
  const rest = [...awaited].filter((id) => {
    const status = tasks.get(id)?.status;
    return status !== undefined && !hasEnded(status) && !isStillNeeded(plan, id);
  });
  if (first === undefined || rest.length === 0) return;
  plan.append({
    type: "decision.taken",
    decision: "stop",
    reason: `${first} completed and any one was waited for: ${rest.join(", ")} ${rest.length === 1 ? "is" : "are"} not needed any more.`,
  });
  const cause = said(`not needed: any one was waited for, and ${first} completed`);
  for (const id of rest) cancelTask(plan, id, cause);
}

/** Cancels a task; the scope of its agent stays held until that has ended. */
export function cancelTask(plan: PlanTransaction, id: TaskId, why: TaskCause): void {
  // First of all that ends: an attempt that is cancelled would otherwise send its task back to pending.
  if (taskOf(plan, id).status !== "cancelled") {
    plan.append({ type: "task.status", task: id, status: "cancelled", cause: why });
  }
  const cause = causeText(why);
  const claim = plan.graph.claimsOf(id).find(isLive);
  if (claim?.state === "offered") {
    plan.append({ type: "claim.returned", task: id, attempt: claim.id, cause });
  } else if (claim?.state === "running") {
    endAttempt(plan, claim, { outcome: "cancelled", cause, draining: true });
  } else if (claim?.state === "delivering") {
    endAttempt(plan, claim, { outcome: "cancelled", cause });
  }
}

function isStillNeeded({ graph }: LoadedPlan, id: TaskId): boolean {
  return [...graph.tasks.values()].some(
    (task) =>
      task.status === "pending" &&
      task.dependencies.includes(id) &&
      !needsHold(task.needs, statusesOf(task, graph.tasks)),
  );
}
