import { signal } from "@preact/signals";

/**
 * The graph's clock, in milliseconds, as far as it is known: what the server said last, and the time since by this
 * computer's own clock, whose time of day may be wrong. It stands still while nothing comes from the server.
 */
export const clockMs = signal(0);

let known: { readonly graphMs: number; readonly atMs: number } | undefined;
let isStopped = false;

/** What the server's clock is at this moment. */
export function setClock(graphMs: number): void {
  known = { graphMs, atMs: performance.now() };
  isStopped = false;
  tick();
}

/** Holds the clock until it is set again. */
export function stopClock(): void {
  tick();
  isStopped = true;
}

/** Shows the time that it is. */
export function tick(): void {
  if (known && !isStopped) clockMs.value = Math.round(known.graphMs + performance.now() - known.atMs);
}
