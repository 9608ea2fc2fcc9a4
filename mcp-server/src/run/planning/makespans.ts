import { headsAndTails } from "../../schedule/bounds/heads-and-tails.ts";
import type { Schedule } from "../../schedule/generation/schedule.ts";
import { planSchedule, type SchedulePlan } from "../../schedule/plan-schedule.ts";
import { planProblem } from "../../schedule/problem/plan-problem.ts";
import type { Situation } from "../../schedule/what-if.ts";
import { MAX_COMPARED } from "./comparison.ts";

const MAX_CAP = 20;

/** How long a plan takes with the cap that it has, and with others. */
export interface CapPlans {
  /** With its own. */
  readonly plan: SchedulePlan;
  /** For each cap from 1 on, as far as more makes it shorter, in milliseconds; of very large plans none. */
  readonly makespanByCap: readonly number[];
}

/**
 * Plans for every cap. A schedule for a lower cap is one for a higher cap as well, so more agents never take longer:
 * where the planner finds nothing better, the one for fewer stands.
 */
export function plansByCap(now: Situation): CapPlans {
  const { cap } = now.limits;
  const planFor = (most: number) => {
    const problem = planProblem(now.tasks, { ...now.limits, cap: most }, now.clashes);
    return { ...planSchedule(problem), longestChain: headsAndTails(problem).criticalPath };
  };
  const own = planFor(cap);
  if (now.tasks.length > MAX_COMPARED) return { plan: own, makespanByCap: [] };
  const found: number[] = [];
  let best: Schedule | undefined;
  let plan: SchedulePlan = own;
  for (let most = 1; most <= Math.max(MAX_CAP, cap); most++) {
    const one = most === cap ? own : planFor(most);
    if (best === undefined || one.makespan < best.makespan) best = one;
    if (most <= cap && best.makespan < own.makespan) plan = { ...best, lowerBound: own.lowerBound };
    found.push(best.makespan);
    // More agents have nothing to do.
    if (most >= now.tasks.length || best.makespan <= one.longestChain) break;
  }
  while (found.length > 1 && found.at(-1) === found.at(-2)) found.pop();
  return { plan, makespanByCap: found };
}
