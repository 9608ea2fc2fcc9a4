import type { Throttle } from "../graph/plan.ts";

/** The host has tried again for minutes before it gives an agent up. */
const FIRST_PAUSE_MS = 30_000;
const MAX_PAUSE_MS = 15 * 60_000;

/**
 * What follows when the model's provider refuses an agent: half as many at once, and a pause that doubles each time.
 * The agents of one burst are refused together and count once.
 * @param cap how many might run at once until now.
 * @param startedAtMs when the refused agent was started.
 */
export function tightened(
  before: Throttle | undefined,
  cap: number,
  startedAtMs: number,
  nowMs: number,
): Throttle {
  if (before && startedAtMs <= before.sinceMs) return before;
  const pauseMs = before ? Math.min(2 * before.pauseMs, MAX_PAUSE_MS) : FIRST_PAUSE_MS;
  return { cap: Math.max(1, Math.floor(cap / 2)), untilMs: nowMs + pauseMs, pauseMs, sinceMs: nowMs };
}

/** Nothing has worked so far: one task at a time, without a pause. */
export function oneAtATime(nowMs: number): Throttle {
  return { cap: 1, untilMs: nowMs, pauseMs: FIRST_PAUSE_MS / 2, sinceMs: nowMs };
}

/** An attempt completed: one more may run at once, and the next pause is a short one again. */
export function loosened(before: Throttle): Throttle {
  return { ...before, cap: before.cap + 1, pauseMs: FIRST_PAUSE_MS / 2 };
}

/** A limit whose end is known: nothing starts before, and as many at once afterwards as before. */
export function pausedUntil(
  before: Throttle | undefined,
  cap: number,
  untilMs: number,
  nowMs: number,
): Throttle {
  const known = before ?? { cap, untilMs: nowMs, pauseMs: FIRST_PAUSE_MS / 2, sinceMs: nowMs };
  return { ...known, untilMs: Math.max(known.untilMs, untilMs) };
}
