import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** One message of a client that waits for an answer: a round trip. */
export interface RoundTrip {
  readonly sql: string;
  /** Empty unless the statement was prepared under a name, which needs a session. */
  readonly statementName: string;
}

/**
 * Stands between a client and a PostgreSQL server as a network would: it delays what goes through by half of the
 * latency each way, and keeps the statements.
 */
export class PostgresProxy {
  readonly roundTrips: RoundTrip[] = [];
  readonly #sockets = new Set<Socket>();
  #isSilent = false;

  private constructor(
    private readonly server: Server,
    /** The address of the database through this proxy. */
    readonly url: string,
  ) {}

  /** @param latencyMs for a message and its answer. */
  static async start(databaseUrl: string, latencyMs = 0): Promise<PostgresProxy> {
    const target = new URL(databaseUrl);
    const server = createServer({ noDelay: true });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = new URL(databaseUrl);
    url.hostname = "127.0.0.1";
    url.port = String((server.address() as AddressInfo).port);
    const proxy = new PostgresProxy(server, url.href);
    server.on("connection", (client) => {
      const upstream = connect({ host: target.hostname, port: Number(target.port), noDelay: true });
      const log = new FrontendLog(proxy.roundTrips);
      client.on("data", (chunk) => log.take(chunk));
      pass(client, upstream, latencyMs / 2);
      pass(upstream, client, latencyMs / 2);
      for (const socket of [client, upstream]) {
        proxy.#sockets.add(socket);
        if (proxy.#isSilent) socket.pause();
        socket.on("error", () => undefined);
        socket.on("close", () => {
          for (const one of [client, upstream]) one.destroy();
        });
      }
    });
    return proxy;
  }

  /** The round trips of `work` from the one that takes the lock to the commit, both included. */
  async underLock(work: () => Promise<unknown>): Promise<RoundTrip[]> {
    const from = this.roundTrips.length;
    await work();
    const all = this.roundTrips.slice(from);
    const locked = all.findIndex(({ sql }) => sql.includes("pg_advisory_xact_lock"));
    const committed = all.findIndex(({ sql }, i) => i > locked && sql === "commit");
    return locked < 0 ? [] : all.slice(locked, committed + 1);
  }

  /** The round trips of `work`. */
  async during(work: () => Promise<unknown>): Promise<RoundTrip[]> {
    const from = this.roundTrips.length;
    await work();
    return this.roundTrips.slice(from);
  }

  /** From now on nothing comes through any more, and no connection ends. */
  fallSilent(): void {
    this.#isSilent = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** What was held up comes through. */
  speakAgain(): void {
    this.#isSilent = false;
    for (const socket of this.#sockets) socket.resume();
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
    await once(this.server, "close");
  }
}

function pass(from: Socket, to: Socket, delayMs: number): void {
  let last: Promise<unknown> = Promise.resolve();
  from.on("data", (chunk) => {
    const arrival = delayMs > 0 ? sleep(delayMs) : undefined;
    last = last.then(async () => {
      await arrival;
      to.write(chunk);
    });
  });
}

/** Reads the client's side of the protocol: a startup message without a type, then messages of type, length, body. */
class FrontendLog {
  #buffered = Buffer.alloc(0);
  #isStarted = false;

  constructor(private readonly roundTrips: RoundTrip[]) {}

  take(chunk: Buffer): void {
    this.#buffered = Buffer.concat([this.#buffered, chunk]);
    for (;;) {
      const typeLength = this.#isStarted ? 1 : 0;
      if (this.#buffered.length < typeLength + 4) return;
      const length = typeLength + this.#buffered.readInt32BE(typeLength);
      if (this.#buffered.length < length) return;
      const message = this.#buffered.subarray(0, length);
      this.#buffered = this.#buffered.subarray(length);
      if (this.#isStarted) this.#log(message);
      this.#isStarted = true;
    }
  }

  #log(message: Buffer): void {
    const type = String.fromCharCode(message[0] ?? 0);
    const [first = "", second = ""] = message.subarray(5).toString("utf8").split("\0");
    if (type === "Q") this.roundTrips.push({ sql: first, statementName: "" });
    if (type === "P") this.roundTrips.push({ sql: second, statementName: first });
  }
}
