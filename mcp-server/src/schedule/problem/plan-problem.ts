import type { Needs } from "../../graph/task.ts";
import { clashCover } from "./clash-cover.ts";
import { type Activity, compileProblem, type Demand, type Problem, type ProblemInput } from "./problem.ts";

/** A task as the planner is told of it. Times are milliseconds; of a running task what is left of it. */
export interface PlanTask {
  readonly id: string;
  /** Of those, only the ones that are planned as well count: the others have ended. */
  readonly dependencies: readonly string[];
  readonly needs: Needs;
  readonly durationMs: number;
  readonly role: string;
  /** It tolerates no other beside it. */
  readonly alone: boolean;
  /** Tasks with the same one go to few agents, one after another; absent: it has an agent of its own. */
  readonly shape?: string;
  /** It runs already: it waits for nothing, and what it holds is held from the beginning. */
  readonly running?: boolean;
}

/** How much may run at once. */
export interface PlanLimits {
  readonly cap: number;
  /** Agents per role; a role that is not named has the cap. */
  readonly capacity: Readonly<Record<string, number>>;
  /** Agents per shape of tasks that are done one after another. */
  readonly inTurn?: ReadonlyMap<string, number>;
}

/** What tasks compete for, by the index that the problem has it under. */
export type PlanResource =
  | { readonly kind: "cap"; readonly capacity: number }
  | { readonly kind: "role"; readonly role: string; readonly capacity: number }
  | { readonly kind: "turn"; readonly shape: string; readonly capacity: number }
  /** These tasks, by index, exclude each other. */
  | { readonly kind: "clash"; readonly members: readonly number[]; readonly capacity: 1 };

/**
 * One resource for the cap, one for each role and each shape of tasks done in turn that has fewer agents, one of capacity
 * 1 for each group of tasks that exclude each other.
 * @param clashes pairs of tasks, by index, that may not run at the same time.
 */
export function planResources(
  { cap, capacity, inTurn = new Map() }: PlanLimits,
  clashes: readonly { readonly a: number; readonly b: number }[],
): PlanResource[] {
  const roles = Object.entries(capacity).filter(([, most]) => most < cap);
  const shapes = [...inTurn].filter(([, most]) => most < cap);
  const groups = clashCover(clashes.map(({ a, b }) => [a, b] as const));
  return [
    { kind: "cap", capacity: cap },
    ...roles.map(([role, most]) => ({ kind: "role" as const, role, capacity: most })),
    ...shapes.map(([shape, most]) => ({ kind: "turn" as const, shape, capacity: most })),
    ...groups.map((members) => ({ kind: "clash" as const, members, capacity: 1 as const })),
  ];
}

/**
 * The planner's problem, with the resources of `planResources`. Activity i is task i.
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
  limits: PlanLimits,
  clashes: readonly { readonly a: number; readonly b: number }[],
): ProblemInput {
  const indexOf = new Map(tasks.map((task, i) => [task.id, i]));
  const resources = planResources(limits, clashes);
  const demands = tasks.map((): Demand[] => []);
  for (const [resource, of] of resources.entries()) {
    const take = (task: number, amount = 1) => demands[task]?.push({ resource, amount });
    if (of.kind === "clash") for (const member of of.members) take(member);
    else if (of.kind === "cap") {
      tasks.forEach(({ alone }, i) => {
        take(i, alone ? of.capacity : 1);
      });
    } else if (of.kind === "turn") {
      tasks.forEach(({ shape }, i) => {
        if (shape === of.shape) take(i);
      });
    } else {
      tasks.forEach(({ role }, i) => {
        if (role === of.role) take(i);
      });
    }
  }
  const activities = tasks.map((task, i): Activity => {
    const predecessors = task.dependencies.flatMap((id) => indexOf.get(id) ?? []);
    const needs = neededOf(task, predecessors.length);
    return {
      duration: Math.round(task.durationMs),
      predecessors,
      ...(needs !== undefined && { needs }),
      ...(task.running && { running: true }),
      demands: demands[i] ?? [],
    };
  });
  return { activities, capacities: resources.map(({ capacity }) => capacity) };
}

/** How many of the open dependencies are waited for; those that completed already count. */
function neededOf({ needs, dependencies }: PlanTask, open: number): number | undefined {
  if (needs === "all" || needs === "settled") return undefined;
  const wanted = needs === "any" ? 1 : needs.atLeast;
  return Math.max(0, Math.min(open, wanted - (dependencies.length - open)));
}
