import { planSchedule } from "../../mcp-server/src/schedule/plan-schedule.ts";
import { compileProblem } from "../../mcp-server/src/schedule/problem/problem.ts";

/** A task of the plan that is measured: the agent at it takes exactly this long. */
export interface TimedTask {
  readonly id: string;
  readonly durationMs: number;
  readonly dependencies: readonly string[];
}

/** The tasks of a real breakdown that wait for each other: seconds of an agent, and the numbers of others. */
const SHAPE: readonly (readonly [number, readonly number[]])[] = [
  [1, []],
  [1.5, []],
  [2, []],
  [1, []],
  [1.5, []],
  [2, [1, 2, 3, 4, 5]],
  [2.5, [5]],
  [3, [5]],
  [4, [5]],
  [5, [7, 8, 9]],
  [5.5, [8, 9, 10]],
  [2, [2]],
  [5, [12, 7]],
  [3, []],
  [4, [14]],
  [5, [12, 13, 14, 15]],
  [3, [2]],
  [4, [7, 10]],
  [2.5, [17, 18]],
  [3, [11, 16, 19]],
];

/** Twenty tasks. @param scale what the seconds of the plan are multiplied by. */
export function timedPlan(scale: number): TimedTask[] {
  return SHAPE.map(([seconds, before], at) => ({
    id: String(at + 1),
    durationMs: Math.round(seconds * scale * 1_000),
    dependencies: before.map(String),
  }));
}

/**
 * How long the plan takes at best: the planner's makespan, when it knows every duration.
 * @param launchMs what launching an agent costs, for every task.
 */
export function bestPossibleMs(tasks: readonly TimedTask[], cap: number, launchMs: number): number {
  const at = new Map(tasks.map(({ id }, index) => [id, index]));
  const activities = tasks.map(({ durationMs, dependencies }) => ({
    duration: Math.round(durationMs + launchMs),
    predecessors: dependencies.flatMap((id) => at.get(id) ?? []),
    demands: [{ resource: 0, amount: 1 }],
  }));
  return planSchedule(compileProblem({ activities, capacities: [cap] })).makespan;
}
