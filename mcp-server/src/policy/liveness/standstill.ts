/**
 * A time in which this process did not run: its machine slept, it was stopped, or it waited for a disk. Nobody could
 * give it a sign of life meanwhile, so it is no silence. Milliseconds since 1970.
 */
export interface Standstill {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How often a process that runs looks at its clock. */
export const CLOCK_LOOK_MS = 1_000;

/** A look at the clock that comes later than this after the one before was held up. */
const MAX_LATE_MS = 2 * CLOCK_LOOK_MS;

/** How long a process stood still that looks at its clock every second; 0: it did not. A clock set back is none. */
export function standstillBetween(lastLookMs: number, nowMs: number): number {
  return nowMs - lastLookMs > MAX_LATE_MS ? nowMs - lastLookMs : 0;
}

/** How much of the time since `sinceMs` the process stood still. */
export function stoodStillSince(standstills: readonly Standstill[], sinceMs: number): number {
  return standstills.reduce(
    (sum, { fromMs, toMs }) => sum + Math.max(0, toMs - Math.max(fromMs, sinceMs)),
    0,
  );
}
