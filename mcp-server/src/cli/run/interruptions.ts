/** The exit code that shells give a program that was ended with Ctrl-C. */
export const INTERRUPTED = 130;

/** The first interruption lets what runs finish, the second stops it; so does the end of the time after SIGTERM. */
export class Interruptions {
  readonly #drain = new AbortController();
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly drainMs: number,
    private readonly say: (text: string) => void,
  ) {
    process.on("SIGTERM", this.#terminate).on("SIGHUP", this.#terminate);
  }

  /** From now on Ctrl-C interrupts; where keys are read a display tells of it as well. */
  listen(): void {
    process.on("SIGINT", this.interrupt);
  }

  get drain(): AbortSignal {
    return this.#drain.signal;
  }

  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  /** What somebody who watches is to know of it as long as it lasts. */
  get words(): string | undefined {
    if (this.stop.aborted) return "what runs is being stopped; Ctrl-C does not wait for that";
    return this.drain.aborted ? "nothing more is started; Ctrl-C stops what runs" : undefined;
  }

  forget(): void {
    clearTimeout(this.#timer);
    process.off("SIGINT", this.interrupt).off("SIGTERM", this.#terminate).off("SIGHUP", this.#terminate);
  }

  readonly interrupt = () => {
    // What is left is ended by the next run.
    if (this.stop.aborted) process.exit(INTERRUPTED);
    const isSecond = this.drain.aborted;
    this.say(
      isSecond
        ? "Stopping what runs."
        : "Nothing more is started; what runs finishes. Ctrl-C again stops it.",
    );
    if (isSecond) this.#stop.abort();
    else this.#drain.abort();
  };

  readonly #terminate = () => {
    this.say(`Nothing more is started; what runs has ${this.drainMs / 1_000} s to finish.`);
    this.#drain.abort();
    this.#timer ??= setTimeout(() => this.#stop.abort(), this.drainMs);
  };
}
