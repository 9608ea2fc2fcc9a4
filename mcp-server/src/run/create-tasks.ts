import { readBreakdown } from "../breakdown/breakdown.ts";
import { definitionOf, type TaskDefinition, type TaskId } from "../graph/task.ts";
import type { RunContext } from "./context.ts";
import { refuseUnservedTasks } from "./create-plan.ts";
import { CallerError } from "./errors.ts";
import { existingGraph, type LoadedPlan, loadPlan } from "./plan-access.ts";

/**
 * Adds tasks to a plan. They may depend on its tasks and on each other; one without an id gets `+n`.
 * @throws CallerError, BreakdownError (unknown dependency, cycle, id twice); then nothing is added.
 */
export async function createTasks(
  ctx: RunContext,
  actor: string,
  slug: string,
  tasks: readonly Record<string, unknown>[],
): Promise<{ ids: string[]; loaded: LoadedPlan; warnings: readonly string[] }> {
  const store = await existingGraph(ctx, slug);
  return store.write(ctx.now(), actor, async (tx) => {
    const before = await loadPlan(ctx, tx, slug);
    const added = withIds(tasks, new Set(before.graph.tasks.keys()));
    const again = added.find((task) => before.graph.tasks.has(String(task.id) as TaskId));
    if (again) {
      throw new CallerError(
        "bad_input",
        `tasks: the id ${again.id} exists already.`,
        "Leave id out, or choose another.",
        "tasks.id",
      );
    }
    // Judged together with the tasks that are there, so that dependencies resolve and cycles are seen.
    const existing = [...before.graph.tasks.values()].map((task) => {
      const { id, subject, description, dependencies } = definitionOf(task);
      return { id, subject, description, dependencies };
    });
    const breakdown = readBreakdown(JSON.stringify({ tasks: [...existing, ...added] }), "tasks");
    const definitions = breakdown.tasks
      .slice(existing.length)
      .map((task): TaskDefinition => ({ ...task, origin: "call" }));
    refuseUnservedTasks(definitions);
    const first = Math.max(0, ...[...before.graph.tasks.values()].map((task) => task.position)) + 1;
    await tx.append(
      before.stored.id,
      ...definitions.map((definition, i) => ({
        type: "task.created" as const,
        task: definition.id,
        definition,
        position: first + i,
      })),
    );
    return {
      ids: definitions.map((task) => task.id),
      loaded: await loadPlan(ctx, tx, slug),
      warnings: breakdown.warnings,
    };
  });
}

function withIds(
  tasks: readonly Record<string, unknown>[],
  taken: ReadonlySet<string>,
): Record<string, unknown>[] {
  let n = 0;
  return tasks.map((task) => {
    if (task.id !== undefined) return task;
    do n += 1;
    while (taken.has(`+${n}`));
    return { ...task, id: `+${n}` };
  });
}
