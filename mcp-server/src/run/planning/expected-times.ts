import type { TaskId } from "../../graph/task.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { endedOf, type PlannerContext, plannerOf, runningIn } from "./planning.ts";

/** When the rest of a plan is expected to be done. Times are milliseconds since the epoch. */
export interface ExpectedTimes {
  readonly atMs: number;
  /** Of each task that has not ended and can run; of one that runs, `startMs` is `atMs`. */
  readonly tasks: ReadonlyMap<TaskId, { readonly startMs: number; readonly endMs: number }>;
  readonly leftMs: number;
  /** No schedule of what is left is shorter. */
  readonly lowerBoundMs: number;
  /** Tasks of the longest chain of what is left. */
  readonly critical: ReadonlySet<TaskId>;
}

/** By the planner's schedule of what is left; undefined for a plan that is too large to be scheduled. */
export function expectedTimes(
  ctx: PlannerContext,
  loaded: LoadedPlan,
  nowMs: number,
): ExpectedTimes | undefined {
  const planner = plannerOf(ctx, loaded);
  if (!planner) return undefined;
  const { ids, replanner } = planner;
  const ended = new Set(endedOf(loaded.graph, ids));
  const progress = { ended, running: [...runningIn(planner, loaded.graph, nowMs)] };
  const { start, left, makespan, lowerBound, longestChain } = replanner.outlook(progress);
  const isOpen = (i: number) => !ended.has(i);
  const spanOf = (i: number) => {
    const startMs = nowMs + (start[i] as number);
    return { startMs, endMs: startMs + (left[i] as number) };
  };
  return {
    atMs: nowMs,
    tasks: new Map(ids.flatMap((id, i) => (isOpen(i) ? [[id, spanOf(i)] as const] : []))),
    leftMs: makespan,
    lowerBoundMs: lowerBound,
    critical: new Set(longestChain.filter(isOpen).map((i) => ids[i] as TaskId)),
  };
}
