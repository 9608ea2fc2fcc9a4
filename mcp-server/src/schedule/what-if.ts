import { planSchedule } from "./plan-schedule.ts";
import { type PlanLimits, type PlanTask, planProblem } from "./problem/plan-problem.ts";

/** Two tasks, by index, that may not run at the same time. */
export interface Exclusion {
  readonly a: number;
  readonly b: number;
}

/** The plan as it is, or as it would be. */
export interface Situation {
  readonly tasks: readonly PlanTask[];
  readonly limits: PlanLimits;
  readonly clashes: readonly Exclusion[];
}

/** Something that somebody could change, and what the plan would then be. */
export interface Variant<T> {
  readonly what: T;
  readonly situation: Situation;
}

export interface Gain<T> {
  readonly what: T;
  readonly gainMs: number;
}

/** Gains up to this part of the makespan are within what a better schedule could give as well. */
export const MIN_GAIN = 0.03;

/**
 * What changes would gain, the best first: the plan is made anew for each. What gains too little is left out.
 * @param beforeMs how long the plan takes as it is.
 */
export function gainsOf<T>(beforeMs: number, changes: Iterable<Variant<T>>): Gain<T>[] {
  const gains: Gain<T>[] = [];
  for (const { what, situation } of changes) {
    const { makespan } = planSchedule(planProblem(situation.tasks, situation.limits, situation.clashes));
    const gainMs = beforeMs - makespan;
    if (isWorthSaying(gainMs, beforeMs)) gains.push({ what, gainMs });
  }
  return gains.sort((a, b) => b.gainMs - a.gainMs);
}

/** Whether a gain is more than a better schedule could give as well. */
export function isWorthSaying(gainMs: number, beforeMs: number): boolean {
  return gainMs > MIN_GAIN * beforeMs;
}

/** The task in two halves that can run at once; both need what the task needs of files and resources. */
export function split({ tasks, limits, clashes }: Situation, at: number): Situation {
  const task = tasks[at] as PlanTask;
  const half = { ...task, durationMs: task.durationMs / 2 };
  const second = { ...half, id: `${task.id} (second half)` };
  const waits = (other: PlanTask): PlanTask =>
    other.dependencies.includes(task.id) && other.needs === "all"
      ? { ...other, dependencies: [...other.dependencies, second.id] }
      : other;
  const ofSecond = clashes.flatMap((pair) =>
    pair.a === at ? [{ a: pair.b, b: tasks.length }] : pair.b === at ? [{ a: pair.a, b: tasks.length }] : [],
  );
  return {
    limits,
    clashes: [...clashes, ...ofSecond],
    tasks: [...tasks.map((other, i) => (i === at ? half : waits(other))), second],
  };
}

/** The task without what keeps it from running beside others. */
export function freed({ tasks, limits, clashes }: Situation, indices: ReadonlySet<number>): Situation {
  return {
    limits,
    tasks: tasks.map((task, i) => (indices.has(i) ? { ...task, alone: false } : task)),
    clashes: clashes.filter(({ a, b }) => !indices.has(a) && !indices.has(b)),
  };
}

/** The plan without one dependency. */
export function without({ tasks, limits, clashes }: Situation, at: number, dependency: string): Situation {
  return {
    limits,
    clashes,
    tasks: tasks.map((task, i) =>
      i === at ? { ...task, dependencies: task.dependencies.filter((id) => id !== dependency) } : task,
    ),
  };
}
