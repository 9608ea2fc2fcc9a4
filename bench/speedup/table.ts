import type { MeasuredRun } from "./measured-run.ts";
import { bestPossibleMs, type TimedTask } from "./plan.ts";

/** Runs of one plan beside what is possible. Times in milliseconds. */
export interface Comparison {
  readonly sequentialMs: number;
  /** The planner's makespan on the known durations. */
  readonly makespanMs: number;
  /** The same with what launching an agent cost in the first of the runs, for every task. */
  readonly bestMs: number;
  readonly runs: readonly (MeasuredRun & {
    /** Share of the best possible speed; 1 is all of it. */
    readonly share: number;
  })[];
}

export function comparisonOf(
  tasks: readonly TimedTask[],
  cap: number,
  runs: readonly MeasuredRun[],
): Comparison {
  const bestMs = bestPossibleMs(tasks, cap, runs[0]?.launchMs ?? 0);
  return {
    sequentialMs: tasks.reduce((total, { durationMs }) => total + durationMs, 0),
    makespanMs: bestPossibleMs(tasks, cap, 0),
    bestMs,
    runs: runs.map((run) => ({ ...run, share: bestMs / run.wallMs })),
  };
}

/** As text; `launch` is from an offer to the agent's first request, `reaction` from a report to the next offers. */
export function tableOf({ sequentialMs, makespanMs, bestMs, runs }: Comparison): string {
  const row = (name: string, ms: number, ...more: string[]) => [
    name,
    `${(ms / 1_000).toFixed(2)} s`,
    `${((100 * bestMs) / ms).toFixed(1)} %`,
    `${(sequentialMs / ms).toFixed(2)}×`,
    ...more,
  ];
  const lines = [
    ["", "wall", "of best", "speedup", "launch", "reaction", "at once"],
    row("one after another, no launches", sequentialMs),
    row("planned, launching for nothing", makespanMs),
    row("best possible", bestMs),
    ...runs.map(({ way, wallMs, launchMs, reactionMs, mostAtOnce }) =>
      row(way, wallMs, `${launchMs} ms`, `${reactionMs} ms`, String(mostAtOnce)),
    ),
  ];
  return lines
    .map((cells) => cells.map((cell, at) => (at === 0 ? cell.padEnd(32) : cell.padStart(9))).join(" "))
    .join("\n");
}
