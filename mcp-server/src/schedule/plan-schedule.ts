import { aloneBound } from "./alone-bound.ts";
import { Decoder, individual } from "./decoder.ts";
import { improveForwardBackward } from "./forward-backward.ts";
import { searchGenetically } from "./genetic-search.ts";
import { headsAndTails } from "./heads-and-tails.ts";
import { RULES, ranksOf, urgency } from "./priority-rules.ts";
import type { Problem } from "./problem.ts";
import { seededRandom } from "./random.ts";
import { workBound } from "./work-bound.ts";

export interface Effort {
  /** How many schedules may be made; every pass over all activities, in either direction, is one. At least 1. */
  readonly schedules: number;
  /** The same seed and the same number of schedules give the same plan. */
  readonly seed: number;
}

/** Time grows somewhat faster than the number of activities: hence the power in `promptEffort`. */
const PROMPT_WORK = 95_000;
const LEAST_PROMPT_SCHEDULES = 3;
const MOST_PROMPT_SCHEDULES = 1_000;

export interface SchedulePlan {
  /** When each activity starts, in the unit of the durations. */
  readonly start: Float64Array;
  readonly makespan: number;
  /** No schedule is shorter than this. */
  readonly lowerBound: number;
  readonly schedulesUsed: number;
}

/**
 * Schedules for a plan that somebody waits for: some 10 ms up to 1,000 activities and some 100 ms for 10,000, several
 * times as long in a process that just started.
 */
export function promptEffort(size: number): number {
  const affordable = Math.round(PROMPT_WORK / Math.max(1, size) ** 1.5);
  return Math.min(MOST_PROMPT_SCHEDULES, Math.max(LEAST_PROMPT_SCHEDULES, affordable));
}

/**
 * A short schedule: by priority rules, improved forwards and backwards, then by a genetic search, until the number
 * of schedules is used up or the makespan meets the lower bound.
 */
export function planSchedule(problem: Problem, { schedules, seed }: Effort): SchedulePlan {
  const known = headsAndTails(problem);
  const lowerBound = Math.max(known.criticalPath, workBound(problem, known), aloneBound(problem));
  const decoder = new Decoder(problem, Math.max(1, schedules), lowerBound);
  const forward = individual(problem.size);
  const backward = individual(problem.size);
  for (const rule of RULES) {
    if (decoder.isDone) break;
    decoder.decodeRanks("parallel", ranksOf(urgency(rule, problem, known), problem), forward);
    improveForwardBackward(decoder, forward, backward);
  }
  if (!decoder.isDone) searchGenetically(problem, decoder, schedules, seededRandom(seed));
  return {
    start: decoder.bestStart,
    makespan: decoder.best,
    lowerBound,
    schedulesUsed: decoder.schedules,
  };
}
