import { ParallelGenerator } from "./parallel-generation.ts";
import type { SchedulePlan } from "./plan-schedule.ts";
import { ranksOf } from "./priority-rules.ts";
import { atProgress, type Problem, type Progress } from "./problem.ts";

/** A plan from now on. */
export interface Replan {
  /** The activities to start at once, what the plan started first coming first. */
  readonly startNow: readonly number[];
  /** When each activity starts, counted from now; 0 for what runs or has ended. */
  readonly start: Float64Array;
  /** How long it takes from now. */
  readonly makespan: number;
}

/**
 * Keeps a plan going while reality departs from it: after every change it dispatches again in the order in which the
 * plan starts things, which is fast enough to do at every completion. It starts whatever fits, so no slot stays idle
 * while something could use it. Made once for a problem; not to be kept when its activities or arcs change.
 */
export class Replanner {
  readonly #problem: Problem;
  readonly #generator: ParallelGenerator;
  readonly #rank: Int32Array;

  constructor(problem: Problem, plan: Pick<SchedulePlan, "start">) {
    this.#problem = problem;
    this.#generator = new ParallelGenerator(problem);
    this.#rank = ranksOf(plan.start, problem);
  }

  replan(progress: Progress): Replan {
    const state = atProgress(this.#problem, progress);
    const start = new Float64Array(state.size);
    const makespan = this.#generator.generate(this.#rank, start, state);
    const isPinned = new Uint8Array(state.size);
    for (const activity of state.pinned) isPinned[activity] = 1;
    const startNow: number[] = [];
    for (let i = 0; i < state.size; i++) if (start[i] === 0 && isPinned[i] === 0) startNow.push(i);
    startNow.sort((a, b) => (this.#rank[a] as number) - (this.#rank[b] as number));
    return { startNow, start, makespan };
  }
}
