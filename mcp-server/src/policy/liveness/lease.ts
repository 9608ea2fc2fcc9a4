import { type Standstill, stoodStillSince } from "./standstill.ts";

/** What bounds an attempt in time, in milliseconds. */
export interface LeaseLimits {
  readonly leaseMs: number;
  readonly maxLeaseMs: number;
  /** The task's own; absent: none. */
  readonly timeoutMs?: number | undefined;
}

/**
 * A lease ends `leaseMs` after the last sign of life, but never after the attempt's own limits. Time in which the server
 * stood still counts for neither. The same facts give the same end, however many servers reckon it.
 */
export function leaseEnd(
  { leaseMs, maxLeaseMs, timeoutMs = Number.POSITIVE_INFINITY }: LeaseLimits,
  { startedAtMs, lastSeenMs }: { readonly startedAtMs: number; readonly lastSeenMs: number },
  standstills: readonly Standstill[],
): number {
  return Math.min(
    lastSeenMs + leaseMs + stoodStillSince(standstills, lastSeenMs),
    startedAtMs + Math.min(maxLeaseMs, timeoutMs) + stoodStillSince(standstills, startedAtMs),
  );
}

/** A third of a lease is precise enough, and a busy agent would otherwise write at every tool call. */
export function isRenewalDue(leaseMs: number, lastSeenMs: number, nowMs: number): boolean {
  return nowMs - lastSeenMs >= leaseMs / 3;
}
