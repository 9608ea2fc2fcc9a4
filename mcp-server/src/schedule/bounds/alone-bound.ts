import { neededByAll } from "../problem/needed-by-all.ts";
import type { Problem } from "../problem/problem.ts";
import { headsAndTails } from "./heads-and-tails.ts";
import { workBound } from "./work-bound.ts";

/**
 * A bound for problems in which activities tolerate no other beside them: no schedule is shorter than all of those
 * one after another and, with their time cut out of it, a schedule of the rest. 0 where there are none.
 */
export function aloneBound(problem: Problem): number {
  const alone = activitiesAlone(problem);
  if (alone.length === 0) return 0;
  const duration = problem.duration.slice();
  let total = 0;
  for (const activity of alone) {
    total += duration[activity] as number;
    duration[activity] = 0;
  }
  const rest = { ...problem, duration };
  const known = headsAndTails(rest);
  return total + Math.max(known.criticalPath, workBound(rest, known));
}

/** Those that leave too little of a resource of which everything takes some. What runs already may overlap. */
function activitiesAlone(problem: Problem): number[] {
  const { size, demand, amount, capacity, pinned } = problem;
  const most = new Map(
    neededByAll(problem).map(({ resource, amount: least }) => [
      resource,
      (capacity[resource] as number) - least,
    ]),
  );
  const isPinned = new Uint8Array(size);
  for (const activity of pinned) isPinned[activity] = 1;
  const alone: number[] = [];
  for (let i = 0; i < size; i++) {
    if (isPinned[i] === 1) continue;
    for (let at = demand.first[i] as number; at < (demand.first[i + 1] as number); at++) {
      const beside = most.get(demand.item[at] as number);
      if (beside === undefined || (amount[at] as number) <= beside) continue;
      alone.push(i);
      break;
    }
  }
  return alone;
}
