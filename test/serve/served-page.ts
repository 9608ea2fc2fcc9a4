import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { onTestFinished } from "vitest";
import type { RunContext } from "../../mcp-server/src/run/project/run-context.ts";
import { PageServer, type PageServerOptions } from "../../mcp-server/src/serve/http-server.ts";
import { readPageFiles } from "../../mcp-server/src/serve/page-files.ts";
import { put } from "../support/checkout.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: unknown;
  /** Without what a browser would say of a request of the page. */
  readonly bare?: boolean;
}

/** A server for the page, and requests as the page, or whoever else, would make them. */
export class ServedPage {
  token = "";

  private constructor(
    readonly server: PageServer,
    readonly port: number,
  ) {}

  static async start(
    contexts: readonly [RunContext, ...RunContext[]],
    options: Partial<PageServerOptions> = {},
  ): Promise<ServedPage> {
    const folder = temporaryFolder();
    put(folder, {
      "index.html": "<!doctype html><title>Plans</title>",
      "page.js": "void 0;",
      "page.css": "body{}",
    });
    const files = readPageFiles(folder);
    const usual = { port: 0, allowedHosts: new Set<string>(), readOnly: false };
    const server = await PageServer.start({ contexts, files, ...usual, ...options });
    onTestFinished(() => server.close());
    return new ServedPage(server, server.port);
  }

  /** The same with a token, as a tab that was opened by its link has. */
  static async open(
    contexts: readonly [RunContext, ...RunContext[]],
    options: Partial<PageServerOptions> = {},
  ): Promise<ServedPage> {
    const page = await ServedPage.start(contexts, options);
    await page.signIn();
    return page;
  }

  code(): string {
    return /#code=([\w-]+)/.exec(this.server.link())?.[1] ?? "";
  }

  async signIn(): Promise<void> {
    this.token = (await this.json<{ token: string }>("/api/session", { body: { code: this.code() } })).token;
  }

  /** @throws for a stream, which has no end. */
  async ask(target: string, asked: Asked = {}): Promise<Answer> {
    const response = await this.#request(target, asked);
    if (response.headers["content-type"]?.startsWith("text/event-stream")) {
      response.destroy();
      throw new Error(`${target} was answered with a stream`);
    }
    const parts: Buffer[] = [];
    for await (const part of response as AsyncIterable<Buffer>) parts.push(part);
    const { statusCode: status = 0, headers } = response;
    return { status, headers, text: Buffer.concat(parts).toString("utf8") };
  }

  async json<Data>(target: string, asked: Asked = {}): Promise<Data> {
    const { status, text } = await this.ask(target, asked);
    if (status !== 200) throw new Error(`${target}: ${status} ${text}`);
    return JSON.parse(text) as Data;
  }

  /** The messages of a stream as they come; leaving the loop ends it. */
  async *events(target: string): AsyncGenerator<{ event: string; data: unknown }> {
    const response = await this.#request(target, {});
    if (response.statusCode !== 200) throw new Error(`${target}: ${response.statusCode}`);
    let text = "";
    try {
      for await (const part of response as AsyncIterable<Buffer>) {
        text += part.toString("utf8");
        const messages = text.split("\n\n");
        text = messages.pop() ?? "";
        for (const message of messages) {
          const [, event = ""] = /^event: (.*)$/m.exec(message) ?? [];
          const [, data = ""] = /^data: (.*)$/m.exec(message) ?? [];
          yield { event, data: JSON.parse(data) };
        }
      }
    } finally {
      response.destroy();
    }
  }

  /** A stream whose reader reads nothing yet. */
  stream(target: string): Promise<IncomingMessage> {
    return this.#request(target, {});
  }

  #request(target: string, { method, headers = {}, body, bare }: Asked): Promise<IncomingMessage> {
    const origin = `http://127.0.0.1:${this.port}`;
    const own = {
      "Sec-Fetch-Site": "same-origin",
      "Sec-Fetch-Mode": "cors",
      ...(body !== undefined && { "Content-Type": "application/json", Origin: origin }),
      ...(this.token !== "" && { Authorization: `Bearer ${this.token}` }),
    };
    return new Promise((resolve, reject) => {
      const sent = request({
        host: "127.0.0.1",
        port: this.port,
        path: target,
        method: method ?? (body === undefined ? "GET" : "POST"),
        headers: { ...(!bare && own), ...headers },
      });
      sent.once("response", resolve);
      sent.once("error", reject);
      sent.end(body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body));
    });
  }
}
