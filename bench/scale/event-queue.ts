interface Event {
  readonly atMs: number;
  /** Events of one moment happen in the order in which they were planned. */
  readonly order: number;
  readonly happens: () => void;
}

/** What is to happen, in order of time: a binary heap. */
export class EventQueue {
  readonly #heap: Event[] = [];
  #planned = 0;
  nowMs = 0;

  after(ms: number, happens: () => void): void {
    const heap = this.#heap;
    heap.push({ atMs: this.nowMs + ms, order: this.#planned++, happens });
    for (let at = heap.length - 1; at > 0; ) {
      const above = (at - 1) >> 1;
      if (!this.#isBefore(at, above)) break;
      this.#swap(at, above);
      at = above;
    }
  }

  /** Lets the next event happen. @throws Error when there is none. */
  next(): void {
    const heap = this.#heap;
    const last = heap.length - 1;
    if (last < 0) throw new Error("nothing is to happen any more");
    this.#swap(0, last);
    const { atMs, happens } = heap.pop() as Event;
    for (let at = 0; ; ) {
      let first = at;
      for (const below of [2 * at + 1, 2 * at + 2]) {
        if (below < heap.length && this.#isBefore(below, first)) first = below;
      }
      if (first === at) break;
      this.#swap(at, first);
      at = first;
    }
    this.nowMs = atMs;
    happens();
  }

  #isBefore(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a] as Event, this.#heap[b] as Event];
    return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    [heap[a], heap[b]] = [heap[b] as Event, heap[a] as Event];
  }
}
