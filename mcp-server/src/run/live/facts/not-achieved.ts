import type { PlanState } from "../../../graph/plan-state.ts";
import type { TaskId } from "../../../graph/task.ts";
import { resultsOf, type TaskResult } from "../../../report/tasks/task-result.ts";

/** What became of the tasks that failed or were cancelled, in order of position: most of a large plan did not. */
export function notAchieved(state: PlanState, nowMs: number): TaskResult[] {
  const tasks = state.tasks.filter(({ status }) => status === "failed" || status === "cancelled");
  if (tasks.length === 0) return [];
  const ids = new Set<TaskId>(tasks.map(({ id }) => id));
  const claims = state.claims.filter(({ task }) => ids.has(task));
  return resultsOf({ ...state, claims }, tasks, { written: new Map(), reasons: new Map() }, nowMs);
}
