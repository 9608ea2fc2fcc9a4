/** A stretch of time, `endMs` excluded. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * Puts each span into the first slot that is free when it starts. As the spans come in order of start, this
 * needs exactly as many slots as spans ever ran at once. A span that ends when another starts does not
 * overlap it.
 */
export function assignSlots<T extends Span>(spansByStart: readonly T[]): T[][] {
  const slots: T[][] = [];
  for (const span of spansByStart) {
    const free = slots.find((slot) => (slot.at(-1)?.endMs ?? 0) <= span.startMs);
    if (free) free.push(span);
    else slots.push([span]);
  }
  return slots;
}
