import type { TaskId } from "../../graph/task.ts";
import type { TaskResult } from "./task-result.ts";

/** For each of these tasks the others at which somebody was at work at the same moment, in their order. */
export function concurrentTasks(results: readonly TaskResult[]): Map<TaskId, TaskId[]> {
  const spans = results
    .flatMap(({ task, attempts }) =>
      attempts.map(({ startedAtMs, durationMs }) => ({ task, startedAtMs, endMs: startedAtMs + durationMs })),
    )
    .sort((a, b) => a.startedAtMs - b.startedAtMs);
  const found = new Map<TaskId, Set<TaskId>>(results.map(({ task }) => [task, new Set()]));
  for (const [at, one] of spans.entries()) {
    for (let next = at + 1; next < spans.length; next += 1) {
      const other = spans[next];
      if (other === undefined || other.startedAtMs >= one.endMs) break;
      if (other.task === one.task) continue;
      found.get(one.task)?.add(other.task);
      found.get(other.task)?.add(one.task);
    }
  }
  const order = new Map(results.map(({ task }, i) => [task, i]));
  const place = (task: TaskId) => order.get(task) ?? 0;
  return new Map([...found].map(([task, others]) => [task, [...others].sort((a, b) => place(a) - place(b))]));
}
