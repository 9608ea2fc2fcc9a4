import type { Needs } from "../../graph/task.ts";
import { clashCover } from "./clash-cover.ts";
import { type Activity, compileProblem, type Problem, type ProblemInput } from "./problem.ts";

/** A task as the planner is told of it. Times are milliseconds. */
export interface PlanTask {
  readonly id: string;
  /** Of those, only the ones that are planned as well count: the others have ended. */
  readonly dependencies: readonly string[];
  readonly needs: Needs;
  readonly durationMs: number;
  readonly role: string;
  /** It tolerates no other beside it. */
  readonly alone: boolean;
}

/** How much may run at once. */
export interface PlanLimits {
  readonly cap: number;
  /** Agents per role; a role that is not named has the cap. */
  readonly capacity: Readonly<Record<string, number>>;
}

/**
 * The planner's problem: one resource for the cap, one for each role that has fewer, one of capacity 1 for each
 * group of tasks that exclude each other. Activity i is task i.
 * @param clashes pairs of tasks, by index, that may not run at the same time.
 */
export function planProblem(
  tasks: readonly PlanTask[],
  limits: PlanLimits,
  clashes: readonly { readonly a: number; readonly b: number }[],
): Problem {
  return compileProblem(planProblemInput(tasks, limits, clashes));
}

/** The same problem as it is stated, before it is compiled. */
export function planProblemInput(
  tasks: readonly PlanTask[],
  { cap, capacity }: PlanLimits,
  clashes: readonly { readonly a: number; readonly b: number }[],
): ProblemInput {
  const indexOf = new Map(tasks.map((task, i) => [task.id, i]));
  const capacities = [cap];
  const demands = tasks.map(({ alone }) => [{ resource: 0, amount: alone ? cap : 1 }]);
  for (const [role, most] of Object.entries(capacity)) {
    if (most >= cap) continue;
    tasks.forEach((task, i) => {
      if (task.role === role) demands[i]?.push({ resource: capacities.length, amount: 1 });
    });
    capacities.push(most);
  }
  for (const group of clashCover(clashes.map(({ a, b }) => [a, b] as const))) {
    for (const member of group) demands[member]?.push({ resource: capacities.length, amount: 1 });
    capacities.push(1);
  }
  const activities = tasks.map((task, i): Activity => {
    const predecessors = task.dependencies.flatMap((id) => indexOf.get(id) ?? []);
    const needs = neededOf(task, predecessors.length);
    return {
      duration: Math.round(task.durationMs),
      predecessors,
      ...(needs !== undefined && { needs }),
      demands: demands[i] ?? [],
    };
  });
  return { activities, capacities };
}

/** How many of the open dependencies are waited for; those that completed already count. */
function neededOf({ needs, dependencies }: PlanTask, open: number): number | undefined {
  if (needs === "all" || needs === "settled") return undefined;
  const wanted = needs === "any" ? 1 : needs.atLeast;
  return Math.max(0, Math.min(open, wanted - (dependencies.length - open)));
}
