/** The first interruption lets what runs finish, the second stops it; so does the end of the time after SIGTERM. */
export class Interruptions {
  readonly #drain = new AbortController();
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly drainMs: number,
    private readonly say: (text: string) => void,
  ) {
    process.on("SIGINT", this.#interrupt).on("SIGTERM", this.#terminate).on("SIGHUP", this.#terminate);
  }

  get drain(): AbortSignal {
    return this.#drain.signal;
  }

  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  forget(): void {
    clearTimeout(this.#timer);
    process.off("SIGINT", this.#interrupt).off("SIGTERM", this.#terminate).off("SIGHUP", this.#terminate);
  }

  readonly #interrupt = () => {
    const isSecond = this.drain.aborted;
    this.say(
      isSecond
        ? "Stopping what runs."
        : "Nothing more is started; what runs finishes. Again: what runs is stopped.",
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
