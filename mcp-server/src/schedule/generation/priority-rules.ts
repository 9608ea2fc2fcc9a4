import type { HeadsAndTails } from "../bounds/heads-and-tails.ts";
import type { Problem } from "../problem/problem.ts";
import { RankHeaps } from "./rank-heaps.ts";

/**
 * How late an activity may start without delaying the end of the plan, as the urgency it has: the least first.
 * The order is that of the upward rank, the longest chain that begins with the activity (Topcuoglu et al. 2002),
 * or of the latest finish (Davis & Patterson 1975).
 */
export const RULES = ["upward rank", "latest finish"] as const;
export type Rule = (typeof RULES)[number];

/** The urgency of each activity by a rule; activities that others wait for never come after those. */
export function urgency(rule: Rule, problem: Problem, { tail }: HeadsAndTails): Float64Array {
  if (rule === "latest finish") return tail.map((length) => -length);
  return tail.map((length, activity) => -length - (problem.duration[activity] as number));
}

/** Turns urgencies into ranks from 0, the least urgency first, and among equals the first in topological order. */
export function ranksOf(urgencies: Float64Array, { topological }: Problem): Int32Array {
  const order = topological.slice().sort((a, b) => (urgencies[a] as number) - (urgencies[b] as number));
  const rank = new Int32Array(order.length);
  order.forEach((activity, place) => {
    rank[activity] = place;
  });
  return rank;
}

/** All activities, each after what it waits for; of those that could come next, the one with the least rank. */
export function listByRank(rank: Int32Array, { size, before, after }: Problem): Int32Array {
  const ready = new RankHeaps(size, 1);
  ready.reset(rank);
  const missing = new Int32Array(size);
  for (let i = 0; i < size; i++) {
    missing[i] = (before.first[i + 1] as number) - (before.first[i] as number);
    if (missing[i] === 0) ready.push(0, i);
  }
  const list = new Int32Array(size);
  for (let place = 0; !ready.isEmpty(0); place++) {
    const activity = ready.pop(0);
    list[place] = activity;
    for (let at = after.first[activity] as number; at < (after.first[activity + 1] as number); at++) {
      const next = after.item[at] as number;
      missing[next] = (missing[next] as number) - 1;
      if (missing[next] === 0) ready.push(0, next);
    }
  }
  return list;
}
