import type { Part } from "./crossover.ts";
import type { Individual } from "./decoder.ts";
import type { Problem } from "./problem.ts";
import type { Random } from "./random.ts";

/** A part is between these shares of the list. */
const SHORTEST = 1 / 4;
const LONGEST = 3 / 4;
/** So many parts of the same length are looked at. */
const TRIES = 4;

/** Per activity the shares of the capacities that it takes, times its duration. */
export function workOf({ size, demand, amount, capacity, duration }: Problem): Float64Array {
  const work = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let shares = 0;
    for (let at = demand.first[i] as number; at < (demand.first[i + 1] as number); at++) {
      shares += (amount[at] as number) / Math.max(1, capacity[demand.item[at] as number] as number);
    }
    work[i] = shares * (duration[i] as number);
  }
  return work;
}

/**
 * Of some parts of a list the one during which the schedule uses the resources least: what is packed well is better
 * kept as it is (the reverse of the peaks that Valls, Ballestín & Quintanilla 2008 hand on).
 */
export function loosePart({ list, end }: Individual, work: Float64Array, random: Random): Part {
  const size = list.length;
  const length = Math.max(1, Math.floor(size * (SHORTEST + (LONGEST - SHORTEST) * random())));
  let loosest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let n = 0; n < TRIES; n++) {
    const from = Math.floor(random() * (size - length + 1));
    const to = from + length;
    let done = 0;
    for (let at = from; at < to; at++) done += work[list[at] as number] as number;
    const begins = to < size ? (end[list[to] as number] as number) : 0;
    const use = done / Math.max(1, (end[list[from] as number] as number) - begins);
    if (use < least) {
      least = use;
      loosest = from;
    }
  }
  return { from: loosest, to: loosest + length };
}
