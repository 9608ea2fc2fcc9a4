/** Lets one waiter sleep until somebody rings. A ring before the sleep is not lost: the sleep then ends at once. */
export class Doorbell {
  #rung = false;
  #wakeSleeper: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#wakeSleeper?.();
  }

  /** Returns at the next ring, after `ms`, or when the signal is aborted. */
  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, ms);
        signal.addEventListener("abort", done);
        this.#wakeSleeper = done;
        function done() {
          clearTimeout(timer);
          signal.removeEventListener("abort", done);
          resolve();
        }
      });
    }
    this.#wakeSleeper = undefined;
    this.#rung = false;
  }
}
