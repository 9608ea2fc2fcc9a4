import type { Span } from "./slots.ts";

/**
 * A longer silence is no work and no waiting for it: the computer slept, a permission or a limit was waited for. The
 * host ends commands after ten minutes, and a model answers sooner; the rest is for hosts that were told otherwise.
 */
export const MAX_SILENCE_MS = 15 * 60_000;

/** The time in which at least one of the spans, in any order, lasts. */
export function coveredMs(spans: readonly Span[]): number {
  return spans.length === 0 ? 0 : hullOf(spans) - totalMs(gapsOf(spans));
}

/** The stretches between the first start and the last end in which none of the spans lasts. */
export function gapsOf(spans: readonly Span[]): Span[] {
  const gaps: Span[] = [];
  let reachedMs: number | undefined;
  for (const { startMs, endMs } of [...spans].sort((a, b) => a.startMs - b.startMs)) {
    if (reachedMs !== undefined && startMs > reachedMs) gaps.push({ startMs: reachedMs, endMs: startMs });
    reachedMs = Math.max(endMs, reachedMs ?? endMs);
  }
  return gaps;
}

/** The gaps that somebody waited through: those that are longer are breaks. */
export function waitsOf(spans: readonly Span[]): Span[] {
  return gapsOf(spans).filter((gap) => !isBreak(gap));
}

/** Whether nobody was there: such a stretch counts for no speedup. */
export function isBreak({ startMs, endMs }: Span): boolean {
  return endMs - startMs > MAX_SILENCE_MS;
}

export function totalMs(spans: readonly Span[]): number {
  return spans.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
}

function hullOf(spans: readonly Span[]): number {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { startMs, endMs } of spans) {
    first = Math.min(first, startMs);
    last = Math.max(last, endMs);
  }
  return last - first;
}
