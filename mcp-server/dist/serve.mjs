// import:node:crypto in serve.mjs
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

// mcp-server/src/serve/access.ts
var CODE_LIFE_MS = 2 * 6e4;
var MAX_WRONG_CODES = 50;
var MAX_TOKENS = 100;
var CODE_BYTES = 16;
var TOKEN_BYTES = 32;
var Access = class {
  constructor(now, randomBytes2) {
    this.now = now;
    this.randomBytes = randomBytes2;
  }
  now;
  randomBytes;
  /** By digest, when they were given out, in milliseconds. */
  #codes = /* @__PURE__ */ new Map();
  #tokens = /* @__PURE__ */ new Set();
  #wrong = 0;
  /** A code that can be exchanged once, within two minutes. */
  newCode() {
    const code = this.#random(CODE_BYTES);
    this.#codes.set(digestOf(code), this.now());
    return code;
  }
  /** @returns the token for it; undefined for a code that is wrong, used or too old. */
  exchange(code) {
    const digest = this.#find(this.#codes.keys(), code);
    const madeMs = digest === void 0 ? void 0 : this.#codes.get(digest);
    if (digest === void 0 || madeMs === void 0) {
      this.#wrong += 1;
      if (this.#wrong >= MAX_WRONG_CODES) {
        this.#codes.clear();
        this.#wrong = 0;
      }
      return void 0;
    }
    this.#codes.delete(digest);
    if (this.now() - madeMs > CODE_LIFE_MS) return void 0;
    const token = this.#random(TOKEN_BYTES);
    const [oldest] = this.#tokens;
    if (this.#tokens.size >= MAX_TOKENS && oldest !== void 0) this.#tokens.delete(oldest);
    this.#tokens.add(digestOf(token));
    return token;
  }
  /** @param authorization the header as it came. */
  allows(authorization) {
    const [, token] = /^Bearer ([\w-]{1,200})$/.exec(authorization ?? "") ?? [];
    return token !== void 0 && this.#find(this.#tokens, token) !== void 0;
  }
  #random(bytes) {
    return Buffer.from(this.randomBytes(bytes)).toString("base64url");
  }
  /** How long it takes does not tell how much of it is right. */
  #find(digests, secret) {
    const wanted = Buffer.from(digestOf(secret));
    let found;
    for (const digest of digests) if (timingSafeEqual(Buffer.from(digest), wanted)) found = digest;
    return found;
  }
};
function digestOf(secret) {
  return createHash("sha256").update(secret).digest("hex");
}

// mcp-server/src/serve/admission.ts
var LOOPBACK_NAMES = /* @__PURE__ */ new Set(["127.0.0.1", "[::1]", "localhost"]);
function refusalOf({ method, target, headers }, allowed) {
  if (method !== "GET" && method !== "POST") return { status: 405, why: "Only GET and POST are answered." };
  if (!target.startsWith("/")) return { status: 400, why: "The target is no path." };
  const { host, origin, "sec-fetch-site": site } = headers;
  const name = typeof host === "string" ? nameOf(host) : void 0;
  if (name === void 0 || !(LOOPBACK_NAMES.has(name) || allowed.has(name)))
    return { status: 403, why: "The host is not this one." };
  if (origin !== void 0 && origin !== `http://${host}`)
    return { status: 403, why: "It comes from another site." };
  if (site !== void 0 && site !== "same-origin" && !(isPage(method, target) && isOpened(site, headers)))
    return { status: 403, why: "It comes from another site." };
  if (method === "POST" && !isJson(headers["content-type"]))
    return { status: 415, why: "The content is not application/json." };
  return void 0;
}
function nameOf(host) {
  const [, name] = /^(\[[0-9a-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.exec(host) ?? [];
  return name?.toLowerCase();
}
function isPage(method, target) {
  return method === "GET" && target === "/";
}
function isOpened(site, headers) {
  return site === "none" || headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document";
}
function isJson(type) {
  return typeof type === "string" && /^application\/json(?:\s*;\s*charset=utf-8)?$/i.test(type);
}

// import:lib/zod.mjs in serve.mjs
import * as z from "./lib/zod.mjs";

// import:errors.mjs in serve.mjs
import { CallerError } from "./errors.mjs";

// import:live.mjs in serve.mjs
import { ACTIONS } from "./live.mjs";

// import:run/live.mjs in serve.mjs
import { PlanWatch, act, planEntry, planHistory, taskDetail } from "./run/live.mjs";

// mcp-server/src/serve/api.ts
var MAX_NOTE = 8e3;
var session = z.strictObject({ code: z.string().min(1).max(100) });
var action = z.strictObject({
  do: z.enum(ACTIONS),
  task: z.string().min(1).max(200).optional(),
  text: z.string().max(MAX_NOTE).optional(),
  value: z.number().int().min(1).max(1e3).optional(),
  seq: z.number().int().min(0)
});
function codeIn(body) {
  return parsed(session, body).code;
}
function actionIn(body) {
  const { do: name, task, text, value, seq } = parsed(action, body);
  return {
    ...{ do: name, seq },
    ...task !== void 0 && { task },
    ...text !== void 0 && { text },
    ...value !== void 0 && { value }
  };
}
function parsed(schema, body) {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join(".") || "body";
  throw new CallerError(
    "bad_input",
    `${field}: ${issue?.message ?? "it is not valid"}`,
    "Correct it.",
    field
  );
}
function routeOf(path) {
  const parts = path.split("/").slice(1).map(decoded);
  const [api, first, plan, second, task, ...more] = parts;
  if (api !== "api" || more.length > 0 || parts.some((part) => part === void 0 || part === ""))
    return void 0;
  if (first === "session" && parts.length === 2) return { name: "session" };
  if (first !== "plans") return void 0;
  if (plan === void 0) return { name: "plans" };
  if (second === void 0) return { name: "plan", plan };
  if (second === "tasks") return task === void 0 ? void 0 : { name: "task", plan, task };
  if (task !== void 0) return void 0;
  if (second === "events") return { name: "events", plan };
  return second === "history" || second === "act" ? { name: second, plan } : void 0;
}
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return void 0;
  }
}
function methodOf({ name }) {
  return name === "session" || name === "act" ? "POST" : "GET";
}
async function answer(sources, route, body) {
  if (route.name === "plans") return { plans: await sources.list() };
  if (route.name === "plan") return (await sources.watch(route.plan)).snapshot();
  const { ctx, store, slug } = await sources.find(route.plan);
  if (route.name === "history") return planHistory(ctx, store, slug);
  if (route.name === "task") return taskDetail(ctx, store, slug, route.task);
  return act(ctx, slug, actionIn(body));
}

// import:node:events in serve.mjs
import { once } from "node:events";

// mcp-server/src/serve/event-stream.ts
var BEAT_MS = 15e3;
var EventStream = class {
  constructor(response) {
    this.response = response;
    response.once("close", () => this.#closed.abort());
  }
  response;
  #closed = new AbortController();
  /** Aborted when the reader is gone. */
  get closed() {
    return this.#closed.signal;
  }
  /** Waits with a signal that is aborted when the next beat is due, or the reader is gone. */
  async untilBeat(wait) {
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
  async send(event, data, id) {
    if (this.closed.aborted) return;
    const line = id === void 0 ? "" : `id: ${id}
`;
    if (this.response.write(`event: ${event}
${line}data: ${JSON.stringify(data)}

`)) return;
    await once(this.response, "drain", { signal: this.closed }).catch(() => void 0);
  }
  end() {
    this.response.end();
  }
};

// import:node:http in serve.mjs
import { createServer } from "node:http";

// import:run/plan.mjs in serve.mjs
import { isPlanSlug, readGraph, unknownPlan } from "./run/plan.mjs";

// mcp-server/src/serve/plan-sources.ts
var MAX_PLANS = 200;
var PlanSources = class {
  constructor(contexts) {
    this.contexts = contexts;
    for (const [i, { repository }] of contexts.entries()) this.#repositories.push([i, repository]);
  }
  contexts;
  /** `[context, repository]`; the place is the number. The first is the own one. */
  #repositories = [];
  #watches = /* @__PURE__ */ new Map();
  async list() {
    const entries = [];
    for (const [i, ctx] of this.contexts.entries()) {
      const store = await ctx.graph();
      if (!store) continue;
      for (const repository of await store.read((reader) => reader.repositories())) {
        const place = this.#placeOf(i, repository);
        const own = { ...ctx, repository };
        await readGraph(own, store, async (view) => {
          for (const plan of (await view.plans()).slice(0, MAX_PLANS))
            entries.push(await planEntry(plan, ctx.now(), addressOf(place, plan.stored.slug)));
        });
      }
    }
    return entries.sort((a, b) => b.createdAtMs - a.createdAtMs);
  }
  /** @throws CallerError for an address of no plan. */
  async find(address) {
    const [, place, slug = ""] = /^(?:(\d{1,4})~)?(.*)$/s.exec(address) ?? [];
    if (!isPlanSlug(slug)) throw unknownPlan(slug.slice(0, 80), []);
    const [i, repository] = this.#repositories[Number(place ?? 0)] ?? [];
    const context = i === void 0 ? void 0 : this.contexts[i];
    const store = await context?.graph();
    if (!context || !store || repository === void 0) throw unknownPlan(slug, []);
    return { ctx: { ...context, repository }, store, slug };
  }
  /** The one watch of a plan. @throws CallerError for an address of no plan. */
  async watch(address) {
    const { ctx, store, slug } = await this.find(address);
    const known = this.#watches.get(address);
    if (known) return known;
    const watch = new PlanWatch(ctx, store, slug, randomBytes(6).toString("hex"));
    await watch.snapshot();
    const other = this.#watches.get(address);
    if (other) return other;
    this.#watches.set(address, watch);
    return watch;
  }
  async close() {
    await Promise.all([...this.#watches.values()].map((watch) => watch.close()));
  }
  #placeOf(i, repository) {
    const place = this.#repositories.findIndex(([of, name]) => of === i && name === repository);
    return place >= 0 ? place : this.#repositories.push([i, repository]) - 1;
  }
};
function addressOf(place, slug) {
  return place === 0 ? slug : `${place}~${slug}`;
}
function refuseForeignFiles({ ctx }, own) {
  if (ctx.checkoutKey === own.checkoutKey && ctx.repository === own.repository) return;
  throw new CallerError(
    "wrong_state",
    "The plan is of another repository.",
    "Start parallel serve there.",
    "plan"
  );
}

// mcp-server/src/serve/http-server.ts
var ADDRESS = "127.0.0.1";
var MAX_BODY_BYTES = 16 * 1024;
var MAX_CONNECTIONS = 64;
var HEADERS_TIMEOUT_MS = 1e4;
var REQUEST_TIMEOUT_MS = 3e4;
var HEADERS = {
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
    const [{ now, randomBytes: randomBytes2 }] = options.contexts;
    this.#sources = new PlanSources(options.contexts);
    this.#access = new Access(now, randomBytes2);
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
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
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
    if (route.name !== "act") return answer(this.#sources, route, void 0);
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

// import:node:fs in serve.mjs
import { readFileSync } from "node:fs";

// import:node:path in serve.mjs
import { join } from "node:path";

// mcp-server/src/serve/page-files.ts
var TYPES = {
  "index.html": "text/html; charset=utf-8",
  "page.js": "text/javascript; charset=utf-8",
  "page.css": "text/css; charset=utf-8"
};
function readPageFiles(folder) {
  return new Map(
    Object.entries(TYPES).map(([name, type]) => [
      name === "index.html" ? "/" : `/${name}`,
      { type, bytes: readFileSync(join(folder, name)) }
    ])
  );
}
export {
  Access,
  EventStream,
  PageServer,
  PlanSources,
  actionIn,
  answer,
  codeIn,
  methodOf,
  readPageFiles,
  refusalOf,
  refuseForeignFiles,
  routeOf
};
