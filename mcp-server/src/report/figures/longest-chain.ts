import { topologicalOrder } from "../../graph/order/levels.ts";
import type { Needs, Task, TaskId } from "../../graph/task.ts";

/** A chain of tasks through the dependencies and how long it takes. */
export interface Chain {
  readonly lengthMs: number;
  /** First to last. */
  readonly tasks: readonly TaskId[];
}

interface Link {
  readonly task: TaskId;
  readonly lengthMs: number;
  readonly before: Link | undefined;
}

/**
 * The chain that decides how early the last task can end when every task takes its duration and slots and
 * files are plenty. With `any` and `atLeast n` a task waits for the dependency that makes its needs hold,
 * not for the slowest. Tasks without a duration did not take part and are left out.
 */
export function longestChain(
  tasks: readonly Task[],
  durationMs: ReadonlyMap<TaskId, number>,
): Chain | undefined {
  const links = new Map<TaskId, Link>();
  let last: Link | undefined;
  for (const task of topologicalOrder(tasks)) {
    const own = durationMs.get(task.id);
    if (own === undefined) continue;
    const dependencies = task.dependencies.flatMap((id) => links.get(id) ?? []);
    const before = waitedFor(task.needs, dependencies);
    const link = { task: task.id, lengthMs: (before?.lengthMs ?? 0) + own, before };
    links.set(task.id, link);
    if (!last || link.lengthMs > last.lengthMs) last = link;
  }
  if (!last) return undefined;
  const chain: TaskId[] = [];
  for (let link: Link | undefined = last; link; link = link.before) chain.push(link.task);
  return { lengthMs: last.lengthMs, tasks: chain.reverse() };
}

/** The dependency after which the needs hold. */
function waitedFor(needs: Needs, dependencies: readonly Link[]): Link | undefined {
  const byLength = [...dependencies].sort((a, b) => a.lengthMs - b.lengthMs);
  if (needs === "all" || needs === "settled") return byLength.at(-1);
  return byLength[needs === "any" ? 0 : Math.min(needs.atLeast, byLength.length) - 1];
}
