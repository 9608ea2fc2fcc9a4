import { type AnyClaim, type AttemptId, isAttempt, workedUntilMs } from "../../graph/attempt.ts";
import type { ChangeType, GraphEvent } from "../../graph/event.ts";
import type { TaskId } from "../../graph/task.ts";
import { seenChanges } from "../../policy/effects/seen-changes.ts";
import { filesOfAttempts, type WrittenFiles } from "../tasks/attempt-files.ts";
import { committedInWorktrees, unobservedTasks, writersOf } from "./actual-writes.ts";

/** The files that a task hands over, sorted. */
export interface TaskFiles {
  readonly filesChanged: readonly string[];
  /** Those of them that were reported and not seen to change, though somebody looked. */
  readonly notSeen: readonly string[];
}

/** What is known of each task's files; undefined of a task of which nothing was seen: then there is only its report. */
export type FilesOfTask = (task: TaskId) => TaskFiles | undefined;

/** The events that `filesOfTasks` reads. */
export const FILE_EVENTS = [
  "files.changed",
  "checkout.observed",
  "checkout.unmeasured",
  "work.committed",
] as const satisfies readonly ChangeType[];

/** What the log is asked about. */
export interface AskedClaims {
  /** All claims of the tasks that are asked about, and of no others. */
  readonly claims: readonly AnyClaim[];
  /** Any claim of the plan. */
  readonly claimOf: (attempt: AttemptId) => AnyClaim | undefined;
}

/**
 * What the attempts at each task wrote, by the report's own rule: what was seen, completed by what they report. What
 * lies in the worktree of an attempt that did not complete is handed over to nobody.
 * @param events at least those since the first of the claims was offered.
 */
export function filesOfTasks(asked: AskedClaims, events: readonly GraphEvent[]): FilesOfTask {
  const written = writtenFiles(asked, events);
  const unobserved = unobservedTasks(asked.claims, events, endsOf(asked));
  return (task) => {
    const attempts = asked.claims.filter((claim) => claim.task === task && isHandedOver(claim));
    const isObserved = !unobserved.has(task);
    if (!isObserved && attempts.every(({ id }) => written.get(id) === undefined)) return undefined;
    const { filesChanged, notSeen } = filesOfAttempts(attempts, written);
    return { filesChanged, notSeen: isObserved ? notSeen : [] };
  };
}

/** Which attempts had ended before an event, by their times: a look is logged at the end of an attempt or later. */
function endsOf({ claimOf }: AskedClaims): (attempt: AttemptId, before: GraphEvent) => boolean {
  return (attempt, { atMs }) => {
    const claim = claimOf(attempt);
    const endMs = claim && isAttempt(claim) ? workedUntilMs(claim) : undefined;
    return endMs !== undefined && endMs <= atMs;
  };
}

function writtenFiles({ claims, claimOf }: AskedClaims, events: readonly GraphEvent[]): WrittenFiles {
  const asked = new Set(claims.map(({ id }) => id));
  const written = committedInWorktrees(events, claimOf);
  for (const change of seenChanges(events)) {
    if (!change.suspects.some(({ attempt }) => attempt !== undefined && asked.has(attempt))) continue;
    for (const { id } of writersOf(change, claimOf).writers)
      written.set(id, (written.get(id) ?? new Set()).add(change.path));
  }
  return new Map([...written].map(([attempt, paths]) => [attempt, [...paths].sort()]));
}

function isHandedOver(claim: AnyClaim): boolean {
  return claim.isolation === "shared" || (claim.state === "ended" && claim.outcome === "completed");
}
