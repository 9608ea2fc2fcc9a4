import { type Problem, reversed } from "./problem.ts";
import { SerialGenerator } from "./serial-generation.ts";

/**
 * How late each activity may start, with all resources considered, such that the whole takes no longer than the given
 * schedule: from its end backwards everything is placed as late as possible (right justification; Wiest 1964).
 * @param start a schedule of the problem; what is pinned in it counts like anything else.
 * @returns starts in the unit of the durations, those that make it shorter being moved up accordingly.
 */
export function latestStarts(problem: Problem, start: Float64Array): Float64Array {
  const end = (activity: number) => (start[activity] as number) + (problem.duration[activity] as number);
  const list = problem.topological.slice().reverse();
  list.sort((a, b) => end(b) - end(a));
  const fromEnd = new Float64Array(problem.size);
  const makespan = new SerialGenerator(reversed(problem)).generate(list, fromEnd);
  return fromEnd.map((time, activity) => makespan - time - (problem.duration[activity] as number));
}
