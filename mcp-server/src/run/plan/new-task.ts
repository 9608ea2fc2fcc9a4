import { readTasks } from "../../breakdown/own-format/breakdown.ts";
import { CallerError } from "../../errors/caller-error.ts";
import { hasEnded } from "../../graph/readiness.ts";
import type { Task, TaskDefinition, TaskId } from "../../graph/task.ts";
import { lastSteps, mayJudge } from "../../policy/review.ts";
import type { RunContext } from "../project/run-context.ts";
import { dependOnWork } from "./dependencies-on-work.ts";
import { existingGraph, type LoadedPlan } from "./load-plan.ts";
import { refuseTooManyTasks } from "./orders-of-agents.ts";
import { changePlan } from "./plan-transaction.ts";
import { startFolderWarnings } from "./start-folder-paths.ts";
import { checkWorktrees, shareSubmoduleTasks } from "./worktree-needs.ts";

/**
 * Adds tasks to a plan. They may depend on its tasks and on each other; one without an id gets `+n`, and a review of
 * all that has ended depends on it.
 * @param agentId the agent that calls, which may add only so many.
 * @throws CallerError, BreakdownError (unknown dependency, cycle, id twice); then nothing is added.
 */
export async function createTasks(
  ctx: RunContext,
  actor: string,
  slug: string,
  tasks: readonly Record<string, unknown>[],
  agentId?: string,
): Promise<{ ids: string[]; loaded: LoadedPlan; warnings: readonly string[] }> {
  const store = await existingGraph(ctx, slug);
  return changePlan(ctx, store, actor, slug, async (plan) => {
    const { graph } = plan;
    if (agentId !== undefined) await refuseTooManyTasks(plan, tasks.length);
    const added = withIds(tasks, plan);
    const again = added.map((task) => String(task.id)).filter((id) => graph.tasks.has(id as TaskId));
    if (again.length > 0) {
      throw new CallerError(
        "bad_input",
        `tasks: ${again.length === 1 ? "the id" : "the ids"} ${again.join(", ").slice(0, 300)} ${again.length === 1 ? "exists" : "exist"} already.`,
        "Leave id out, or choose another.",
        "tasks.id",
      );
    }
    const edges = new Map([...graph.tasks.values()].map((task) => [task.id, task.dependencies]));
    const warnings: string[] = [];
    const steps = lastSteps(graph.tasks.values());
    const read = readAdded(added, edges, warnings).map((task) =>
      dependOnWork(afterWhatItJudges(task, graph.tasks), graph.tasks, steps),
    );
    const { tasks: definitions, warnings: ofSubmodules } = await shareSubmoduleTasks(ctx, read, plan.policy);
    warnings.push(...ofSubmodules);
    warnings.push(...startFolderWarnings(ctx, definitions));
    warnings.push(...(await checkWorktrees(ctx, plan.stored.slug, definitions, plan.policy)));
    const first = nextPosition(plan);
    plan.append(
      ...definitions.map((definition, i) => ({
        type: "task.created" as const,
        task: definition.id,
        definition,
        position: first + i,
      })),
    );
    return { ids: definitions.map((task) => task.id), loaded: plan, warnings };
  });
}

/**
 * A reviewer's task that names no dependencies when all has ended judges all of it. It waits for what nothing else
 * waits for, so that it stands behind the work, and not beside it, where the plan is drawn.
 */
function afterWhatItJudges(task: TaskDefinition, tasks: ReadonlyMap<TaskId, Task>): TaskDefinition {
  const there = [...tasks.values()];
  if (!mayJudge(task) || task.dependencies.length > 0) return task;
  if (there.some(({ status }) => !hasEnded(status))) return task;
  const completed = there.filter(({ status }) => status === "completed");
  const waitedFor = new Set(completed.flatMap(({ dependencies }) => dependencies));
  return { ...task, dependencies: completed.flatMap(({ id }) => (waitedFor.has(id) ? [] : [id])) };
}

/**
 * Judges tasks of a call together with those that are there, so that dependencies resolve and cycles are seen.
 * @param around the tasks that are there, by what they depend on.
 */
export function readAdded(
  added: readonly Readonly<Record<string, unknown>>[],
  around: ReadonlyMap<TaskId, readonly TaskId[]>,
  warnings: string[],
): TaskDefinition[] {
  const raw = added.map((fields, at) => ({ fields, place: `tasks[${at}]` }));
  return readTasks(raw, "tasks", warnings, around).map(
    (task): TaskDefinition => ({ ...task, origin: "call" }),
  );
}

/** The position behind all tasks of the plan. */
export function nextPosition(plan: LoadedPlan): number {
  let last = 0;
  for (const { position } of plan.graph.tasks.values()) last = Math.max(last, position);
  return last + 1;
}

function withIds(tasks: readonly Record<string, unknown>[], before: LoadedPlan): Record<string, unknown>[] {
  const taken = new Set<string>([...before.graph.tasks.keys(), ...tasks.map((task) => String(task.id))]);
  let n = 0;
  return tasks.map((task) => {
    if (task.id !== undefined) return task;
    do n += 1;
    while (taken.has(`+${n}`));
    return { ...task, id: `+${n}` };
  });
}

/**
 * The name as an id that no task of the plan has: as it is, or with the first number behind it that is free.
 * @param firstNumber the number from which on all are written; the name is never used without one below it.
 */
export function freeId({ graph }: LoadedPlan, name: string, firstNumber: 1 | 2 = 2): TaskId {
  for (let number = 1; ; number++) {
    const id = `${name}${number < firstNumber ? "" : number}` as TaskId;
    if (!graph.tasks.has(id)) return id;
  }
}
