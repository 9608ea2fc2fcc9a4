import type { EventQueue } from "./event-queue.ts";

/** Something that serves so many at once, those who wait in the order in which they came. */
export class Line {
  readonly #waiting: { readonly ms: number; readonly then: () => void }[] = [];
  #first = 0;
  #serving = 0;
  #servedMs = 0;

  constructor(
    private readonly events: EventQueue,
    private readonly places: number,
  ) {}

  /** @param ms how long it is served. @param then what happens when it was. */
  use(ms: number, then: () => void): void {
    this.#waiting.push({ ms, then });
    this.#serve();
  }

  /** Of all the places' time, the share in which somebody was served; of what was served since `forget`. */
  busy(ofMs: number): number {
    return Math.min(1, this.#servedMs / (ofMs * this.places));
  }

  forget(): void {
    this.#servedMs = 0;
  }

  #serve(): void {
    const one = this.#serving < this.places ? this.#waiting[this.#first] : undefined;
    if (!one) return;
    this.#first += 1;
    // What was served is thrown away now and then: taking the first out of a long list moves all others.
    if (this.#first > 1_000 && this.#first * 2 > this.#waiting.length) {
      this.#waiting.splice(0, this.#first);
      this.#first = 0;
    }
    this.#serving += 1;
    this.events.after(one.ms, () => {
      this.#serving -= 1;
      this.#servedMs += one.ms;
      this.#serve();
      one.then();
    });
  }
}
