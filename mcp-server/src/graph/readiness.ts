import { topologicalOrder } from "./order/levels.ts";
import type { Needs, Task, TaskId, TaskStatus } from "./task.ts";

/** A dependency that will never complete any more, unless somebody acts. */
export interface BrokenDependency {
  readonly task: TaskId;
  readonly status: "failed" | "cancelled";
}

const ENDED: ReadonlySet<TaskStatus> = new Set(["completed", "failed", "cancelled"]);

/** Whether a task has come to an end, however. */
export function hasEnded(status: TaskStatus): boolean {
  return ENDED.has(status);
}

/** Whether `needs` holds for dependencies with these statuses. A task without dependencies needs nothing. */
export function needsHold(needs: Needs, dependencies: readonly TaskStatus[]): boolean {
  if (dependencies.length === 0) return true;
  if (needs === "all") return dependencies.every((status) => status === "completed");
  const completed = dependencies.filter((status) => status === "completed").length;
  if (needs === "any") return completed > 0;
  if (needs === "settled") return dependencies.every(hasEnded);
  return completed >= Math.min(needs.atLeast, dependencies.length);
}

/** The dependencies that keep the task from ever starting as things are. */
export function brokenDependencies(task: Task, tasks: ReadonlyMap<TaskId, Task>): BrokenDependency[] {
  return task.dependencies.flatMap((id) => {
    const status = tasks.get(id)?.status;
    return status === "failed" || status === "cancelled" ? [{ task: id, status }] : [];
  });
}

/**
 * Pending tasks that can still become ready without anybody's help: their `needs` would hold if everything
 * that can run completed. The others wait for a failed or cancelled task, directly or not.
 */
export function reachableTasks(tasks: ReadonlyMap<TaskId, Task>): Set<TaskId> {
  const pending = [...tasks.values()].filter(({ status }) => status === "pending");
  const reachable = new Set<TaskId>();
  const best = (id: TaskId): TaskStatus => {
    const status = tasks.get(id)?.status ?? "pending";
    return status === "in_progress" || reachable.has(id) ? "completed" : status;
  };
  // In topological order every dependency is decided before its dependents; the others are decided already.
  for (const task of topologicalOrder(pending)) {
    if (needsHold(task.needs, task.dependencies.map(best))) reachable.add(task.id);
  }
  return reachable;
}

const reachableOf = new WeakMap<readonly Task[], ReadonlySet<TaskId>>();

/** The same of a list that does not change, which several rules ask about: found once. */
export function reachableIn(tasks: readonly Task[]): ReadonlySet<TaskId> {
  let reachable = reachableOf.get(tasks);
  if (!reachable) {
    reachable = reachableTasks(new Map(tasks.map((task) => [task.id, task])));
    reachableOf.set(tasks, reachable);
  }
  return reachable;
}

export function statusesOf(task: Task, tasks: ReadonlyMap<TaskId, Task>): TaskStatus[] {
  return task.dependencies.map((id) => tasks.get(id)?.status ?? "pending");
}
