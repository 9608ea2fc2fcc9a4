import { reachableTasks } from "../../graph/readiness.ts";
import type { Task } from "../../graph/task.ts";
import { type Decision, decide } from "../../policy/failure/decision.ts";
import { spentText } from "../../policy/spending/limits.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import type { PlanTransaction } from "../plan/plan-transaction.ts";
import { countsOf, isDone } from "../plan/progress.ts";
import { rejectedWork } from "../review/review.ts";

/**
 * What the failure policy wants now, and why.
 * @param startable tasks that could be launched now.
 */
export function decideNow(
  loaded: LoadedPlan,
  startable: readonly Task[],
): { decision: Decision; reason: string } {
  const counts = countsOf(loaded);
  const failed = counts.failed === 0 ? [] : failedTasks(loaded);
  return decide({
    failure: loaded.policy.failure,
    stopped: loaded.stored.status === "stopped",
    running: counts.running,
    ready: loaded.stored.status === "open" ? startable.length : 0,
    completed: counts.completed,
    failed: failed.filter((task) => !rejectedWork(loaded, task)).map(({ id }) => id),
    rejected: failed.flatMap((task) => rejectedWork(loaded, task) ?? []),
    retrying: startable.filter((task) => task.failedAttempts > 0).map(({ id }) => id),
    unreachable:
      counts.pending -
      (counts.failed + counts.cancelled === 0 ? counts.pending : reachableTasks(loaded.graph.tasks).size),
    done: isDone(loaded),
    limit: loaded.spent && spentText(loaded.spent),
  });
}

/**
 * Logs that the run has ended and that what is left is for a person, unless that was decided when its last attempt
 * ended. To be called where the end is told: while an attempt ends, what follows from it may still make tasks ready.
 */
export async function logEscalation(plan: PlanTransaction): Promise<void> {
  if (!isDone(plan)) return;
  const { decision, reason } = decideNow(plan, []);
  if (decision !== "escalate") return;
  const { seq } = await plan.reader.lastEvent(plan.id, "attempt.ended");
  const since = await plan.reader.events(plan.id, { types: ["decision.taken"], afterSeq: seq });
  if (since.some(({ change }) => change.type === "decision.taken" && change.decision === "escalate")) return;
  plan.append({ type: "decision.taken", decision, reason });
}

function failedTasks({ graph }: LoadedPlan): Task[] {
  return [...graph.tasks.values()].filter((task) => task.status === "failed");
}
