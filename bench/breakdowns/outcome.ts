import { levels } from "../../mcp-server/src/graph/order/levels.ts";
import { parseScope } from "../../mcp-server/src/graph/scope/scope.ts";
import type { Task } from "../../mcp-server/src/graph/task.ts";
import { claimedScope, clashOfClaims } from "../../mcp-server/src/policy/exclusivity.ts";
import { DEFAULT_POLICY, type Policy } from "../../mcp-server/src/policy/policy.ts";
import type { Strategy } from "../../mcp-server/src/policy/strategy.ts";
import { analyse, NOT_BEGUN } from "../../mcp-server/src/run/planning/analysis.ts";
import type { PlannerContext } from "../../mcp-server/src/run/planning/planning.ts";
import { Estimates } from "../../mcp-server/src/schedule/estimate.ts";
import { levelChunksMs } from "./level-chunks.ts";
import { flawOf } from "./validity.ts";

/** What the planner makes of one breakdown. Minutes as the analysis gives them. */
export interface Outcome {
  readonly name: string;
  readonly unscopedPolicy: Policy["unscoped"];
  readonly tasks: number;
  readonly levels: number;
  readonly unscoped: number;
  readonly makespanMinutes: number;
  readonly lowerBoundMinutes: number;
  /** How far the makespan is above the lower bound. */
  readonly gapPercent: number;
  readonly speedup: number;
  /** What level chunks take when nothing keeps them off each other's files. */
  readonly levelChunksMinutes: number;
  /** What they take when a chunk holds no two tasks that clash. */
  readonly safeChunksMinutes: number;
  readonly verdict: Strategy;
  readonly flaw?: string;
}

/** Analyses a breakdown as `plan_analyze` does before anything has run, and checks the schedule. */
export function outcomeOf(
  ctx: PlannerContext,
  name: string,
  tasks: readonly Task[],
  limits: Pick<Policy, "maxParallel" | "unscoped">,
): Outcome {
  const policy: Policy = { ...DEFAULT_POLICY, ...limits };
  const { maxParallel: cap } = limits;
  const analysis = analyse(ctx, {
    tasks,
    total: tasks.length,
    progress: NOT_BEGUN,
    policy,
    estimates: new Estimates(),
    cap,
    isFromFile: true,
    slug: name,
  });
  const placed = new Map(analysis.schedule.map((place) => [place.task, place]));
  const inLevels = levels(
    tasks.map((task) => {
      const { startMs = 0, endMs = 0 } = placed.get(task.id) ?? {};
      return {
        ...task,
        durationMs: endMs - startMs,
        scope: parseScope(claimedScope(task, policy), ctx.caseInsensitive),
      };
    }),
  );
  const makespanMs = Math.max(0, ...analysis.schedule.map(({ endMs }) => endMs));
  const { lowerBoundMinutes, speedup } = analysis.estimate;
  const flaw = flawOf(tasks, analysis.schedule, limits);
  return {
    name,
    unscopedPolicy: limits.unscoped,
    tasks: tasks.length,
    levels: inLevels.length,
    unscoped: analysis.unscoped.length,
    makespanMinutes: makespanMs / 60_000,
    lowerBoundMinutes,
    gapPercent: 100 * Math.max(0, analysis.estimate.makespanMinutes / lowerBoundMinutes - 1),
    speedup,
    levelChunksMinutes: levelChunksMs(inLevels, (_, chunk) => chunk.length < cap) / 60_000,
    safeChunksMinutes:
      levelChunksMs(
        inLevels,
        (task, chunk) => chunk.length < cap && !chunk.some((other) => clashOfClaims(task.scope, other.scope)),
      ) / 60_000,
    verdict: analysis.strategy,
    ...(flaw === undefined ? {} : { flaw }),
  };
}
