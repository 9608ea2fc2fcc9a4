import { once } from "node:events";
import type { ServerResponse } from "node:http";

/** While nothing happens, so often something is sent, so that both ends notice when the other is gone. */
const BEAT_MS = 15_000;

/**
 * One stream of server-sent events. It has one writer at a time, who waits until the reader has taken what was written:
 * for a reader that does not read, nothing is kept but what the socket holds.
 */
export class EventStream {
  readonly #closed = new AbortController();

  constructor(private readonly response: ServerResponse) {
    response.once("close", () => this.#closed.abort());
  }

  /** Aborted when the reader is gone. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Waits with a signal that is aborted when the next beat is due, or the reader is gone. */
  async untilBeat<Result>(wait: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const due = new AbortController();
    const stop = () => due.abort();
    const timer = setTimeout(stop, BEAT_MS);
    this.closed.addEventListener("abort", stop);
    try {
      return await wait(due.signal);
    } finally {
      clearTimeout(timer);
      this.closed.removeEventListener("abort", stop);
    }
  }

  /** @param id by which a reader goes on from here. @returns when the reader can take more, or is gone. */
  async send(event: string, data: unknown, id?: string): Promise<void> {
    if (this.closed.aborted) return;
    const line = id === undefined ? "" : `id: ${id}\n`;
    if (this.response.write(`event: ${event}\n${line}data: ${JSON.stringify(data)}\n\n`)) return;
    await once(this.response, "drain", { signal: this.closed }).catch(() => undefined);
  }

  end(): void {
    this.response.end();
  }
}
