import type { Order } from "../graph/plan-graph.ts";
import { hasEnded } from "../graph/readiness.ts";
import type { Scope } from "../graph/scope.ts";
import type { Task, TaskId } from "../graph/task.ts";
import { areAlternatives } from "../policy/alternatives.ts";
import { type ClashPair, clashPairs } from "../policy/clash-pairs.ts";
import { claimedScope, runsAlone } from "../policy/exclusivity.ts";
import type { Policy } from "../policy/policy.ts";
import type { Estimates } from "../schedule/estimate.ts";
import { headsAndTails } from "../schedule/heads-and-tails.ts";
import { type PlanTask, planProblem } from "../schedule/plan-problem.ts";
import { planSchedule, promptEffort } from "../schedule/plan-schedule.ts";
import type { RunContext } from "./context.ts";

/** The same tasks give the same plan. */
export const SEED = 1;
/** With more open tasks the longest chain decides: a plan would take longer than anybody waits. */
const MOST_PLANNED = 20_000;

/** What of the surroundings the planner has to know. */
export type Surroundings = Pick<RunContext, "roles" | "caseInsensitive">;

/** What the planner is told of tasks, by index. */
export interface Planning {
  readonly tasks: readonly PlanTask[];
  readonly scopes: readonly Scope[];
  readonly clashes: readonly ClashPair[];
}

/** @param tasks those that are still to be done. Links are not followed: a claim does that when it is its turn. */
export function planningOf(
  { roles, caseInsensitive }: Surroundings,
  tasks: readonly Task[],
  policy: Pick<Policy, "unscoped">,
  estimates: Estimates,
): Planning {
  const scopes = tasks.map((task) => claimedScope(task, policy));
  return {
    scopes,
    clashes: clashPairs(scopes, caseInsensitive).filter(({ a, b }) => !areAlternatives(tasks[a], tasks[b])),
    tasks: tasks.map((task, i) => ({
      id: task.id,
      dependencies: task.dependencies,
      needs: task.needs,
      durationMs: estimates.durationMs(task) + estimates.launchMs,
      role: roles.resolve(task.agent).role,
      alone: runsAlone(scopes[i] as Scope),
    })),
  };
}

/**
 * Ranks tasks by when a good schedule starts them. Whatever happens then, the first ready ones that fit are started,
 * so that no slot stays idle while one fits.
 */
export function plannedOrder(ctx: Surroundings, policy: Policy, estimates: Estimates): Order {
  const { maxParallel, capacity, unscoped } = policy;
  return {
    key: JSON.stringify([maxParallel, capacity, unscoped]),
    rank: (all) => {
      const open = all.filter((task) => !hasEnded(task.status));
      if (open.length > MOST_PLANNED) return undefined;
      const { tasks, clashes } = planningOf(ctx, open, policy, estimates);
      const problem = planProblem(tasks, { cap: maxParallel, capacity }, clashes);
      const { start } = planSchedule(problem, { schedules: promptEffort(tasks.length), seed: SEED });
      const { tail } = headsAndTails(problem);
      const behind = (i: number) => (problem.duration[i] ?? 0) + (tail[i] ?? 0);
      // Of those that start together, the one with most work behind it comes first.
      const order = [...open.keys()].sort(
        (a, b) => (start[a] ?? 0) - (start[b] ?? 0) || behind(b) - behind(a),
      );
      return new Map(order.map((i, place): [TaskId, number] => [(open[i] as Task).id, -place]));
    },
  };
}
