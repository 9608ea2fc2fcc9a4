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
  const reachable = new Set<TaskId>();
  for (const { id, status } of tasks.values()) if (status === "pending") reachable.add(id);
  const best = (id: TaskId): TaskStatus => {
    const status = tasks.get(id)?.status ?? "pending";
    return status === "in_progress" || reachable.has(id) ? "completed" : status;
  };
  // Most tasks are far from any failure: from those right behind one, it is followed as far as it goes.
  const doubtful = [...reachable].filter(
    (id) => !dependenciesOf(tasks, id).every((on) => best(on) === "completed"),
  );
  const dependents = doubtful.length > 0 ? pendingDependents(tasks) : undefined;
  for (const id of doubtful) {
    const task = tasks.get(id);
    if (!task || !reachable.has(id) || needsHold(task.needs, task.dependencies.map(best))) continue;
    reachable.delete(id);
    doubtful.push(...(dependents?.get(id) ?? []));
  }
  return reachable;
}

function dependenciesOf(tasks: ReadonlyMap<TaskId, Task>, id: TaskId): readonly TaskId[] {
  return tasks.get(id)?.dependencies ?? [];
}

/** For each task the pending ones that wait for it. */
function pendingDependents(tasks: ReadonlyMap<TaskId, Task>): ReadonlyMap<TaskId, readonly TaskId[]> {
  const dependents = new Map<TaskId, TaskId[]>();
  for (const { id, status, dependencies } of tasks.values()) {
    if (status !== "pending") continue;
    for (const on of dependencies) {
      const list = dependents.get(on);
      if (list) list.push(id);
      else dependents.set(on, [id]);
    }
  }
  return dependents;
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
