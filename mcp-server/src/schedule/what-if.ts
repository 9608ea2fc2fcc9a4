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

/** Gains below this part of the makespan are within what a better schedule could give as well. */
const MIN_GAIN = 0.03;

/** What changes would gain, the best first: the plan is made anew for each. */
export function gainsOf<T>(now: Situation, changes: Iterable<Variant<T>>): Gain<T>[] {
  const makespanOf = ({ tasks, limits, clashes }: Situation) =>
    planSchedule(planProblem(tasks, limits, clashes)).makespan;
  const before = makespanOf(now);
  const gains: Gain<T>[] = [];
  for (const { what, situation } of changes) {
    const gainMs = before - makespanOf(situation);
    if (gainMs >= MIN_GAIN * before) gains.push({ what, gainMs });
  }
  return gains.sort((a, b) => b.gainMs - a.gainMs);
}

/** The task in two halves that can run at once. */
export function split({ tasks, limits, clashes }: Situation, at: number): Situation {
  const task = tasks[at] as PlanTask;
  const half = { ...task, durationMs: task.durationMs / 2 };
  const second = { ...half, id: `${task.id} (second half)` };
  const waits = (other: PlanTask): PlanTask =>
    other.dependencies.includes(task.id) && other.needs === "all"
      ? { ...other, dependencies: [...other.dependencies, second.id] }
      : other;
  return { limits, clashes, tasks: [...tasks.map((other, i) => (i === at ? half : waits(other))), second] };
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
