import { type NeededByAll, neededByAll } from "../problem/needed-by-all.ts";
import type { Lists, Problem } from "../problem/problem.ts";
import { EndQueue } from "./end-queue.ts";
import { RankHeaps } from "./rank-heaps.ts";
import type { Schedule } from "./schedule.ts";

/** No activity, no spot. */
const NONE = -1;
/** The heap of activities that became ready and were not looked at yet; those of the spots come after it. */
const ARRIVALS = 0;

/**
 * Parallel schedule generation (Kelley 1963; Kolisch 1996): whenever an activity ends, starts what fits, in the
 * order of priority. Nothing that fits waits, which is what continuous dispatch does.
 *
 * An activity that does not fit is parked where it lacks something: at the spot of a resource and an amount of
 * it. It is looked at again only when so much of it is free. So the work grows with the activities that start,
 * not with those that wait.
 */
export class ParallelGenerator {
  readonly #problem: Problem;
  #duration: Float64Array;
  readonly #free: Int32Array;
  readonly #missing: Int32Array;
  readonly #spots: Spots;
  /** Spots that may have room for what waits there; one may be empty or full again by the time it is looked at. */
  readonly #open: Int32Array;
  #openCount = 0;
  readonly #isOpen: Uint8Array;
  /** With less than this free, nothing can start. */
  readonly #least: readonly NeededByAll[];
  readonly #waiting: RankHeaps;
  readonly #ends: EndQueue;

  constructor(problem: Problem) {
    const { size, capacity } = problem;
    this.#problem = problem;
    this.#duration = problem.duration;
    this.#free = new Int32Array(capacity.length);
    this.#missing = new Int32Array(size);
    this.#spots = spotsOf(problem);
    const heaps = this.#spots.amount.length;
    this.#open = new Int32Array(heaps);
    this.#isOpen = new Uint8Array(heaps);
    this.#least = neededByAll(problem);
    this.#waiting = new RankHeaps(size, heaps);
    this.#ends = new EndQueue(size);
  }

  /**
   * @param rank the priority of each activity: whole numbers without equals, the least comes first.
   * @param state what is left of the generator's problem, if some of it was done.
   */
  generate(rank: Int32Array, state: Problem = this.#problem): Schedule {
    const start = new Float64Array(state.size);
    this.#duration = state.duration;
    this.#reset(rank, state.pinned);
    for (const activity of state.pinned) this.#begin(activity, 0, start);
    let now = 0;
    for (;;) {
      for (let next = this.#nextThatFits(); next !== NONE; next = this.#nextThatFits()) {
        this.#begin(next, now, start);
      }
      if (this.#ends.isEmpty) return { start, makespan: now };
      now = this.#ends.next;
      while (!this.#ends.isEmpty && this.#ends.next === now) this.#end(this.#ends.pop());
    }
  }

  #reset(rank: Int32Array, pinned: Int32Array): void {
    const { size, capacity, before } = this.#problem;
    this.#free.set(capacity);
    this.#ends.clear();
    this.#waiting.reset(rank);
    this.#isOpen.fill(0);
    this.#open[0] = ARRIVALS;
    this.#openCount = 1;
    for (let i = 0; i < size; i++) {
      this.#missing[i] = (before.first[i + 1] as number) - (before.first[i] as number);
    }
    // More than can end before them: they never become ready.
    for (const activity of pinned) this.#missing[activity] = size + 1;
    for (let i = 0; i < size; i++) {
      if (this.#missing[i] === 0) this.#waiting.push(ARRIVALS, i);
    }
  }

  /** The activity of the highest priority that can start now. What comes before it is parked where it lacks. */
  #nextThatFits(): number {
    for (;;) {
      for (const { resource, amount } of this.#least) {
        if ((this.#free[resource] as number) < amount) return NONE;
      }
      const spot = this.#bestOpenSpot();
      if (spot === NONE) return NONE;
      const activity = this.#waiting.pop(spot);
      const lacking = this.#lacking(activity);
      if (lacking === NONE) return activity;
      this.#waiting.push(lacking, activity);
    }
  }

  /** The open spot whose first activity has the highest priority; forgets those that are empty or full. */
  #bestOpenSpot(): number {
    let best = NONE;
    let bestRank = 0;
    for (let at = this.#openCount - 1; at >= 0; at--) {
      const spot = this.#open[at] as number;
      const isEmpty = this.#waiting.isEmpty(spot);
      if (spot !== ARRIVALS && (isEmpty || this.#isFull(spot))) {
        this.#isOpen[spot] = 0;
        this.#openCount -= 1;
        this.#open[at] = this.#open[this.#openCount] as number;
      } else if (!isEmpty) {
        const rank = this.#waiting.firstRank(spot);
        if (best === NONE || rank < bestRank) {
          best = spot;
          bestRank = rank;
        }
      }
    }
    return best;
  }

  #isFull(spot: number): boolean {
    const { resource, amount } = this.#spots;
    return (this.#free[resource[spot] as number] as number) < (amount[spot] as number);
  }

  /** The spot of the first demand that cannot be met now. */
  #lacking(activity: number): number {
    const { first, item } = this.#problem.demand;
    const amount = this.#problem.amount;
    for (let at = first[activity] as number; at < (first[activity + 1] as number); at++) {
      if ((this.#free[item[at] as number] as number) < (amount[at] as number)) {
        return this.#spots.ofDemand[at] as number;
      }
    }
    return NONE;
  }

  #begin(activity: number, now: number, start: Float64Array): void {
    const { demand, amount } = this.#problem;
    start[activity] = now;
    for (let at = demand.first[activity] as number; at < (demand.first[activity + 1] as number); at++) {
      const resource = demand.item[at] as number;
      this.#free[resource] = (this.#free[resource] as number) - (amount[at] as number);
    }
    this.#ends.push(now + (this.#duration[activity] as number), activity);
  }

  #end(activity: number): void {
    const { demand, amount, after } = this.#problem;
    for (let at = demand.first[activity] as number; at < (demand.first[activity + 1] as number); at++) {
      const resource = demand.item[at] as number;
      this.#free[resource] = (this.#free[resource] as number) + (amount[at] as number);
      this.#openSpots(resource);
    }
    for (let at = after.first[activity] as number; at < (after.first[activity + 1] as number); at++) {
      const next = after.item[at] as number;
      this.#missing[next] = (this.#missing[next] as number) - 1;
      if (this.#missing[next] === 0) this.#waiting.push(ARRIVALS, next);
    }
  }

  #openSpots(resource: number): void {
    const { first, item } = this.#spots.ofResource;
    for (let at = first[resource] as number; at < (first[resource + 1] as number); at++) {
      const spot = item[at] as number;
      if (this.#isFull(spot)) return;
      if (this.#isOpen[spot] === 0 && !this.#waiting.isEmpty(spot)) {
        this.#isOpen[spot] = 1;
        this.#open[this.#openCount++] = spot;
      }
    }
  }
}

/** One spot for every amount that some activity takes of a resource; the one of the arrivals belongs to none. */
interface Spots {
  readonly resource: Int32Array;
  readonly amount: Int32Array;
  /** The spots of a resource, by amount. */
  readonly ofResource: Lists;
  /** Where an activity waits that cannot have this demand met, at the places of `Problem.demand`. */
  readonly ofDemand: Int32Array;
}

function spotsOf({ demand, amount, capacity }: Problem): Spots {
  const amounts = Array.from(capacity, () => new Set<number>());
  for (let at = 0; at < amount.length; at++) amounts[demand.item[at] as number]?.add(amount[at] as number);
  const first = new Int32Array(capacity.length + 1);
  const resources = [NONE];
  const wanted = [0];
  const spotOf = amounts.map((set, resource) => {
    const byAmount = new Map<number, number>();
    for (const one of [...set].sort((a, b) => a - b)) {
      byAmount.set(one, wanted.length);
      resources.push(resource);
      wanted.push(one);
    }
    first[resource + 1] = wanted.length - 1;
    return byAmount;
  });
  return {
    resource: Int32Array.from(resources),
    amount: Int32Array.from(wanted),
    ofResource: { first, item: Int32Array.from(wanted.keys()).subarray(1) },
    ofDemand: demand.item.map((resource, at) => spotOf[resource]?.get(amount[at] as number) as number),
  };
}
