import type { ProblemInput } from "../../mcp-server/src/schedule/problem/problem.ts";

/**
 * What is wrong with a schedule, or `undefined` when nothing is. Judges by the problem as it was stated and shares
 * no code with what makes schedules.
 */
export function flawOf(
  { activities, capacities, clashes = [] }: ProblemInput,
  start: ArrayLike<number>,
): string | undefined {
  if (start.length !== activities.length) return `${start.length} starts for ${activities.length} activities`;
  const startOf = (activity: number) => start[activity] as number;
  const endOf = (activity: number) => startOf(activity) + (activities[activity]?.duration ?? 0);
  for (const [index, { predecessors, needs, running }] of activities.entries()) {
    if (!Number.isSafeInteger(startOf(index)) || startOf(index) < 0) {
      return `activity ${index} starts at ${startOf(index)}`;
    }
    if (running) {
      if (startOf(index) !== 0) return `activity ${index} runs already and starts at ${startOf(index)}`;
      continue;
    }
    const over = predecessors.filter((other) => endOf(other) <= startOf(index)).length;
    if (over < Math.min(needs ?? predecessors.length, predecessors.length)) {
      return `activity ${index} starts when ${over} of its ${predecessors.length} predecessors have ended`;
    }
  }
  for (const [one, other] of clashes) {
    const bothRun = activities[one]?.running && activities[other]?.running;
    const overlap = Math.max(startOf(one), startOf(other)) < Math.min(endOf(one), endOf(other));
    if (one !== other && overlap && !bothRun) return `activities ${one} and ${other} clash`;
  }
  const changesOf = capacities.map((): Change[] => []);
  for (const [index, { demands, duration, running = false }] of activities.entries()) {
    for (const { resource, amount } of duration === 0 ? [] : demands) {
      changesOf[resource]?.push(
        { at: startOf(index), change: amount, running },
        { at: endOf(index), change: -amount, running },
      );
    }
  }
  for (const [resource, changes] of changesOf.entries()) {
    const capacity = capacities[resource] as number;
    changes.sort((a, b) => a.at - b.at || a.change - b.change);
    let used = 0;
    let usedByRunning = 0;
    for (const { at, change, running } of changes) {
      used += change;
      if (running) usedByRunning += change;
      // What runs already may be more than there is; nothing may be added to it.
      if (used > capacity && used > usedByRunning)
        return `resource ${resource} is taken ${used} times at ${at}`;
    }
  }
  return undefined;
}

/** From `at` on, this much more of a resource is taken. */
interface Change {
  readonly at: number;
  readonly change: number;
  readonly running: boolean;
}
