import type { PlanState } from "../../graph/plan-state.ts";
import { reachableIn } from "../../graph/readiness.ts";
import type { TaskId } from "../../graph/task.ts";

/** Pending tasks that will run if the plan goes on as it is. A stopped plan has none, a paused one has. */
export function tasksToCome({ plan, tasks }: PlanState): ReadonlySet<TaskId> {
  if (plan.status === "stopped") return new Set();
  return reachableIn(tasks);
}
