// import:node:events in serve/http-server.mjs
import { once } from "node:events";

// import:node:http in serve/http-server.mjs
import { createServer } from "node:http";

// import:errors.mjs in serve/http-server.mjs
import { CallerError } from "../errors.mjs";

// import:serve.mjs in serve/http-server.mjs
import { Access, EventStream, PlanSources, answer, codeIn, methodOf, refusalOf, routeOf } from "../serve.mjs";

// mcp-server/src/serve/http-server.ts
var ADDRESS = "127.0.0.1";
var MAX_BODY_BYTES = 16 * 1024;
var MAX_CONNECTIONS = 64;
var HEADERS_TIMEOUT_MS = 1e4;
var REQUEST_TIMEOUT_MS = 3e4;
var PAGE_HEADERS = {
  "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-store",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Frame-Options": "DENY"
};
var PageServer = class _PageServer {
  constructor(options) {
    this.options = options;
    const [{ randomBytes }] = options.contexts;
    this.#sources = new PlanSources(options.contexts);
    this.#access = new Access(() => performance.now(), randomBytes);
    this.#lastUsedMs = performance.now();
    this.#http = createServer(
      { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
      (request, response) => {
        void this.#answer(request, response);
      }
    );
    this.#http.maxConnections = MAX_CONNECTIONS;
    this.#http.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }
  options;
  #sources;
  #access;
  #http;
  #sockets = /* @__PURE__ */ new Set();
  #lastUsedMs;
  #streams = 0;
  /** @throws when the port is taken. */
  static async start(options) {
    const server = new _PageServer(options);
    server.#http.listen(options.port, ADDRESS);
    await once(server.#http, "listening");
    return server;
  }
  get port() {
    return this.#http.address().port;
  }
  /** A link that opens the page once, within two minutes. @param plan which it shows first. */
  link(plan) {
    const first = plan === void 0 ? "" : `&plan=${encodeURIComponent(plan)}`;
    return `http://${ADDRESS}:${this.port}/#code=${this.#access.newCode()}${first}`;
  }
  /** For how long nobody has looked, in milliseconds. */
  get idleMs() {
    return this.#streams > 0 ? 0 : performance.now() - this.#lastUsedMs;
  }
  async close() {
    this.#http.close();
    for (const socket of this.#sockets) socket.destroy();
    await this.#sources.close();
  }
  async #answer(request, response) {
    for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value);
    response.on("error", () => void 0);
    try {
      await this.#route(request, response);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else this.#refuse(response, error);
    }
  }
  async #route(request, response) {
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
  async #answerOf(route, request) {
    if (route.name !== "act") return answer(this.#sources, route, void 0, this.options.editor);
    const body = await bodyOf(request);
    if (this.options.readOnly)
      throw new CallerError("wrong_state", "The page only shows.", "Start it without --read-only.", "do");
    return answer(this.#sources, route, body);
  }
  async #openSession(request, response) {
    const token = this.#access.exchange(codeIn(await bodyOf(request)));
    if (token === void 0)
      return sendError(response, 401, "The link was used already, or is too old: open a fresh one.");
    this.#lastUsedMs = performance.now();
    sendJson(response, { token, readOnly: this.options.readOnly });
  }
  async #stream(plan, query, request, response) {
    const watch = await this.#sources.watch(plan);
    const lastId = request.headers["last-event-id"];
    let cursor = new URLSearchParams(query).get("after") ?? (typeof lastId === "string" ? lastId : void 0);
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
  #refuse(response, error) {
    if (!(error instanceof CallerError)) {
      sendError(response, 500, "The server has failed at this; what it says is in its terminal.");
      process.stderr.write(`parallel serve: ${error instanceof Error ? error.message : "failed"}
`);
      return;
    }
    const isUnknown = error.kind === "unknown_plan" || error.kind === "unknown_task";
    const status = isUnknown ? 404 : error.kind === "wrong_state" ? 409 : 400;
    const { message, remedy, field } = error;
    response.statusCode = status;
    sendJson(response, { error: { message, remedy, ...field !== void 0 && { field } } });
  }
};
function headOf({ method = "", url = "", headersDistinct }) {
  const headers = Object.entries(headersDistinct).map(([name, values]) => [
    name,
    values?.length === 1 ? values[0] : values
  ]);
  return { method, target: url, headers: Object.fromEntries(headers) };
}
async function bodyOf(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
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
function splitOnce(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
function sendJson(response, data) {
  response.setHeader("Content-Type", "application/json; charset=utf-8");
  response.end(JSON.stringify(data));
}
function sendError(response, status, message) {
  response.statusCode = status;
  if (status !== 401 && status !== 404) response.setHeader("Connection", "close");
  sendJson(response, { error: { message } });
}
export {
  PAGE_HEADERS,
  PageServer
};
