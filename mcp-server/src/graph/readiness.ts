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
  const best = new Map<TaskId, TaskStatus>();
  for (const [id, task] of tasks) best.set(id, task.status === "in_progress" ? "completed" : task.status);
  const reachable = new Set<TaskId>();
  // In topological order every dependency is decided before its dependents.
  for (const task of topologicalOrder([...tasks.values()])) {
    if (task.status !== "pending") continue;
    if (
      !needsHold(
        task.needs,
        task.dependencies.map((id) => best.get(id) ?? "pending"),
      )
    )
      continue;
    reachable.add(task.id);
    best.set(task.id, "completed");
  }
  return reachable;
}

export function statusesOf(task: Task, tasks: ReadonlyMap<TaskId, Task>): TaskStatus[] {
  return task.dependencies.map((id) => tasks.get(id)?.status ?? "pending");
}
