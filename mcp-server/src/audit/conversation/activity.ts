import { MAX_SILENCE_MS } from "../../report/timeline/elapsed.ts";
import type { Span } from "../../report/timeline/slots.ts";

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
