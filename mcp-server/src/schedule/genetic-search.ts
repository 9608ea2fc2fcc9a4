import { crossLists } from "./crossover.ts";
import { type Decoder, type Direction, type Individual, individual } from "./decoder.ts";
import { headsAndTails } from "./heads-and-tails.ts";
import { loosePart, workOf } from "./loose-part.ts";
import { mutateList } from "./mutation.ts";
import { ranksOf, variedUrgency } from "./priority-rules.ts";
import { type Problem, reversed } from "./problem.ts";
import type { Random } from "./random.ts";

/** Individuals per direction for 100 activities and a single schedule; more with the root of either, see below. */
const POPULATION = 0.55;
const MIN_POPULATION = 4;
/** How far the first lists stray from the upward rank, as a share of the longest chain. */
const VARIATION = 1;
/** Share of the first schedules, and of the later ones, that parallel generation makes; serial makes the others. */
const PARALLEL_AT_FIRST = 0.5;
const PARALLEL = 0.2;
/** The probability that two neighbours are exchanged, and the same in a child that is almost its father's copy. */
const MUTATION = 0.05;
const MUTATION_OF_COPIES = 0.3;
/** A child that differs from its father in at most this share of its places is almost a copy. */
const COPY = 0.1;

/**
 * Looks for shorter schedules until the decoder is done: a genetic algorithm over activity lists with two
 * populations, one of forward and one of backward schedules (after Debels & Vanhoucke 2005). The children of one are
 * schedules of the other, so that every schedule is at the same time a pass of forward-backward improvement.
 */
export function searchGenetically(
  problem: Problem,
  decoder: Decoder,
  schedules: number,
  random: Random,
): void {
  new Search(problem, decoder, random).run(populationFor(problem.size, schedules));
}

/** The more schedules, the more individuals; the larger the problem, the fewer, as each takes longer to ripen. */
function populationFor(size: number, schedules: number): number {
  const wanted = POPULATION * Math.sqrt(schedules) * Math.cbrt(100 / Math.max(1, size));
  return Math.max(MIN_POPULATION, Math.round(wanted));
}

class Search {
  readonly #decoder: Decoder;
  readonly #random: Random;
  readonly #problem: { readonly forward: Problem; readonly backward: Problem };
  readonly #population: { readonly forward: Individual[]; readonly backward: Individual[] };
  readonly #work: Float64Array;
  readonly #list: Int32Array;
  readonly #inPart: Uint8Array;
  #child: Individual;
  #twin: Individual;

  constructor(problem: Problem, decoder: Decoder, random: Random) {
    this.#decoder = decoder;
    this.#random = random;
    this.#problem = { forward: problem, backward: reversed(problem) };
    this.#population = { forward: [], backward: [] };
    this.#work = workOf(problem);
    this.#list = new Int32Array(problem.size);
    this.#inPart = new Uint8Array(problem.size);
    this.#child = individual(problem.size);
    this.#twin = individual(problem.size);
  }

  run(population: number): void {
    this.#populate(population);
    while (!this.#decoder.isDone) {
      this.#breed("forward", "backward");
      this.#breed("backward", "forward");
    }
  }

  /** Schedules by varied priorities, and what each becomes backwards. */
  #populate(count: number): void {
    const { forward } = this.#problem;
    const known = headsAndTails(forward);
    for (let n = 0; n < count && !this.#decoder.isDone; n++) {
      const first = individual(forward.size);
      const share = n === 0 ? 0 : VARIATION;
      const ranks = ranksOf(variedUrgency(forward, known, share, this.#random), forward);
      const scheme = this.#random() < PARALLEL_AT_FIRST ? "parallel" : "serial";
      this.#decoder.decodeRanks(scheme, ranks, first);
      const second = individual(forward.size);
      this.#population.forward.push(first);
      this.#population.backward.push(second);
      if (!this.#decoder.isDone) this.#decoder.decode("backward", "serial", first.list, second);
    }
  }

  /** Lets every individual of one direction have a child, which takes its place in the other if it is no worse. */
  #breed(from: Direction, to: Direction): void {
    const parents = this.#population[from];
    const others = this.#population[to];
    for (let place = 0; place < parents.length && !this.#decoder.isDone; place++) {
      const father = parents[place] as Individual;
      const mother = this.#mate(parents, place);
      this.#bear(father, mother, to);
      [this.#child, this.#twin] = [this.#twin, this.#child];
      if (this.#decoder.isDone) return;
      this.#bear(mother, father, to);
      if (isBetter(this.#twin, this.#child)) [this.#child, this.#twin] = [this.#twin, this.#child];
      const displaced = others[place] as Individual;
      if (this.#child.makespan > displaced.makespan) continue;
      if (others.some((other) => other !== displaced && isSame(other, this.#child))) continue;
      others[place] = this.#child;
      this.#child = displaced;
    }
  }

  /** The better one of two at random, but not the one at `place`. */
  #mate(parents: readonly Individual[], place: number): Individual {
    const one = Math.floor(this.#random() * parents.length);
    const other = Math.floor(this.#random() * parents.length);
    const chosen = isBetter(parents[other] as Individual, parents[one] as Individual) ? other : one;
    return parents[chosen === place ? (place + 1) % parents.length : chosen] as Individual;
  }

  #bear(father: Individual, mother: Individual, to: Direction): void {
    const part = loosePart(father, this.#work, this.#random);
    const differing = crossLists(father.list, mother.list, part, this.#list, this.#inPart);
    const isCopy = differing <= COPY * this.#list.length;
    mutateList(this.#list, this.#problem[to], isCopy ? MUTATION_OF_COPIES : MUTATION, this.#random);
    const scheme = this.#random() < PARALLEL ? "parallel" : "serial";
    this.#decoder.decode(to, scheme, this.#list, this.#child);
  }
}

function isBetter(one: Individual, other: Individual): boolean {
  if (one.makespan !== other.makespan) return one.makespan < other.makespan;
  return one.sumOfStarts < other.sumOfStarts;
}

function isSame(one: Individual, other: Individual): boolean {
  if (one.makespan !== other.makespan || one.sumOfStarts !== other.sumOfStarts) return false;
  return one.list.every((activity, place) => activity === other.list[place]);
}
