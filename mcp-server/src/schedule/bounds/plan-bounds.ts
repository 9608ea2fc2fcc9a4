import type { PlanResource, PlanTask } from "../problem/plan-problem.ts";
import type { Problem } from "../problem/problem.ts";
import { aloneBound } from "./alone-bound.ts";
import type { HeadsAndTails } from "./heads-and-tails.ts";
import { workBounds } from "./work-bound.ts";

/** What keeps a plan from being shorter. */
export type Limit =
  /** Each of a chain of tasks needs the one before. */
  | { readonly kind: "chain" }
  /** Some tolerate no other beside them. */
  | { readonly kind: "alone" }
  | PlanResource;

/** No schedule is shorter than this, because of one limit. */
export interface PlanBound {
  readonly by: Limit;
  readonly lengthMs: number;
}

/**
 * What each limit by itself allows at best, the strictest first; the first is the lower bound of `planSchedule`. Where
 * several come to the same, the chain of dependencies is named before resources.
 * @param problem of these tasks, with these resources.
 */
export function planBounds(
  tasks: readonly PlanTask[],
  resources: readonly PlanResource[],
  problem: Problem,
  known: HeadsAndTails,
): PlanBound[] {
  const alone = tasks.filter(({ alone }) => alone);
  const work = (of: readonly PlanTask[]) => of.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const byWork = [...workBounds(problem, known)].flatMap((lengthMs, i): PlanBound[] => {
    const by = resources[i];
    if (by === undefined) return [];
    // Tasks that run alone take the whole cap: where they are most of its work, they hold the plan and not the cap.
    const isAlone = by.kind === "cap" && alone.length > 0 && (1 + by.capacity) * work(alone) > work(tasks);
    return [{ by: isAlone ? { kind: "alone" } : by, lengthMs }];
  });
  const bounds: PlanBound[] = [{ by: { kind: "chain" }, lengthMs: known.criticalPath }, ...byWork];
  if (alone.length > 0) bounds.push({ by: { kind: "alone" }, lengthMs: aloneBound(problem) });
  return bounds.sort((a, b) => b.lengthMs - a.lengthMs);
}
