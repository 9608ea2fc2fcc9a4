import { type Attempt, isAttempt, type Outcome, workedUntilMs } from "../../graph/attempt.ts";
import type { PlanState } from "../../graph/plan-state.ts";

/** How an attempt ended, or how far it is: its agent is at work, or its work is on the way onto a branch. */
export type AttemptStanding = Outcome | "running" | "delivering";

export function attemptStanding(attempt: Attempt): AttemptStanding {
  if (attempt.state === "ended") return attempt.outcome;
  return attempt.state === "delivering" ? "delivering" : "running";
}

/** When the agent of an attempt was at work: until now where it still is. */
export interface AttemptSpan {
  readonly attempt: Attempt;
  readonly startMs: number;
  readonly endMs: number;
}

/** Every attempt of a plan with the time that it took, in order of start. */
export function attemptSpans(state: PlanState, nowMs: number): AttemptSpan[] {
  return state.claims
    .filter(isAttempt)
    .map((attempt) => ({
      attempt,
      startMs: attempt.startedAtMs,
      // Clocks of several hosts: an end before the start is a length of nothing, not a negative one.
      endMs: Math.max(attempt.startedAtMs, workedUntilMs(attempt) ?? nowMs),
    }))
    .sort((a, b) => a.startMs - b.startMs || a.attempt.id - b.attempt.id);
}

/** The milliseconds that a span covers. */
export function lengthOf(span: { readonly startMs: number; readonly endMs: number }): number {
  return span.endMs - span.startMs;
}
