import type { AnyClaim, EndedAttempt } from "../../graph/attempt.ts";

/** Where the work of a completed task is. */
export interface CompletedWork {
  /** The checkout in which its attempt ran: in whose files the work lies, or in whose repository its worktree was. */
  readonly checkout: string;
  /** Whether it lies in the files of that checkout. */
  readonly inFiles: boolean;
  /** The commit that holds it; undefined: there is none, or it is not known yet. */
  readonly commit?: string | undefined;
}

/** What is known of an attempt's work beside its claim. */
export interface KnownWork {
  /** Whether the attempt changed any file, by what was seen or else by its report. */
  readonly wrote: boolean;
  readonly commit?: string | undefined;
}

/** The attempt that completed a task. A task that was done when it was imported has none. */
export function completingAttempt(claims: readonly AnyClaim[]): EndedAttempt | undefined {
  return claims.findLast(
    (claim): claim is EndedAttempt => claim.state === "ended" && claim.outcome === "completed",
  );
}

/**
 * Where the work of a completed attempt is; undefined where it wrote nothing.
 * @param known undefined: nobody looked yet, so that it may have written.
 */
export function workOf(attempt: EndedAttempt, known: KnownWork | undefined): CompletedWork | undefined {
  if (known?.wrote === false) return undefined;
  return {
    checkout: attempt.checkout,
    inFiles: attempt.isolation === "shared",
    commit: known?.commit,
  };
}
