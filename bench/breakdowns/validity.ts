import { clashOf, parseScope } from "../../mcp-server/src/graph/scope/scope.ts";
import type { Task } from "../../mcp-server/src/graph/task.ts";
import { claimedScope } from "../../mcp-server/src/policy/exclusivity.ts";
import type { Policy } from "../../mcp-server/src/policy/policy.ts";
import type { Planned } from "../../mcp-server/src/report/analysis.ts";

/**
 * What is wrong with a schedule of tasks, or `undefined` when nothing is. Looks at every pair and at every start,
 * and knows nothing of how the schedule was made.
 */
export function flawOf(
  tasks: readonly Task[],
  schedule: readonly Planned[],
  { maxParallel, unscoped }: Pick<Policy, "maxParallel" | "unscoped">,
): string | undefined {
  if (schedule.length !== tasks.length) return `${schedule.length} places for ${tasks.length} tasks`;
  const placed = new Map(schedule.map((place) => [place.task, place]));
  const scopes = new Map(tasks.map((task) => [task.id, claimedScope(task, { unscoped })]));
  for (const task of tasks) {
    const place = placed.get(task.id);
    if (!place) return `${task.id} has no place`;
    if (!(place.startMs >= 0 && place.endMs > place.startMs)) {
      return `${task.id} runs from ${place.startMs} to ${place.endMs}`;
    }
    const ended = task.dependencies.filter((id) => (placed.get(id)?.endMs ?? 0) <= place.startMs).length;
    if (ended < neededOf(task)) return `${task.id} starts when ${ended} of its dependencies have ended`;
    const beside = schedule.filter(
      (other) => other !== place && other.startMs <= place.startMs && other.endMs > place.startMs,
    );
    if (beside.length >= maxParallel) return `${beside.length + 1} run when ${task.id} starts`;
    for (const other of beside) {
      const [ours, theirs] = [scopes.get(task.id), scopes.get(other.task)];
      if (!ours || !theirs) return `${other.task} is no task`;
      const alone = unscoped === "exclusive" && [ours, theirs].some(({ basis }) => basis === "unscoped");
      if (alone || clashOf(parseScope(ours, false), parseScope(theirs, false)))
        return `${task.id} runs beside ${other.task}`;
    }
  }
  return undefined;
}

function neededOf({ needs, dependencies }: Task): number {
  if (needs === "all" || needs === "settled") return dependencies.length;
  return needs === "any" ? Math.min(1, dependencies.length) : needs.atLeast;
}
