import { type Standstill, standstillBetween } from "./standstill.ts";

/** More of them no lease is old enough to need. */
const MAX_STANDSTILLS = 500;

/**
 * The clock by which leases go: the database's where it has one, because the machines that share it may disagree about
 * the time, else this process's. It also knows when this process did not run.
 */
export class GraphClock {
  #aheadMs = 0;
  #lastLookMs: number | undefined;
  readonly #standstills: Standstill[] = [];

  /** @param own this process's clock, in milliseconds since 1970. */
  constructor(private readonly own: () => number) {}

  /** Milliseconds since 1970. */
  readonly now = (): number => this.own() + this.#aheadMs;

  /** What the database has just said that the time is. */
  readonly heard = (databaseMs: number): void => {
    this.#aheadMs = databaseMs - this.own();
  };

  /** Times in which this process did not run, oldest first, by this clock. */
  get standstills(): readonly Standstill[] {
    return this.#standstills;
  }

  /** From now on the process looks at least every `CLOCK_LOOK_MS`, so that a look that comes late tells something. */
  beginLooking(): void {
    this.#lastLookMs ??= this.own();
  }

  /** Whether it looks so often. */
  get isLooking(): boolean {
    return this.#lastLookMs !== undefined;
  }

  /** @returns whether the process stood still since the last look. */
  look(): boolean {
    if (this.#lastLookMs === undefined) return false;
    const nowMs = this.own();
    const lengthMs = standstillBetween(this.#lastLookMs, nowMs);
    this.#lastLookMs = nowMs;
    if (lengthMs === 0) return false;
    const toMs = this.now();
    this.#standstills.push({ fromMs: toMs - lengthMs, toMs });
    if (this.#standstills.length > MAX_STANDSTILLS) this.#standstills.shift();
    return true;
  }
}
