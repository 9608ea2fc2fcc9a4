import fc from "fast-check";
import type { Activity, ProblemInput } from "../../mcp-server/src/schedule/problem/problem.ts";

/** An activity that takes one of resource 0. */
export function activity(
  duration: number,
  predecessors: readonly number[] = [],
  more: Partial<Activity> = {},
): Activity {
  return { duration, predecessors, demands: [{ resource: 0, amount: 1 }], ...more };
}

/** Small problems: a cap, a second resource, files that exclude, some that run already, some that need only part. */
export const problems: fc.Arbitrary<ProblemInput> = fc
  .record({
    pairs: fc.array(fc.tuple(fc.nat(8), fc.nat(8)), { maxLength: 4 }),
    cap: fc.integer({ min: 1, max: 4 }),
    other: fc.integer({ min: 1, max: 3 }),
    rows: fc.array(
      fc.record({
        duration: fc.integer({ min: 0, max: 9 }),
        after: fc.array(fc.nat(30), { maxLength: 3 }),
        partly: fc.boolean(),
        running: fc.integer({ min: 0, max: 9 }),
        takes: fc.tuple(fc.nat(4), fc.nat(3), fc.nat(1), fc.nat(1)),
      }),
      { maxLength: 9 },
    ),
  })
  .map(({ cap, other, pairs, rows }) => {
    const capacities = [cap, other, 1, 1];
    return {
      capacities,
      clashes: pairs.filter((pair) => pair.every((index) => index < rows.length)),
      activities: rows.map(({ duration, after, partly, running, takes }, n): Activity => {
        const predecessors = n === 0 ? [] : [...new Set(after.map((before) => before % n))];
        return {
          duration,
          predecessors,
          ...(partly && predecessors.length > 0 ? { needs: 1 } : {}),
          running: running === 0,
          demands: takes.flatMap((amount, resource) =>
            amount === 0 ? [] : [{ resource, amount: Math.min(amount, capacities[resource] as number) }],
          ),
        };
      }),
    };
  });

/** The shortest makespan, by trying every order in serial generation: only for very small problems. */
export function shortestMakespan({ activities, capacities }: ProblemInput): number {
  let best = Number.POSITIVE_INFINITY;
  const start = new Map<number, number>();
  const endOf = (index: number) => (start.get(index) as number) + (activities[index] as Activity).duration;
  const fits = (index: number, at: number) => {
    const { duration, demands } = activities[index] as Activity;
    for (let time = at; time < at + duration; time++) {
      for (const { resource, amount } of demands) {
        const used = [...start.keys()]
          .filter((other) => (start.get(other) as number) <= time && time < endOf(other))
          .flatMap((other) => (activities[other] as Activity).demands)
          .reduce((sum, demand) => sum + (demand.resource === resource ? demand.amount : 0), 0);
        if (used + amount > (capacities[resource] as number)) return false;
      }
    }
    return true;
  };
  const extend = (makespan: number) => {
    if (makespan >= best) return;
    if (start.size === activities.length) best = makespan;
    for (const [index, { predecessors }] of activities.entries()) {
      if (start.has(index) || !predecessors.every((other) => start.has(other))) continue;
      let at = Math.max(0, ...predecessors.map(endOf));
      while (!fits(index, at)) at += 1;
      start.set(index, at);
      extend(Math.max(makespan, endOf(index)));
      start.delete(index);
    }
  };
  extend(0);
  return best;
}
