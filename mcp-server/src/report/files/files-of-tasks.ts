import type { AnyClaim } from "../../graph/attempt.ts";
import type { ChangeType, GraphEvent } from "../../graph/event.ts";
import type { PlanState } from "../../graph/plan-state.ts";
import type { TaskId } from "../../graph/task.ts";
import { filesOfAttempts } from "../tasks/attempt-files.ts";
import { actualWrites } from "./actual-writes.ts";

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
  "delivery.accepted",
  "attempt.ended",
] as const satisfies readonly ChangeType[];

/**
 * What the attempts at each task wrote, by the report's own rule: what was seen, completed by what they report. What
 * lies in the worktree of an attempt that did not complete is handed over to nobody.
 */
export function filesOfTasks(state: PlanState, events: readonly GraphEvent[]): FilesOfTask {
  const { written, unobserved } = actualWrites(state, events);
  return (task) => {
    const attempts = state.claims.filter((claim) => claim.task === task && isHandedOver(claim));
    const isObserved = unobserved.every((one) => one.task !== task);
    if (!isObserved && attempts.every(({ id }) => written.get(id) === undefined)) return undefined;
    const { filesChanged, notSeen } = filesOfAttempts(attempts, written);
    return { filesChanged, notSeen: isObserved ? notSeen : [] };
  };
}

function isHandedOver(claim: AnyClaim): boolean {
  return claim.isolation === "shared" || (claim.state === "ended" && claim.outcome === "completed");
}
