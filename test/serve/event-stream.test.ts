import { once } from "node:events";
import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { EventStream } from "../../mcp-server/src/serve/event-stream.ts";

/** A stream to a reader that has not begun to read. */
async function streamToReader() {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const asked = once(server, "request");
  const sent = get({ host: "127.0.0.1", port: (server.address() as AddressInfo).port });
  sent.on("error", () => undefined);
  const [, response] = (await asked) as [IncomingMessage, ServerResponse];
  const answered = once(sent, "response");
  response.flushHeaders();
  const [reader] = (await answered) as [IncomingMessage];
  return { stream: new EventStream(response), response, reader };
}

const MESSAGE = "x".repeat(256 * 1024);

/** Sends until the reader's buffers are full. @returns the message that is not taken yet, and how many were. */
async function sendUntilFull(stream: EventStream, response: ServerResponse) {
  for (let count = 1; ; count += 1) {
    const pending = stream.send("update", MESSAGE);
    if (!response.writableNeedDrain) continue;
    const isTaken = await Promise.race([
      pending.then(() => true),
      once(response, "drain").then(() => true),
      quiet(),
    ]);
    if (!isTaken) return { pending, count };
  }
}

/** False once nothing has happened for a while: no condition tells that nobody reads. */
const quiet = () => new Promise<false>((resolve) => setTimeout(() => resolve(false), 200));

describe("a stream of events", () => {
  it("waits for a reader that does not read, and keeps one message for it at most", async () => {
    const { stream, response, reader } = await streamToReader();
    const { pending } = await sendUntilFull(stream, response);
    expect(response.writableLength).toBeLessThan(2 * MESSAGE.length);
    reader.resume();
    await pending;
    expect(response.writableNeedDrain).toBe(false);
  });

  it("waits no longer for a reader that is gone", async () => {
    const { stream, response, reader } = await streamToReader();
    const { pending } = await sendUntilFull(stream, response);
    reader.destroy();
    await pending;
    expect(stream.closed.aborted).toBe(true);
    await stream.send("update", "nobody gets it");
  });

  it("says by what a reader goes on, and each message is one", async () => {
    const { stream, reader } = await streamToReader();
    void stream.send("update", { text: "a\nb" }, "e.7");
    const [part] = (await once(reader, "data")) as [Buffer];
    expect(part.toString("utf8")).toBe('event: update\nid: e.7\ndata: {"text":"a\\nb"}\n\n');
  });
});
