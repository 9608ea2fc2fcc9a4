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

// import:run/live/act.mjs in serve.mjs
import { act } from "./run/live/act.mjs";

// import:run/live.mjs in serve.mjs
import { PlanWatch, fileClashes, planEntry, planHistory, taskDetail } from "./run/live.mjs";

// import:serve/editor-link.mjs in serve.mjs
import { editorLink } from "./serve/editor-link.mjs";

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
  return second === "history" || second === "clashes" || second === "act" ? { name: second, plan } : void 0;
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
async function answer(sources, route, body, editor = "none") {
  if (route.name === "plans") return { plans: await sources.list() };
  if (route.name === "plan") return (await sources.watch(route.plan)).snapshot();
  const { ctx, store, slug, isHere } = await sources.find(route.plan);
  if (route.name === "history") return planHistory(ctx, store, slug);
  if (route.name === "clashes") return fileClashes(ctx, store, slug);
  if (route.name === "task") {
    const detail = await taskDetail(ctx, store, slug, route.task, isHere);
    const files = detail.files.map((file) => {
      const open = editorLink(editor, ctx.checkout.root, file.path);
      return open === void 0 ? file : { ...file, open };
    });
    return { ...detail, files };
  }
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
    return { ctx: { ...context, repository }, store, slug, isHere: repository === context.repository };
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
export {
  Access,
  EventStream,
  PlanSources,
  actionIn,
  answer,
  codeIn,
  methodOf,
  refusalOf,
  routeOf
};
