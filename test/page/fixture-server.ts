import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { FileClash } from "../../mcp-server/src/live/file-clash.ts";
import type {
  ActionRequest,
  ActionResult,
  PlanEntry,
  PlanHistory,
  PlanSnapshot,
  SnapshotUpdate,
  TaskDetail,
} from "../../mcp-server/src/live/snapshot.ts";
import { PAGE_HEADERS } from "../../mcp-server/src/serve/http-server.ts";
import { detailOf } from "./page-fixture.ts";

const FILES: Readonly<Record<string, readonly [name: string, type: string]>> = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/page.js": ["page.js", "text/javascript; charset=utf-8"],
  "/page.css": ["page.css", "text/css; charset=utf-8"],
};

/** What the server shows of a plan. */
export interface ShownPlan {
  readonly snapshot: PlanSnapshot;
  readonly history?: PlanHistory;
  readonly clashes?: readonly FileClash[];
  readonly detail?: (task: string) => TaskDetail | undefined;
}

/** A server that speaks as `parallel serve` does, and shows whatever a test wants to be seen. */
export class FixtureServer {
  readonly actions: ActionRequest[] = [];
  /** Method and path of everything that was asked. */
  readonly requests: string[] = [];
  readonly #http: Server;
  readonly #plans = new Map<string, ShownPlan>();
  readonly #streams = new Map<ServerResponse, string>();
  readonly #codes = new Set<string>();
  #cursor = 0;
  #links = 0;
  #isAway = false;
  /** What is answered to an action. */
  onAction: (request: ActionRequest) => ActionResult = () => ({ done: true, text: "It is done." });

  private constructor(private readonly folder: string) {
    this.#http = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  /** @param folder with the built page. */
  static async start(folder: string): Promise<FixtureServer> {
    const server = new FixtureServer(folder);
    server.#http.listen(0, "127.0.0.1");
    await once(server.#http, "listening");
    return server;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  /** A link that opens the page once. */
  link(plan?: string): string {
    const code = `code-${++this.#links}`;
    this.#codes.add(code);
    return `${this.origin}/#code=${code}${plan === undefined ? "" : `&plan=${encodeURIComponent(plan)}`}`;
  }

  /** Shows a plan, or another state of it, also to those who look at it now. */
  show(address: string, plan: ShownPlan): void {
    const before = this.#plans.get(address);
    this.#plans.set(address, plan);
    this.#cursor++;
    for (const [stream, of] of this.#streams) if (of === address) this.#send(stream, plan, before);
  }

  /** Shows it no more. */
  hide(address: string): void {
    this.#plans.delete(address);
  }

  /** How many look at a plan now. */
  get streams(): number {
    return this.#streams.size;
  }

  /** Nobody is reached any more, until it is back. */
  goAway(isAway = true): void {
    this.#isAway = isAway;
    if (isAway) for (const stream of this.#streams.keys()) stream.destroy();
  }

  async close(): Promise<void> {
    this.#http.closeAllConnections();
    this.#http.close();
    await once(this.#http, "close");
  }

  /** @param before what the reader has; absent: nothing. */
  #send(stream: ServerResponse, { snapshot: { tasks, ...head } }: ShownPlan, before?: ShownPlan): void {
    const known = new Map(before?.snapshot.tasks.map((row) => [row.id, JSON.stringify(row)]));
    const update: SnapshotUpdate = {
      cursor: `a.${this.#cursor}`,
      head,
      rows: tasks.filter((row) => known.get(row.id) !== JSON.stringify(row)),
      gone: [],
      ...(before ? {} : { reset: true }),
    };
    stream.write(`event: update\nid: ${update.cursor}\ndata: ${JSON.stringify(update)}\n\n`);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#isAway) return void response.destroy();
    const { method = "", url = "" } = request;
    const [path = ""] = url.split("?");
    this.requests.push(`${method} ${url}`);
    for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value);
    const file = FILES[path];
    if (file) {
      response.setHeader("Content-Type", file[1]);
      return void response.end(readFileSync(join(this.folder, file[0])));
    }
    if (path === "/api/session") {
      const { code } = (await bodyOf(request)) as { code: string };
      // Used up.
      if (!this.#codes.has(code)) return json(response, 401, { error: { message: "The link was used." } });
      this.#codes.delete(code);
      return json(response, 200, { token: "token", readOnly: false });
    }
    if (request.headers.authorization !== "Bearer token")
      return json(response, 401, { error: { message: "Open a fresh link." } });
    if (path === "/api/plans") return json(response, 200, { plans: [...this.#plans].map(entryOf) });
    await this.#answerPlan(path, request, response);
  }

  async #answerPlan(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, , , address = "", part, task] = path.split("/").map(decodeURIComponent);
    const plan = this.#plans.get(address);
    if (!plan) return json(response, 404, { error: { message: `There is no plan ${address}.` } });
    switch (part) {
      case undefined:
        return json(response, 200, plan.snapshot);
      case "events":
        response.writeHead(200, { "Content-Type": "text/event-stream; charset=utf-8" });
        this.#streams.set(response, address);
        response.on("close", () => this.#streams.delete(response));
        return this.#send(response, plan);
      case "history":
        return plan.history
          ? json(response, 200, plan.history)
          : json(response, 404, { error: { message: "There is none." } });
      case "clashes":
        return json(response, 200, { clashes: plan.clashes ?? [] });
      case "tasks": {
        const detail = plan.detail ? plan.detail(task ?? "") : detailOf(plan.snapshot, task ?? "");
        return detail
          ? json(response, 200, detail)
          : json(response, 404, { error: { message: `There is no task ${task}.` } });
      }
      case "act": {
        const action = (await bodyOf(request)) as ActionRequest;
        this.actions.push(action);
        return json(response, 200, this.onAction(action));
      }
      default:
        return json(response, 404, { error: { message: "There is nothing." } });
    }
  }
}

function entryOf([address, { snapshot }]: [string, ShownPlan]): PlanEntry {
  const { plan, title, repository, status, done, counts, needs } = snapshot;
  return { plan, title, repository, address, status, done, counts, needs: needs.length, createdAtMs: 0 };
}

function json(response: ServerResponse, status: number, data: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(data));
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString("utf8"));
}
