import { setTimeout as sleep } from "node:timers/promises";
import { StoreUnusable } from "../errors/store-unusable.ts";

/** Between two tries. */
const AGAIN_MS = 1_000;

/**
 * What somebody does at the graph who does not end because it is out of reach for a while, as when a database is started
 * anew: it is done again until it succeeds. It may have been done before its answer was lost, so it has to be something
 * that makes no difference the second time.
 */
export class Patience {
  #isOut = false;

  /**
   * @param stop when nobody waits any more.
   * @param say is told once that the graph is out of reach, and once that it is there again.
   */
  constructor(
    private readonly stop: AbortSignal,
    private readonly say: (text: string) => void,
  ) {}

  /** @throws what does not pass by itself, and anything after the stop. */
  async until<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const done = await work();
        if (this.#isOut) this.say("The task graph is in reach again.");
        this.#isOut = false;
        return done;
      } catch (error) {
        if (!passes(error) || this.stop.aborted) throw error;
        if (!this.#isOut) this.say(`${error.message} It is tried again.`);
        this.#isOut = true;
        await sleep(AGAIN_MS, undefined, { signal: this.stop }).catch(() => undefined);
      }
    }
  }
}

/** Whether it comes to an end without anybody changing a setting. */
export function passes(error: unknown): error is StoreUnusable {
  return error instanceof StoreUnusable && (error.problem === "unreachable" || error.problem === "busy");
}
