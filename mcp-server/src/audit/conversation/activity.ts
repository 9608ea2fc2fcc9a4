import type { Span } from "../../report/timeline/slots.ts";

/**
 * A longer silence is no work: the computer slept, a permission or a limit was waited for. The host ends commands after
 * ten minutes, and a model answers sooner; the rest is for hosts that were told otherwise.
 */
export const MAX_SILENCE_MS = 15 * 60_000;

/** Follows when a conversation was at work, from the moments of its records. */
export class ConversationActivity {
  readonly #spans: { startMs: number; endMs: number }[] = [];

  /** The stretches of work, in order and apart from each other. */
  get spans(): readonly Span[] {
    return this.#spans.filter(({ startMs, endMs }) => endMs > startMs);
  }

  /** @param endsWait whether nothing was done before it: it is the next prompt, or what an agent of its own answered. */
  note(atMs: number, endsWait: boolean): void {
    const last = this.#spans.at(-1);
    if (last === undefined || endsWait || atMs - last.endMs > MAX_SILENCE_MS) {
      this.#spans.push({
        startMs: Math.max(atMs, last?.endMs ?? atMs),
        endMs: Math.max(atMs, last?.endMs ?? atMs),
      });
    } else last.endMs = Math.max(last.endMs, atMs);
  }
}

/** The parts of the spans between two moments. */
export function clipSpans(spans: readonly Span[], fromMs: number, toMs: number): Span[] {
  return spans
    .map(({ startMs, endMs }) => ({ startMs: Math.max(startMs, fromMs), endMs: Math.min(endMs, toMs) }))
    .filter(({ startMs, endMs }) => endMs > startMs);
}

export function totalMs(spans: readonly Span[]): number {
  return spans.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
}

/** The time in which at least one of the spans, in any order, lasts. */
export function coveredMs(spans: readonly Span[]): number {
  let covered = 0;
  let reachedMs = Number.NEGATIVE_INFINITY;
  for (const { startMs, endMs } of [...spans].sort((a, b) => a.startMs - b.startMs)) {
    covered += Math.max(0, endMs - Math.max(startMs, reachedMs));
    reachedMs = Math.max(reachedMs, endMs);
  }
  return covered;
}
