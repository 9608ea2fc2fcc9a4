import { headsAndTails } from "./heads-and-tails.ts";
import { heldBack } from "./held-back.ts";
import { latestStarts } from "./latest-starts.ts";
import { ParallelGenerator } from "./parallel-generation.ts";
import type { SchedulePlan } from "./plan-schedule.ts";
import { listByRank, ranksOf, urgency } from "./priority-rules.ts";
import { atProgress, type Problem, type Progress } from "./problem.ts";
import { SerialGenerator } from "./serial-generation.ts";

/** A plan from now on. */
export interface Replan {
  /** The activities to start at once, the most urgent first. */
  readonly startNow: readonly number[];
  /** What could start at once as well, and waits because everything is expected to be done sooner that way. */
  readonly heldBack: readonly number[];
  /** When each activity starts, counted from now; 0 for what runs or has ended. */
  readonly start: Float64Array;
  /** How long it takes from now. */
  readonly makespan: number;
}

/** Durations are guesses: another order, or waiting, must promise to save this share of the time that is left. */
const WORTH_A_CHANGE = 0.01;
/** Of larger problems no schedules that wait are made: they take too long for something done at every event. */
const MOST_WITH_WAITING = 2_000;

interface Candidate {
  readonly rank: Int32Array;
  readonly start: Float64Array;
  readonly makespan: number;
}

/**
 * Keeps a plan going while reality departs from it. After every change it schedules what is left in several ways,
 * and takes the first that no later one clearly beats: whatever fits in the order of the longest chain behind it,
 * which holds its own however long things take; whatever fits in the order of the plan; and both orders with slots
 * left idle for what could not start otherwise. Made once for a problem; not to be kept when its activities or arcs
 * change.
 */
export class Replanner {
  readonly #problem: Problem;
  readonly #generator: ParallelGenerator;
  readonly #ranks: readonly Int32Array[];

  constructor(problem: Problem, plan: Pick<SchedulePlan, "start">) {
    this.#problem = problem;
    this.#generator = new ParallelGenerator(problem);
    const byChain = urgency("upward rank", problem, headsAndTails(problem));
    this.#ranks = [byChain, latestStarts(problem, plan.start)].map((order) => ranksOf(order, problem));
  }

  replan(progress: Progress): Replan {
    const state = atProgress(this.#problem, progress);
    const [first, ...others] = this.#candidates(state);
    let best = first as Candidate;
    for (const other of others) {
      if (other.makespan < best.makespan * (1 - WORTH_A_CHANGE)) best = other;
    }
    const { rank, start, makespan } = best;
    return {
      startNow: startingNow(best, state),
      heldBack: heldBack(state, start, rank),
      start,
      makespan,
    };
  }

  #candidates(state: Problem): Candidate[] {
    const atOnce = this.#ranks.map((rank): Candidate => {
      const start = new Float64Array(state.size);
      return { rank, start, makespan: this.#generator.generate(rank, start, state) };
    });
    if (state.size > MOST_WITH_WAITING) return atOnce;
    const serial = new SerialGenerator(state);
    const waiting = this.#ranks.map((rank): Candidate => {
      const start = new Float64Array(state.size);
      return { rank, start, makespan: serial.generate(listByRank(rank, state), start) };
    });
    return [...atOnce, ...waiting];
  }
}

function startingNow({ start, rank }: Candidate, { size, pinned }: Problem): number[] {
  const isPinned = new Uint8Array(size);
  for (const activity of pinned) isPinned[activity] = 1;
  const result: number[] = [];
  for (let i = 0; i < size; i++) if (start[i] === 0 && isPinned[i] === 0) result.push(i);
  return result.sort((a, b) => (rank[a] as number) - (rank[b] as number));
}
