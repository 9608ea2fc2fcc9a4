import type { LogLine } from "./graph-file.ts";

/** What the checker knows of a task, told by the test and not read from the code under test. */
export interface KnownTask {
  readonly id: string;
  readonly dependencies: readonly string[];
  /** Plain paths: no globs, so that a clash is an equal path. */
  readonly writes: readonly string[];
}

/**
 * Replays an event log and says where it breaks an invariant: a task with two live claims, two claimed or
 * draining tasks that write the same path, more claims than the cap, a claim before its dependencies completed,
 * a completed task that is claimed again, an attempt that ends without having been live.
 */
export function violationsOf(log: readonly LogLine[], tasks: readonly KnownTask[], cap: number): string[] {
  const known = new Map(tasks.map((task) => [task.id, task]));
  const live = new Map<number, string>();
  const draining = new Map<number, { task: string; untilMs: number }>();
  const completed = new Set<string>();
  const violations: string[] = [];
  for (const { seq, atMs, type, task, attempt, data } of log) {
    if (task === null || attempt === null) {
      if (task !== null && type === "task.status") {
        if (data.status === "completed") completed.add(task);
        else if (completed.has(task)) violations.push(`${seq}: ${task} was completed and is ${data.status}`);
      }
      continue;
    }
    const self = known.get(task);
    if (!self) violations.push(`${seq}: ${task} is unknown`);
    else if (type === "claim.offered") {
      const holders = [
        ...live.values(),
        ...[...draining.values()].filter(({ untilMs }) => untilMs > atMs).map((held) => held.task),
      ];
      for (const other of holders) {
        if (known.get(other)?.writes.some((path) => self.writes.includes(path))) {
          violations.push(`${seq}: ${task} clashes with ${other}`);
        }
      }
      if ([...live.values()].includes(task)) violations.push(`${seq}: ${task} is claimed twice`);
      if (live.size >= cap) violations.push(`${seq}: ${task} is claimed above the cap of ${cap}`);
      if (completed.has(task)) violations.push(`${seq}: ${task} is claimed again after it completed`);
      const early = self.dependencies.filter((id) => !completed.has(id));
      if (early.length > 0) violations.push(`${seq}: ${task} is claimed before ${early.join(", ")}`);
      live.set(attempt, task);
    } else if (type === "claim.returned" || type === "attempt.ended") {
      if (!live.delete(attempt)) violations.push(`${seq}: attempt ${attempt} ends without being live`);
      if (data.drainsUntilMs !== undefined) {
        draining.set(attempt, { task, untilMs: Number(data.drainsUntilMs) });
      }
    } else if (type === "attempt.started" && !live.has(attempt)) {
      violations.push(`${seq}: attempt ${attempt} starts without an offer`);
    } else if (type === "attempt.drained") draining.delete(attempt);
  }
  return violations;
}

/** The largest number of claims that were live at once. */
export function mostLiveAtOnce(log: readonly LogLine[]): number {
  const live = new Set<number | null>();
  let most = 0;
  for (const { type, attempt } of log) {
    if (type === "claim.offered") live.add(attempt);
    if (type === "claim.returned" || type === "attempt.ended") live.delete(attempt);
    most = Math.max(most, live.size);
  }
  return most;
}
