import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../random.ts";

interface Address {
  readonly host: string;
  readonly port: number;
}

/** The two ends of a connection. */
interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
}

/** Stands between a machine and a server as a bad network would: it delays, holds back, cuts and refuses. */
export class FaultProxy {
  /** Each piece of what goes through takes up to so long, in milliseconds. */
  maxDelayMs = 0;
  /** How many of the connections that are begun break off after a few thousand bytes, from 0 to 1. */
  breaking = 0;
  /** Whether connections are refused. */
  #isDown = false;
  #isHeld = false;
  readonly #pairs = new Set<Pair>();

  private constructor(
    private readonly server: Server,
    private readonly random: Random,
    readonly port: number,
  ) {}

  /**
   * @param target where the server is.
   * @param host where it listens.
   */
  static async start(target: Address, random: Random, host = "127.0.0.1"): Promise<FaultProxy> {
    const server = createServer({ noDelay: true, allowHalfOpen: true });
    server.listen(0, host);
    await once(server, "listening");
    const proxy = new FaultProxy(server, random, (server.address() as AddressInfo).port);
    server.on("connection", (client) => proxy.#accept(client, target));
    return proxy;
  }

  /** Ends every connection at once, without a word. */
  cut(): void {
    for (const { client, upstream } of this.#pairs)
      for (const one of [client, upstream]) one.resetAndDestroy();
  }

  /** Nothing comes through for a while, and no connection ends. */
  async hold(ms: number): Promise<void> {
    this.#isHeld = true;
    await sleep(ms);
    this.#isHeld = false;
  }

  /** All connections end, and none is to be had for a while. */
  async down(ms: number): Promise<void> {
    this.#isDown = true;
    this.cut();
    await sleep(ms);
    this.#isDown = false;
  }

  async stop(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, "close");
  }

  #accept(client: Socket, target: Address): void {
    client.on("error", () => undefined);
    if (this.#isDown) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect({ ...target, noDelay: true, allowHalfOpen: true });
    upstream.on("error", () => undefined);
    const pair = { client, upstream };
    this.#pairs.add(pair);
    let left = this.random.chance(this.breaking) ? this.random.between(1, 4_000) : Number.POSITIVE_INFINITY;
    const passes = (bytes: number) => {
      left -= bytes;
      if (left >= 0) return true;
      for (const one of [client, upstream]) one.resetAndDestroy();
      return false;
    };
    this.#pass(client, upstream, passes);
    this.#pass(upstream, client, passes);
    client.on("close", () => this.#pairs.delete(pair));
  }

  #pass(from: Socket, to: Socket, passes: (bytes: number) => boolean): void {
    let last: Promise<unknown> = Promise.resolve();
    const later = (work: () => void) => {
      const arrival = this.maxDelayMs > 0 ? sleep(this.random.next() * this.maxDelayMs) : undefined;
      last = last.then(async () => {
        await arrival;
        while (this.#isHeld) await sleep(20);
        if (!to.destroyed) work();
      });
    };
    from.on("data", (chunk) => later(() => passes(chunk.length) && to.write(chunk)));
    from.on("end", () => later(() => to.end()));
    from.on("close", (isBroken) => (isBroken ? to.destroy() : later(() => to.destroySoon())));
  }
}
