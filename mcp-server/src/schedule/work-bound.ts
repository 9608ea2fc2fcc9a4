import type { HeadsAndTails } from "./heads-and-tails.ts";
import type { Problem } from "./problem.ts";

/** With more distinct heads than this, the bound is taken at so many of them, evenly spread. */
const MAX_THRESHOLDS = 200;

/**
 * No schedule is shorter than the work that a resource has to do: for any times a and b, the activities with a head
 * of at least a and a tail of at least b lie between a and the makespan - b (Carlier & Latapie 1991). With a = b = 0
 * that is all work of the resource divided by its capacity.
 */
export function workBound(problem: Problem, { head, tail }: HeadsAndTails): number {
  const { capacity } = problem;
  const byTail = Int32Array.from(problem.topological).sort(
    (a, b) => (tail[b] as number) - (tail[a] as number),
  );
  let bound = 0;
  for (const [resource, { activities, work }] of takersOf(problem, byTail).entries()) {
    for (const threshold of thresholds(activities.map((activity) => head[activity] as number))) {
      let sum = 0;
      for (let at = 0; at < activities.length; at++) {
        const activity = activities[at] as number;
        if ((head[activity] as number) < threshold) continue;
        sum += work[at] as number;
        const atLeast =
          threshold + Math.ceil(sum / (capacity[resource] as number)) + (tail[activity] as number);
        if (atLeast > bound) bound = atLeast;
      }
    }
  }
  return bound;
}

/** Per resource the activities that take of it, in the given order, with time times amount of each. */
function takersOf({ capacity, demand, amount, duration, pinned }: Problem, order: Int32Array) {
  const takers = Array.from(capacity, () => ({ activities: [] as number[], work: [] as number[] }));
  const pinnedAmount = new Float64Array(capacity.length);
  const each = (activity: number, visit: (resource: number, amount: number) => void) => {
    for (let at = demand.first[activity] as number; at < (demand.first[activity + 1] as number); at++) {
      visit(demand.item[at] as number, amount[at] as number);
    }
  };
  for (const activity of pinned) {
    if (duration[activity] === 0) continue;
    each(activity, (resource, taken) => {
      pinnedAmount[resource] = (pinnedAmount[resource] as number) + taken;
    });
  }
  const isPinned = new Set(pinned);
  for (const activity of order) {
    each(activity, (resource, taken) => {
      // What runs already may be more than there is: then its work is not spread over the capacity.
      const isTooMuch = (pinnedAmount[resource] as number) > (capacity[resource] as number);
      if (isTooMuch && isPinned.has(activity)) return;
      takers[resource]?.activities.push(activity);
      takers[resource]?.work.push((duration[activity] as number) * taken);
    });
  }
  return takers;
}

function thresholds(heads: readonly number[]): number[] {
  const distinct = [...new Set(heads)].sort((a, b) => a - b);
  if (distinct.length <= MAX_THRESHOLDS) return distinct;
  return Array.from(
    { length: MAX_THRESHOLDS },
    (_, n) => distinct[Math.floor((n * distinct.length) / MAX_THRESHOLDS)] as number,
  );
}
