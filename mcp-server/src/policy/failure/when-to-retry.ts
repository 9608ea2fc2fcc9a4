import { hasEnded, reachableTasks } from "../../graph/readiness.ts";
import type { Task, TaskId } from "../../graph/task.ts";

/**
 * Under the failure policy `retry`: the tasks that wait because another one of their part of the plan failed and has
 * not ended yet, each with that one. A part is what dependencies connect, whichever way they point. What the failed
 * task itself waits for goes on, and a failed task that can never start again keeps nobody waiting, so whenever somebody
 * waits, something else runs or can start.
 * @param mayStart whether a ready task is allowed to start; a failed task keeps nobody waiting while neither it nor
 *   anything that it waits for is.
 */
export function waitingForRetry(
  tasks: ReadonlyMap<TaskId, Task>,
  mayStart: (id: TaskId) => boolean = () => true,
): Map<TaskId, TaskId> {
  const failed = [...tasks.values()].filter((task) => task.failedAttempts > 0 && !hasEnded(task.status));
  const waiting = new Map<TaskId, TaskId>();
  if (failed.length === 0) return waiting;
  const reachable = reachableTasks(tasks);
  const neighbours = neighboursOf(tasks);
  const exempt = new Set<TaskId>();
  const causes: TaskId[] = [];
  for (const { id, status } of failed) {
    const needed = connected(id, (at) => tasks.get(at)?.dependencies ?? []);
    for (const other of needed) exempt.add(other);
    if (status === "in_progress" || (reachable.has(id) && [...needed].some(mayStart))) causes.push(id);
  }
  for (const cause of causes) {
    if (waiting.has(cause)) continue;
    for (const id of connected(cause, (at) => neighbours.get(at) ?? [])) waiting.set(id, cause);
  }
  for (const id of exempt) waiting.delete(id);
  return waiting;
}

function neighboursOf(tasks: ReadonlyMap<TaskId, Task>): Map<TaskId, TaskId[]> {
  const neighbours = new Map<TaskId, TaskId[]>([...tasks.keys()].map((id) => [id, []]));
  for (const { id, dependencies } of tasks.values()) {
    for (const other of dependencies) {
      neighbours.get(id)?.push(other);
      neighbours.get(other)?.push(id);
    }
  }
  return neighbours;
}

/** What can be reached from a task, itself included. */
function connected(first: TaskId, next: (id: TaskId) => readonly TaskId[]): Set<TaskId> {
  const found = new Set([first]);
  // The set grows while it is walked.
  for (const id of found) for (const other of next(id)) found.add(other);
  return found;
}

/** An attempt, as far as it says what it may fail of. */
interface AttemptAtWork {
  readonly writes: readonly string[];
  /** By which its task is accepted. */
  readonly commands: readonly string[];
}

/**
 * Whether what one attempt failed of may be what another one will fail of: they are accepted by a command in common, or
 * both change files, or neither does.
 */
export function mayShareCause(failed: AttemptAtWork, other: AttemptAtWork): boolean {
  if (failed.commands.some((command) => other.commands.includes(command))) return true;
  return failed.writes.length > 0 === other.writes.length > 0;
}

/**
 * Whether a failed task had better not be tried again yet: nothing has completed so far, and others are at work that
 * were claimed before it failed. If they fail as well, the approach is wrong and not the task.
 */
export function waitsForOthers(
  lastEndMs: number,
  completed: number,
  claimedAtMs: readonly number[],
): boolean {
  return completed === 0 && claimedAtMs.some((claimed) => claimed < lastEndMs);
}
