import type { Problem } from "../problem/problem.ts";
import type { HeadsAndTails } from "./heads-and-tails.ts";

/** About so many steps are spent on a resource: with many activities the bound is taken at fewer heads. */
const STEPS = 30_000;
const MIN_THRESHOLDS = 10;

/**
 * No schedule is shorter than the work that a resource has to do: for any times a and b, the activities with a head
 * of at least a and a tail of at least b lie between a and the makespan - b (Carlier & Latapie 1991). With a = b = 0
 * that is all work of the resource divided by its capacity.
 */
export function workBound(problem: Problem, known: HeadsAndTails): number {
  return workBounds(problem, known).reduce((longest, bound) => Math.max(longest, bound), 0);
}

/** The same for each resource by itself. */
export function workBounds(problem: Problem, known: HeadsAndTails): Float64Array {
  const takers = takersOf(problem, known);
  const bounds = new Float64Array(problem.capacity.length);
  for (let resource = 0; resource < problem.capacity.length; resource++) {
    const [from, to] = [takers.first[resource] as number, takers.first[resource + 1] as number];
    const heads = takers.head.subarray(from, to);
    const tails = takers.tail.subarray(from, to);
    const work = takers.work.subarray(from, to);
    for (const threshold of thresholds(heads)) {
      const length = workAfter(threshold, problem.capacity[resource] as number, heads, tails, work);
      if (length > (bounds[resource] as number)) bounds[resource] = length;
    }
  }
  return bounds;
}

/** The bound for one threshold of the heads and the best one of the tails. */
function workAfter(
  threshold: number,
  capacity: number,
  heads: Float64Array,
  tails: Float64Array,
  work: Float64Array,
): number {
  let sum = 0;
  let longest = 0;
  for (let at = 0; at < heads.length; at++) {
    if ((heads[at] as number) < threshold) continue;
    sum += work[at] as number;
    const length = Math.ceil(sum / capacity) + (tails[at] as number);
    if (length > longest) longest = length;
  }
  return threshold + longest;
}

/** Head, tail and work (time times amount) of what takes of each resource, the longest tail first. */
interface Takers {
  readonly first: Int32Array;
  readonly head: Float64Array;
  readonly tail: Float64Array;
  readonly work: Float64Array;
}

function takersOf(problem: Problem, { head, tail }: HeadsAndTails): Takers {
  const { capacity, demand, amount, duration } = problem;
  const isExcess = excessOfPinned(problem);
  const first = new Int32Array(capacity.length + 1);
  for (let at = 0; at < amount.length; at++) {
    const after = (demand.item[at] as number) + 1;
    if (isExcess[at] === 0) first[after] = (first[after] as number) + 1;
  }
  for (let resource = 0; resource < capacity.length; resource++) {
    first[resource + 1] = (first[resource + 1] as number) + (first[resource] as number);
  }
  const count = first[capacity.length] as number;
  const takers = {
    first,
    head: new Float64Array(count),
    tail: new Float64Array(count),
    work: new Float64Array(count),
  };
  const next = first.slice();
  const byTail = problem.topological.slice().sort((a, b) => (tail[b] as number) - (tail[a] as number));
  for (const activity of byTail) {
    for (let at = demand.first[activity] as number; at < (demand.first[activity + 1] as number); at++) {
      if (isExcess[at] === 1) continue;
      const resource = demand.item[at] as number;
      const place = next[resource] as number;
      next[resource] = place + 1;
      takers.head[place] = head[activity] as number;
      takers.tail[place] = tail[activity] as number;
      takers.work[place] = (duration[activity] as number) * (amount[at] as number);
    }
  }
  return takers;
}

/**
 * Marks the demands of what runs already on a resource of which it takes more than there is: that work is not
 * spread over the capacity.
 */
function excessOfPinned({ capacity, demand, amount, duration, pinned }: Problem): Uint8Array {
  const taken = new Float64Array(capacity.length);
  const isExcess = new Uint8Array(amount.length);
  const eachDemand = (visit: (at: number, resource: number) => void) => {
    for (const activity of pinned) {
      if (duration[activity] === 0) continue;
      for (let at = demand.first[activity] as number; at < (demand.first[activity + 1] as number); at++) {
        visit(at, demand.item[at] as number);
      }
    }
  };
  eachDemand((at, resource) => {
    taken[resource] = (taken[resource] as number) + (amount[at] as number);
  });
  eachDemand((at, resource) => {
    if ((taken[resource] as number) > (capacity[resource] as number)) isExcess[at] = 1;
  });
  return isExcess;
}

/** The heads to take the bound at: all that differ, or as many as can be afforded, evenly spread. */
function thresholds(heads: Float64Array): Float64Array {
  const sorted = heads.slice().sort();
  const distinct = sorted.filter((head, at) => at === 0 || head !== sorted[at - 1]);
  const affordable = Math.max(MIN_THRESHOLDS, Math.floor(STEPS / heads.length));
  if (distinct.length <= affordable) return distinct;
  return Float64Array.from(
    { length: affordable },
    (_, n) => distinct[Math.floor((n * distinct.length) / affordable)] as number,
  );
}
