import { CallerError } from "../../errors/caller-error.ts";
import type { Needs, Task, TaskId, TaskOutline } from "../../graph/task.ts";

/**
 * A task that was split is cancelled, and its cause has its parts; one that an alternative was taken for is
 * cancelled as well, and its cause has that. Whatever depends on it, now or by a later import, waits for those
 * instead.
 */

/** What of a task is needed to follow a split. */
export type Splittable = Pick<Task, "dependencies" | "status" | "cause">;

/** What stands for a cancelled task: its parts, or the alternative that was taken; undefined for any other. */
export function partsOf(task: Pick<Task, "status" | "cause"> | undefined): TaskId[] | undefined {
  if (task?.status !== "cancelled") return undefined;
  if (task.cause?.kind === "split") return [...task.cause.parts];
  return task.cause?.kind === "alternative" ? [task.cause.taken] : undefined;
}

/**
 * The definition with every dependency on a split task replaced by what stands for it: all of its parts, or, where
 * not all dependencies have to complete, the one part that waits for all others.
 * @throws CallerError when there is no such part.
 */
export function dependOnParts<Waiting extends TaskOutline>(
  task: Waiting,
  taskOf: (id: TaskId) => Splittable | undefined,
): Waiting {
  if (!task.dependencies.some((id) => partsOf(taskOf(id)))) return task;
  const dependencies = new Set<TaskId>();
  const open = [...task.dependencies].reverse();
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const parts = partsOf(taskOf(id));
    if (parts) open.push(...standIns(task, id, parts, taskOf).reverse());
    else dependencies.add(id);
  }
  return { ...task, dependencies: [...dependencies] };
}

function standIns(
  { id, needs }: TaskOutline,
  split: TaskId,
  parts: readonly TaskId[],
  taskOf: (id: TaskId) => Splittable | undefined,
): TaskId[] {
  if (countsAll(needs)) return [...parts];
  const awaited = new Set(parts.flatMap((part) => taskOf(part)?.dependencies ?? []));
  // In a graph without cycles all others lead to the only part that nobody waits for.
  const last = parts.filter((part) => !awaited.has(part));
  if (last.length === 1) return last;
  throw new CallerError(
    "bad_input",
    `${id} needs ${JSON.stringify(needs)} of its dependencies, and no single part of ${split} stands for all of them (${parts.join(", ")}).`,
    `Let one part wait for all other parts, or let ${id} need all of its dependencies.`,
    "split",
  );
}

function countsAll(needs: Needs): boolean {
  return needs === "all" || needs === "settled";
}
