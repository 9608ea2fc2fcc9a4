import { headsAndTails, longestChainOf } from "./bounds/heads-and-tails.ts";
import { workBound } from "./bounds/work-bound.ts";
import { ParallelGenerator } from "./generation/parallel-generation.ts";
import { listByRank, ranksOf, urgency } from "./generation/priority-rules.ts";
import type { Schedule } from "./generation/schedule.ts";
import { SerialGenerator } from "./generation/serial-generation.ts";
import { heldBack } from "./held-back.ts";
import { atProgress, type Problem, type Progress } from "./problem/problem.ts";

/** What to do now, and a schedule from now on: starts are counted from now; 0 for what runs or has ended. */
export interface Replan extends Schedule {
  /** The activities to start at once, the most urgent first. */
  readonly startNow: readonly number[];
  /** What could start at once as well, and waits because everything is expected to be done sooner that way. */
  readonly heldBack: readonly number[];
}

/** How things are expected to go on: times are counted from now. */
export interface Outlook extends Schedule {
  /** What is left of each activity; 0 for what has ended. */
  readonly left: Float64Array;
  /** No schedule of what is left is shorter. */
  readonly lowerBound: number;
  /** The activities of the longest chain of what is left, first to last. */
  readonly longestChain: readonly number[];
}

/** Durations are guesses: waiting must promise to save this share of the time that is left. */
const MIN_GAIN_OF_WAITING = 0.01;
/** Of larger problems no schedules that wait are made: they take too long for something done at every event. */
const MAX_WITH_WAITING = 2_000;

/**
 * Says what to start while a plan is carried out. After every change it schedules what is left by the longest chain
 * behind each activity, once so that whatever fits starts, and once with slots left idle for what could not start
 * otherwise; the second is taken only where it is clearly shorter. Made once for a problem; not to be kept when its
 * activities or arcs change.
 */
export class Replanner {
  readonly #problem: Problem;
  readonly #generator: ParallelGenerator;
  readonly #rank: Int32Array;

  constructor(problem: Problem) {
    this.#problem = problem;
    this.#generator = new ParallelGenerator(problem);
    this.#rank = ranksOf(urgency("upward rank", problem, headsAndTails(problem)), problem);
  }

  replan(progress: Progress): Replan {
    const state = atProgress(this.#problem, progress);
    const schedule = this.#schedule(state);
    return {
      ...schedule,
      startNow: startingNow(schedule, this.#rank, state),
      heldBack: heldBack(state, schedule.start, this.#rank),
    };
  }

  /** How long what is left takes, and when each activity is expected to start. */
  outlook(progress: Progress): Outlook {
    const state = atProgress(this.#problem, progress);
    const known = headsAndTails(state);
    return {
      ...this.#schedule(state),
      left: state.duration,
      lowerBound: Math.max(known.criticalPath, workBound(state, known)),
      longestChain: longestChainOf(state, known),
    };
  }

  #schedule(state: Problem): Schedule {
    const atOnce = this.#generator.generate(this.#rank, state);
    if (state.size > MAX_WITH_WAITING) return atOnce;
    const waiting = new SerialGenerator(state).generate(listByRank(this.#rank, state));
    return waiting.makespan < atOnce.makespan * (1 - MIN_GAIN_OF_WAITING) ? waiting : atOnce;
  }
}

function startingNow({ start }: Schedule, rank: Int32Array, { size, pinned }: Problem): number[] {
  const isPinned = new Uint8Array(size);
  for (const activity of pinned) isPinned[activity] = 1;
  const result: number[] = [];
  for (let i = 0; i < size; i++) if (start[i] === 0 && isPinned[i] === 0) result.push(i);
  return result.sort((a, b) => (rank[a] as number) - (rank[b] as number));
}
