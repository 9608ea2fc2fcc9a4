import type pg from "pg";

/** A broken connection is made anew after this time. */
const RECONNECT_MS = 1_000;

type Wake = (planId?: number) => void;

/** Hears of commits by NOTIFY, over one connection that exists while somebody listens. */
export class PostgresListener {
  readonly #listeners = new Set<Wake>();
  #client: pg.Client | undefined;
  #reconnect: NodeJS.Timeout | undefined;

  constructor(
    private readonly newClient: () => pg.Client,
    private readonly channel: string,
  ) {}

  /** @returns ends the listening. */
  listen(wake: Wake): () => void {
    this.#listeners.add(wake);
    if (!this.#client && !this.#reconnect) this.#connect();
    return () => {
      this.#listeners.delete(wake);
      if (this.#listeners.size === 0) this.#disconnect();
    };
  }

  #disconnect(): void {
    clearTimeout(this.#reconnect);
    this.#reconnect = undefined;
    const client = this.#client;
    this.#client = undefined;
    client?.end().catch(() => undefined);
  }

  #connect(): void {
    const client = this.newClient();
    this.#client = client;
    client.on("notification", ({ payload }) => this.#wakeAll(Number(payload)));
    client.on("error", () => this.#lost(client));
    client.on("end", () => this.#lost(client));
    client
      .connect()
      .then(() => client.query(`listen ${this.channel}`))
      // What was committed before is not notified any more: everybody looks once.
      .then(() => this.#wakeAll())
      .catch(() => this.#lost(client));
  }

  #lost(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    client.end().catch(() => undefined);
    this.#reconnect = setTimeout(() => {
      this.#reconnect = undefined;
      this.#connect();
    }, RECONNECT_MS);
  }

  #wakeAll(planId?: number): void {
    for (const wake of this.#listeners) wake(planId);
  }
}
