import { criticalPath, type TimedNode, upwardRanks } from "./critical-path.ts";
import { chooseBatch, type Limits } from "./dispatch.ts";

/** A task with everything that the dispatcher looks at. */
export interface SimulatedTask extends TimedNode {
  readonly role: string;
}

export interface Placement {
  readonly task: string;
  readonly startMs: number;
  readonly endMs: number;
}

export interface Schedule {
  readonly placements: readonly Placement[];
  readonly makespanMs: number;
}

/**
 * The schedule that continuous dispatch by upward rank gives: whenever an agent ends, whatever fits is
 * started (parallel schedule generation; Kolisch 1996).
 * @param clash whether two tasks may not run at the same time.
 */
export function simulate(
  tasks: readonly SimulatedTask[],
  limits: Limits,
  clash: (a: SimulatedTask, b: SimulatedTask) => boolean,
): Schedule {
  const ranks = upwardRanks(tasks);
  const known = new Set(tasks.map((task) => task.id));
  const done = new Set<string>();
  let pending = [...tasks].sort((a, b) => (ranks.get(b.id) ?? 0) - (ranks.get(a.id) ?? 0));
  let running: { task: SimulatedTask; startMs: number; endMs: number }[] = [];
  const placements: Placement[] = [];
  let now = 0;
  while (pending.length > 0 || running.length > 0) {
    const ready = pending.filter((task) => task.dependencies.every((id) => done.has(id) || !known.has(id)));
    const { chosen } = chooseBatch(
      ready,
      running.map(({ task }) => task),
      limits,
      (candidate, earlier) =>
        [...running.map(({ task }) => task), ...earlier].find((other) => clash(candidate, other))?.id,
    );
    for (const task of chosen) running.push({ task, startMs: now, endMs: now + task.durationMs });
    const started = new Set(chosen);
    pending = pending.filter((task) => !started.has(task));
    if (running.length === 0) break;
    now = Math.min(...running.map(({ endMs }) => endMs));
    for (const { task, startMs, endMs } of running.filter((slot) => slot.endMs <= now)) {
      done.add(task.id);
      placements.push({ task: task.id, startMs, endMs });
    }
    running = running.filter(({ endMs }) => endMs > now);
  }
  return { placements, makespanMs: now };
}

/** No schedule can be shorter: the longest chain, and all work spread evenly over the cap. */
export function lowerBoundMs(tasks: readonly TimedNode[], cap: number): number {
  const work = tasks.reduce((sum, task) => sum + task.durationMs, 0);
  return Math.max(criticalPath(tasks).lengthMs, Math.ceil(work / cap));
}
