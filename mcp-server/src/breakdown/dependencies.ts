import { findCycle } from "../graph/order/cycle.ts";
import { orderedDespiteParallelWith } from "../graph/parallel-with.ts";
import type { TaskDefinition, TaskId } from "../graph/task.ts";
import { BreakdownError, readEach } from "./errors.ts";

type Edges = ReadonlyMap<TaskId, readonly TaskId[]>;

/**
 * Refuses an id that stands twice, a dependency on nothing, and a cycle.
 * @param places where each task stands, for messages.
 * @param around tasks that are there already.
 * @returns warnings of `parallelWith` that contradicts the dependencies.
 */
export function checkDependencies(
  tasks: readonly TaskDefinition[],
  places: readonly string[],
  file: string,
  around: Edges,
): string[] {
  const positions = new Map<TaskId, number>();
  readEach(file, tasks.entries(), ([at, { id }]) => {
    const before = positions.get(id);
    if (before !== undefined || around.has(id)) {
      const where = before === undefined ? "the plan" : places[before];
      const problem = `the id ${id} stands twice, in ${where} and ${places[at]}`;
      throw new BreakdownError(file, `${places[at]}.id`, problem, "Give one of the two another id");
    }
    positions.set(id, at);
  });
  readEach(file, tasks.entries(), ([at, { id, dependencies }]) => {
    for (const dependency of dependencies) {
      const field = `${places[at]}.dependencies`;
      if (dependency === id) {
        throw new BreakdownError(file, field, `task ${id} depends on itself`, "Remove that dependency");
      }
      if (!positions.has(dependency) && !around.has(dependency)) {
        const where = around.size > 0 ? "plan" : "file";
        const problem = `task ${id} depends on ${dependency}, which is not in the ${where}`;
        throw new BreakdownError(file, field, problem, "Correct the id, or add that task");
      }
    }
  });
  const cycle = findCycle(
    new Map([...tasks.map((task) => [task.id, task.dependencies] as const), ...around]),
  );
  if (cycle !== undefined) {
    const place = places[positions.get(cycle.find((id) => positions.has(id as TaskId)) as TaskId) ?? 0];
    const problem = `tasks depend on each other in a cycle: ${cycle.join(" → ")}`;
    throw new BreakdownError(file, `${place}.dependencies`, problem, "Remove one of these dependencies");
  }
  return orderedDespiteParallelWith(tasks).map(
    ({ task, others }) =>
      `task ${task}: parallelWith names ${others.join(", ")}, but dependencies put them in order`,
  );
}
