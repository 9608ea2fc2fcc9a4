import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { CallerError } from "../errors/caller-error.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { Access } from "./access.ts";
import { type RequestHead, refusalOf } from "./admission.ts";
import { type AnsweredRoute, answer, codeIn, methodOf, routeOf } from "./api.ts";
import type { Editor } from "./editor-link.ts";
import { EventStream } from "./event-stream.ts";
import type { PageFile } from "./page-files.ts";
import { PlanSources } from "./plan-sources.ts";

/** Loopback by its address: the name may mean only one of two families. */
const ADDRESS = "127.0.0.1";
const MAX_BODY_BYTES = 16 * 1024;
const MAX_CONNECTIONS = 64;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * On every answer. The page loads nothing but its own files, runs no text as code and stands in nobody's frame; nobody
 * keeps a copy of what it shows.
 */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-store",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Frame-Options": "DENY",
};

export interface PageServerOptions {
  /** The plans of these are shown; the first is this checkout. */
  readonly contexts: readonly [RunContext, ...RunContext[]];
  readonly files: ReadonlyMap<string, PageFile>;
  /** 0: any that is free. */
  readonly port: number;
  /** Names under which it may be reached besides those of loopback. */
  readonly allowedHosts: ReadonlySet<string>;
  /** Actions are refused. */
  readonly readOnly: boolean;
  /** Opens files of this checkout; absent: none does. */
  readonly editor?: Editor;
}

/** Serves the page and what it shows to browsers of this machine. */
export class PageServer {
  readonly #sources: PlanSources;
  readonly #access: Access;
  readonly #http: Server;
  readonly #sockets = new Set<Socket>();
  #lastUsedMs: number;
  #streams = 0;

  private constructor(private readonly options: PageServerOptions) {
    const [{ randomBytes }] = options.contexts;
    this.#sources = new PlanSources(options.contexts);
    this.#access = new Access(() => performance.now(), randomBytes);
    this.#lastUsedMs = performance.now();
    this.#http = createServer(
      { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
      (request, response) => {
        void this.#answer(request, response);
      },
    );
    this.#http.maxConnections = MAX_CONNECTIONS;
    this.#http.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  /** @throws when the port is taken. */
  static async start(options: PageServerOptions): Promise<PageServer> {
    const server = new PageServer(options);
    server.#http.listen(options.port, ADDRESS);
    await once(server.#http, "listening");
    return server;
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  /** A link that opens the page once, within two minutes. @param plan which it shows first. */
  link(plan?: string): string {
    const first = plan === undefined ? "" : `&plan=${encodeURIComponent(plan)}`;
    return `http://${ADDRESS}:${this.port}/#code=${this.#access.newCode()}${first}`;
  }

  /** For how long nobody has looked, in milliseconds. */
  get idleMs(): number {
    return this.#streams > 0 ? 0 : performance.now() - this.#lastUsedMs;
  }

  async close(): Promise<void> {
    this.#http.close();
    for (const socket of this.#sockets) socket.destroy();
    await this.#sources.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value);
    // A reader that is gone is no fault of anybody.
    response.on("error", () => undefined);
    try {
      await this.#route(request, response);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else this.#refuse(response, error);
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const head = headOf(request);
    const refusal = refusalOf(head, this.options.allowedHosts);
    if (refusal) return sendError(response, refusal.status, refusal.why);
    const { method, target } = head;
    const file = this.options.files.get(target);
    if (file) {
      if (method !== "GET") return sendError(response, 405, "It is only read.");
      response.setHeader("Content-Type", file.type);
      response.end(file.bytes);
      return;
    }
    const [path = "", query] = splitOnce(target, "?");
    const route = routeOf(path);
    if (!route) return sendError(response, 404, "There is nothing.");
    if (method !== methodOf(route)) return sendError(response, 405, `Ask it with ${methodOf(route)}.`);
    if (route.name === "session") return this.#openSession(request, response);
    if (!this.#access.allows(request.headers.authorization))
      return sendError(response, 401, "The link was used, or the server has started anew: open a fresh one.");
    this.#lastUsedMs = performance.now();
    if (route.name === "events") return this.#stream(route.plan, query, request, response);
    sendJson(response, await this.#answerOf(route, request));
  }

  async #answerOf(route: AnsweredRoute, request: IncomingMessage): Promise<unknown> {
    if (route.name !== "act") return answer(this.#sources, route, undefined, this.options.editor);
    const body = await bodyOf(request);
    if (this.options.readOnly)
      throw new CallerError("wrong_state", "The page only shows.", "Start it without --read-only.", "do");
    return answer(this.#sources, route, body);
  }

  async #openSession(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const token = this.#access.exchange(codeIn(await bodyOf(request)));
    if (token === undefined)
      return sendError(response, 401, "The link was used already, or is too old: open a fresh one.");
    this.#lastUsedMs = performance.now();
    sendJson(response, { token, readOnly: this.options.readOnly });
  }

  async #stream(
    plan: string,
    query: string | undefined,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const watch = await this.#sources.watch(plan);
    const lastId = request.headers["last-event-id"];
    let cursor = new URLSearchParams(query).get("after") ?? (typeof lastId === "string" ? lastId : undefined);
    response.writeHead(200, { "Content-Type": "text/event-stream; charset=utf-8" });
    response.flushHeaders();
    const stream = new EventStream(response);
    this.#streams += 1;
    try {
      while (!stream.closed.aborted && !watch.isClosed) {
        const update = await stream.untilBeat((signal) => watch.updateAfter(cursor, signal));
        if (update) {
          cursor = update.cursor;
          await stream.send("update", update, cursor);
        } else await stream.send("beat", { atMs: this.options.contexts[0].now() });
      }
      stream.end();
    } finally {
      this.#streams -= 1;
      this.#lastUsedMs = performance.now();
    }
  }

  #refuse(response: ServerResponse, error: unknown): void {
    if (!(error instanceof CallerError)) {
      sendError(response, 500, "The server has failed at this; what it says is in its terminal.");
      process.stderr.write(`parallel serve: ${error instanceof Error ? error.message : "failed"}\n`);
      return;
    }
    const isUnknown = error.kind === "unknown_plan" || error.kind === "unknown_task";
    const status = isUnknown ? 404 : error.kind === "wrong_state" ? 409 : 400;
    const { message, remedy, field } = error;
    response.statusCode = status;
    sendJson(response, { error: { message, remedy, ...(field !== undefined && { field }) } });
  }
}

function headOf({ method = "", url = "", headersDistinct }: IncomingMessage): RequestHead {
  const headers = Object.entries(headersDistinct).map(([name, values]) => [
    name,
    values?.length === 1 ? values[0] : values,
  ]);
  return { method, target: url, headers: Object.fromEntries(headers) };
}

/** @throws CallerError for a body that is too long or no JSON. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY_BYTES)
      throw new CallerError("bad_input", "The body is too long.", "Make it shorter.", "body");
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString("utf8"));
  } catch {
    throw new CallerError("bad_input", "The body is no JSON.", "Send JSON.", "body");
  }
}

function splitOnce(text: string, mark: string): [string, string?] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function sendJson(response: ServerResponse, data: unknown): void {
  response.setHeader("Content-Type", "application/json; charset=utf-8");
  response.end(JSON.stringify(data));
}

function sendError(response: ServerResponse, status: number, message: string): void {
  response.statusCode = status;
  // What comes after a refused head is not read.
  if (status !== 401 && status !== 404) response.setHeader("Connection", "close");
  sendJson(response, { error: { message } });
}
