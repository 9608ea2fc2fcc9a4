import { ParallelGenerator } from "./parallel-generation.ts";
import { listByRank } from "./priority-rules.ts";
import { type Problem, reversed } from "./problem.ts";
import { SerialGenerator } from "./serial-generation.ts";

/** Beyond so many activities every schedule is a parallel one: a serial pass takes time with the square of them. */
const MOST_FOR_SERIAL = 30_000;

/** Forward in time, or from the end backwards. */
export type Direction = "forward" | "backward";
export type Scheme = "serial" | "parallel";

/** A schedule in one direction, kept as the list that it gives for the other. */
export interface Individual {
  /** The activities from the last to end to the first. */
  readonly list: Int32Array;
  /** When each activity ends. */
  readonly end: Float64Array;
  makespan: number;
  /** The smaller, the more is done early; decides between equal makespans. */
  sumOfStarts: number;
}

/** Makes schedules in either direction, counts them and keeps the best. */
export class Decoder {
  readonly #problem: Problem;
  readonly #generators;
  readonly #start: Float64Array;
  readonly #rank: Int32Array;
  readonly #spare: Individual;
  readonly #budget: number;
  readonly #target: number;
  readonly bestStart: Float64Array;
  best = Number.POSITIVE_INFINITY;
  schedules = 0;

  /**
   * @param budget schedules to make at most, each pass in either direction being one.
   * @param target the makespan that is good enough to stop.
   */
  constructor(problem: Problem, budget: number, target: number) {
    this.#problem = problem;
    const backward = reversed(problem);
    this.#generators = {
      forward: { serial: new SerialGenerator(problem), parallel: new ParallelGenerator(problem) },
      backward: { serial: new SerialGenerator(backward), parallel: new ParallelGenerator(backward) },
    };
    this.#start = new Float64Array(problem.size);
    this.bestStart = new Float64Array(problem.size);
    this.#rank = new Int32Array(problem.size);
    this.#spare = individual(problem.size);
    this.#budget = budget;
    this.#target = target;
  }

  get #isLarge(): boolean {
    return this.#problem.size > MOST_FOR_SERIAL;
  }

  get isDone(): boolean {
    return this.schedules >= this.#budget || this.best <= this.#target;
  }

  /** Makes the schedule of a list, in which nothing comes before what it waits for in that direction. */
  decode(direction: Direction, scheme: Scheme, list: Int32Array, into: Individual): void {
    if (scheme === "serial" && !this.#isLarge) this.#generate(direction, scheme, list, into);
    else {
      for (let place = 0; place < list.length; place++) this.#rank[list[place] as number] = place;
      this.#generate(direction, "parallel", this.#rank, into);
    }
  }

  /** Makes the forward schedule of these ranks: whole numbers from 0 without equals, the least comes first. */
  decodeRanks(scheme: Scheme, rank: Int32Array, into: Individual): void {
    if (scheme === "serial") this.decode("forward", scheme, listByRank(rank, this.#problem), into);
    else this.#generate("forward", scheme, rank, into);
  }

  #generate(direction: Direction, scheme: Scheme, order: Int32Array, into: Individual): void {
    const generator = this.#generators[direction][scheme];
    const makespan = generator.generate(order, this.#start);
    generator.listByEnd(into.list);
    this.schedules += 1;
    into.makespan = makespan;
    into.sumOfStarts = 0;
    for (let i = 0; i < this.#start.length; i++) {
      const start = this.#start[i] as number;
      into.sumOfStarts += start;
      into.end[i] = start + (this.#problem.duration[i] as number);
    }
    if (makespan >= this.best) return;
    if (direction === "forward") {
      this.best = makespan;
      this.bestStart.set(this.#start);
    } else if (this.schedules < this.#budget) {
      // A plan starts everything early. A serial pass ends no later, unless something is pinned.
      this.decode("forward", "serial", into.list, this.#spare);
    }
  }
}

export function individual(size: number): Individual {
  return {
    list: new Int32Array(size),
    end: new Float64Array(size),
    makespan: Number.POSITIVE_INFINITY,
    sumOfStarts: Number.POSITIVE_INFINITY,
  };
}
