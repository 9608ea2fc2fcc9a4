import { type AnyClaim, type EndedAttempt, isLive } from "../../graph/attempt.ts";
import type { ParsedScope } from "../../graph/scope/scope.ts";
import type { Task } from "../../graph/task.ts";
import { clashOfClaims } from "../exclusivity.ts";

/** What it depends on whether a sign of life that comes too late still counts. */
export interface LateSign {
  readonly attempt: EndedAttempt;
  /** Its task as it is now, and all claims of it, oldest first. */
  readonly task: Task | undefined;
  readonly claimsOfTask: readonly AnyClaim[];
  readonly scope: ParsedScope;
  /** What others hold now, or were given since the attempt ended. */
  readonly others: readonly ParsedScope[];
  /** When its lease would end if it went on. */
  readonly leaseUntilMs: number;
  readonly nowMs: number;
}

/**
 * Whether an attempt that was lost by silence may go on: nobody has taken its task, nor anything that clashes with its
 * scope, and its own time is not over.
 */
export function mayRevive(sign: LateSign): boolean {
  const { attempt, task, claimsOfTask, leaseUntilMs, nowMs } = sign;
  if (attempt.outcome !== "lost" || leaseUntilMs <= nowMs) return false;
  // What has failed by it alone fails no more; whatever else became of the task was decided by somebody.
  if (task?.status !== "pending" && task?.status !== "failed") return false;
  const isTaken = claimsOfTask.some(
    (claim) =>
      claim.id !== attempt.id && (isLive(claim) || (claim.id > attempt.id && claim.state === "ended")),
  );
  return !isTaken && !sign.others.some((other) => clashOfClaims(sign.scope, other) !== undefined);
}
