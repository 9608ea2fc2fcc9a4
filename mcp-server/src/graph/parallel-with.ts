import { ancestors } from "./order/ancestors.ts";
import type { TaskId, TaskOutline } from "./task.ts";

/** The tasks that the breakdown names as able to run beside this one: a remark, which decides nothing. */
export function parallelWith({ extra }: Pick<TaskOutline, "extra">): readonly string[] {
  return Array.isArray(extra.parallelWith) ? extra.parallelWith.map(String) : [];
}

/** Tasks that `parallelWith` names although they have to come before or after the task: somebody erred. */
export function orderedDespiteParallelWith(
  tasks: readonly Pick<TaskOutline, "id" | "dependencies" | "extra">[],
): { readonly task: TaskId; readonly others: readonly string[] }[] {
  const named = tasks.map((task) => ({ task: task.id, others: parallelWith(task) }));
  if (named.every(({ others }) => others.length === 0)) return [];
  const before = ancestors(tasks);
  return named.flatMap(({ task, others }) => {
    const isOrdered = (other: string) =>
      before.get(task)?.has(other as TaskId) || before.get(other as TaskId)?.has(task);
    const ordered = others.filter(isOrdered);
    return ordered.length === 0 ? [] : [{ task, others: ordered }];
  });
}
