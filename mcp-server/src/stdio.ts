import { type Readable, Transform, type Writable } from "node:stream";
import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { answerToSkipped, MAX_MESSAGE_BYTES, MessageLines } from "./message-lines.ts";

/** Stays open as long as the connection: nothing is owed to whoever listens. */
const LISTEN = "subscriptions/listen";

/**
 * Messages over stdio, by which requests that were received are answered although the input has ended: a script
 * that pipes its calls into the server closes the pipe right behind them. The SDK's own transport drops them, and ends
 * with a message that is too large, which here is only skipped.
 */
export class AnsweringTransport extends StdioServerTransport {
  /** Fulfilled when the transport is closed. */
  readonly closed: Promise<void>;
  readonly #unanswered: Unanswered;
  #onClosed: () => void = () => undefined;

  private constructor(lines: Readable, output: Writable, unanswered: Unanswered) {
    super(lines, output, { maxBufferSize: 2 * MAX_MESSAGE_BYTES });
    this.#unanswered = unanswered;
    this.closed = new Promise((resolve) => {
      this.#onClosed = resolve;
    });
  }

  /**
   * @param onEnd called when no more input is read; what was received by then is still being answered.
   * @returns the transport, which closes after the last answer, and what stops reading as the end of input does.
   */
  static over(input: Readable, output: Writable, onEnd: () => void) {
    const unanswered = new Unanswered();
    const messages = new MessageLines((skipped) => {
      const answer = answerToSkipped(skipped);
      process.stderr.write(`parallel: a message of ${skipped.bytes} bytes was skipped: it is too large.\n`);
      if (answer) output.write(`${JSON.stringify(answer)}\n`);
    });
    const lines = new Transform({
      transform(chunk, _encoding, done) {
        for (const line of messages.take(chunk)) this.push(line);
        done();
      },
      flush(done) {
        onEnd();
        const last = messages.rest();
        if (last) this.push(last);
        // What was pushed is delivered before the next turn, and only then it is known what was asked.
        setImmediate(() => void unanswered.none().then(() => done()));
      },
    });
    const stopReading = () => {
      input.unpipe(lines);
      lines.end();
    };
    for (const event of ["error", "close"]) input.on(event, stopReading);
    input.pipe(lines);
    return { transport: new AnsweringTransport(lines, output, unanswered), stopReading };
  }

  override async start(): Promise<void> {
    const deliver = this.onmessage;
    this.onmessage = (message) => {
      this.#unanswered.received(message);
      deliver?.(message);
    };
    await super.start();
  }

  override async send(message: JSONRPCMessage): Promise<void> {
    try {
      await super.send(message);
    } finally {
      this.#unanswered.sent(message);
    }
  }

  override async close(): Promise<void> {
    this.#unanswered.forget();
    await super.close();
    this.#onClosed();
  }
}

/** The requests that were received and wait for their answers. */
class Unanswered {
  readonly #ids = new Set<unknown>();
  #waiting: (() => void)[] = [];

  received(message: JSONRPCMessage): void {
    if (!("method" in message)) return;
    if ("id" in message) {
      if (message.method !== LISTEN) this.#ids.add(message.id);
    } else if (message.method === "notifications/cancelled") {
      // A request that was taken back gets no answer.
      this.#delete(message.params?.requestId);
    }
  }

  sent(message: JSONRPCMessage): void {
    if (!("method" in message)) this.#delete(message.id);
  }

  /** Fulfilled as soon as no request waits. */
  none(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#release();
    });
  }

  /** Nobody can be answered any more. */
  forget(): void {
    this.#ids.clear();
    this.#release();
  }

  #delete(id: unknown): void {
    this.#ids.delete(id);
    this.#release();
  }

  #release(): void {
    if (this.#ids.size > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
