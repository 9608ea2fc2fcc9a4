import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Request, type Turn, wireOf } from "./wires.ts";

/** The answer to a request that offers no tools: a side request of the client, which wants a title or a judgement. */
const SIDE_ANSWER = JSON.stringify({ reasoning: "-", model_choice: "flash", next_speaker: "user" });

/** Models on loopback, one for each client: the first folder of a path says which client asks. */
export class ScriptedEndpoint {
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #next: (client: string, shown: Request) => Promise<Turn>;
  #issued = 0;

  /** @param next decides on the turns; it may take its time. */
  constructor(next: (client: string, shown: Request) => Promise<Turn>) {
    this.#next = next;
  }

  /** Starts listening and returns the address. */
  async listen(host = "127.0.0.1"): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, host, resolve));
    return `http://${host}:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = request.url?.split("?")[0] ?? "";
    const wire = wireOf(path);
    const text = Buffer.concat(chunks).toString("utf8");
    if (!wire || text === "") {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ object: "list", data: [], input_tokens: 10, totalTokens: 10 }));
      return;
    }
    const body = JSON.parse(text) as Record<string, unknown>;
    const isStream = body.stream === true || /:stream/.test(path) || path.endsWith("/responses");
    const shown = wire.read(body);
    const client = path.split("/")[1] ?? "";
    const turn = shown.tools.length === 0 ? { say: SIDE_ANSWER } : await this.#next(client, shown);
    this.#issued++;
    response.setHeader("content-type", isStream ? "text/event-stream" : "application/json");
    response.end(wire.answer(turn, `${client}${this.#issued}`, isStream));
  }
}
