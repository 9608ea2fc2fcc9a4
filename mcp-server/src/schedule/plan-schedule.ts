import { aloneBound } from "./bounds/alone-bound.ts";
import { type HeadsAndTails, headsAndTails } from "./bounds/heads-and-tails.ts";
import { workBound } from "./bounds/work-bound.ts";
import { ParallelGenerator } from "./generation/parallel-generation.ts";
import { listByRank, RULES, ranksOf, urgency } from "./generation/priority-rules.ts";
import type { Schedule } from "./generation/schedule.ts";
import { SerialGenerator } from "./generation/serial-generation.ts";
import type { Problem } from "./problem/problem.ts";

/** Beyond so many activities only parallel schedules are made: a serial pass takes time with the square of them. */
const MAX_FOR_SERIAL = 30_000;

export interface SchedulePlan extends Schedule {
  /** No schedule is shorter than this. */
  readonly lowerBound: number;
}

/**
 * The shortest of four schedules: two priority rules, each in parallel and in serial generation (Kolisch 1996). The
 * first that meets the lower bound ends it, so most plans take one.
 */
export function planSchedule(problem: Problem): SchedulePlan {
  const known = headsAndTails(problem);
  const lowerBound = Math.max(known.criticalPath, workBound(problem, known), aloneBound(problem));
  let best: Schedule | undefined;
  for (const schedule of schedulesOf(problem, known)) {
    if (best === undefined || schedule.makespan < best.makespan) best = schedule;
    if (best.makespan <= lowerBound) break;
  }
  return { ...(best as Schedule), lowerBound };
}

function* schedulesOf(problem: Problem, known: HeadsAndTails): Generator<Schedule> {
  const ranks = RULES.map((rule) => ranksOf(urgency(rule, problem, known), problem));
  const parallel = new ParallelGenerator(problem);
  for (const rank of ranks) yield parallel.generate(rank);
  if (problem.size > MAX_FOR_SERIAL) return;
  const serial = new SerialGenerator(problem);
  for (const rank of ranks) yield serial.generate(listByRank(rank, problem));
}
