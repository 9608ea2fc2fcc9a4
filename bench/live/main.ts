import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { TaskId } from "../../mcp-server/src/graph/task.ts";
import type { SnapshotUpdate } from "../../mcp-server/src/live/snapshot.ts";
import { readSnapshot } from "../../mcp-server/src/run/live/plan-snapshot.ts";
import { changePlan } from "../../mcp-server/src/run/plan/plan-transaction.ts";
import { readPlan } from "../../mcp-server/src/run/plan/plan-view.ts";
import type { RunContext } from "../../mcp-server/src/run/project/run-context.ts";
import { PageServer } from "../../mcp-server/src/serve/http-server.ts";
import { readPageFiles } from "../../mcp-server/src/serve/page-files.ts";
import { startPostgres } from "../../test/store/postgres-server.ts";
import { median, quantile } from "../store/figures.ts";
import { addHistory, contextOf, makePlan, openGraph } from "../store/product.ts";

const ALL_SIZES = [12, 60, 300, 3_000];
const EVENTS = 40;
/** Events come at any moment of the looks at the database. */
const PAUSE_MS = [120, 400] as const;
const MAX_LATE_MS = 300;

const [, , role, url = "", root = "", plan = ""] = process.argv;

/** Commits one event at each line of input, and says when that was done. */
async function write(): Promise<void> {
  const store = await openGraph(url, root);
  const context = await contextOf(store, root);
  process.stdout.write("ready\n");
  let i = 0;
  for await (const _ of createInterface({ input: process.stdin })) {
    const task = String(11 - (i++ % 3)) as TaskId;
    const seq = await changePlan(context, store, "bench", plan, (loaded) => {
      const status = loaded.graph.tasks.get(task)?.status === "cancelled" ? "pending" : "cancelled";
      loaded.append({ type: "task.status", task, status });
      return loaded.stored.version + 1;
    });
    process.stdout.write(`${JSON.stringify({ seq, atMs: Date.now() })}\n`);
  }
  await store.close();
}

interface Row {
  readonly engine: string;
  readonly tasks: number;
  readonly lookMs: number;
  readonly firstLookMs: number;
  readonly bytes: number;
  readonly updateBytes: number;
  readonly store: readonly number[];
  readonly page: readonly number[];
}

async function measure(engine: string, database: string, folder: string, tasks: number): Promise<Row> {
  const checkout = join(folder, `checkout-${engine}-${tasks}`);
  mkdirSync(checkout, { recursive: true });
  const slug = `of-${tasks}`;
  const maker = await openGraph(database, checkout);
  const made = await contextOf(maker, checkout);
  await makePlan(made, slug, tasks);
  await addHistory(made, slug, Math.floor(tasks / 2));
  await maker.close();

  const store = await openGraph(database, checkout);
  const context = await contextOf(store, checkout);
  const look = async (ctx: RunContext) => {
    const beganMs = performance.now();
    const snapshot = await readSnapshot(ctx, store, slug);
    return { ms: performance.now() - beganMs, bytes: JSON.stringify(snapshot).length };
  };
  const first = await look(context);
  const looks = [];
  for (let i = 0; i < 15; i++) looks.push((await look(context)).ms);

  const files = readPageFiles(pageFolder(folder));
  const usual = { port: 0, allowedHosts: new Set<string>(), readOnly: true };
  const page = await PageServer.start({ contexts: [context], files, ...usual });
  const reader = await readerOf(page, slug);
  const other = await openGraph(database, checkout);
  const { id } = await readPlan(await contextOf(other, checkout), other, slug);
  const writer = spawn(process.execPath, [process.argv[1] ?? "", "write", database, checkout, slug], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: writer.stdout })[Symbol.asyncIterator]();
  await lines.next();
  const late = { store: [] as number[], page: [] as number[] };
  const sizes: number[] = [];
  for (let i = 0; i < EVENTS; i++) {
    const [least, most] = PAUSE_MS;
    await sleep(least + ((most - least) * ((i * 7) % EVENTS)) / EVENTS);
    const before = await other.read((one) => one.version(id));
    const woken = other.changed(id, before, 10_000, new AbortController().signal).then(() => Date.now());
    const told = reader.after(before);
    writer.stdin.write("\n");
    const { value } = await lines.next();
    const { atMs } = JSON.parse(value as string) as { atMs: number };
    late.store.push((await woken) - atMs);
    const { receivedMs, bytes } = await told;
    late.page.push(receivedMs - atMs);
    sizes.push(bytes);
  }
  writer.stdin.end();
  await once(writer, "exit");
  reader.close();
  await page.close();
  await other.close();
  await store.close();
  return {
    ...{ engine, tasks, lookMs: median(looks), firstLookMs: first.ms, bytes: first.bytes },
    ...{ updateBytes: median(sizes), store: late.store, page: late.page },
  };
}

/** The page as a browser reads it. */
async function readerOf(server: PageServer, slug: string) {
  const address = `http://127.0.0.1:${server.port}`;
  const code = /#code=([\w-]+)/.exec(server.link())?.[1];
  const session = await fetch(`${address}/api/session`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ code }),
  });
  const { token } = (await session.json()) as { token: string };
  const end = new AbortController();
  const headers = { Authorization: `Bearer ${token}` };
  const stream = await fetch(`${address}/api/plans/${slug}/events`, { headers, signal: end.signal });
  let seq = 0;
  let wake = (_: { receivedMs: number; bytes: number }) => {};
  let awaited = Number.POSITIVE_INFINITY;
  const decoder = new TextDecoder();
  const read = async () => {
    let text = "";
    for await (const part of stream.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(part, { stream: true });
      const messages = text.split("\n\n");
      text = messages.pop() ?? "";
      for (const message of messages) {
        if (!message.startsWith("event: update")) continue;
        const receivedMs = Date.now();
        const data = message.slice(message.indexOf("\ndata: ") + 7);
        seq = (JSON.parse(data) as SnapshotUpdate).head.seq;
        if (seq > awaited) wake({ receivedMs, bytes: data.length });
      }
    }
  };
  read().catch(() => undefined);
  while (seq === 0) await sleep(5);
  return {
    after: (known: number) =>
      new Promise<{ receivedMs: number; bytes: number }>((resolve) => {
        awaited = known;
        wake = (of) => {
          awaited = Number.POSITIVE_INFINITY;
          resolve(of);
        };
      }),
    close: () => end.abort(),
  };
}

function pageFolder(folder: string): string {
  for (const name of ["index.html", "page.js", "page.css"]) writeFileSync(join(folder, name), "");
  return folder;
}

function table(rows: readonly Row[]): string {
  const head = [
    ...["database", "tasks", "first look", "look", "snapshot", "update"],
    ...["store p50", "store p95", "page p50", "page p95"],
  ];
  const ms = (value: number) => `${Math.round(value * 10) / 10} ms`;
  const kb = (bytes: number) => `${(bytes / 1_000).toFixed(1)} kB`;
  const lines = rows.map(({ engine, tasks, ...row }) => [
    ...[engine, String(tasks), ms(row.firstLookMs), ms(row.lookMs), kb(row.bytes), kb(row.updateBytes)],
    ...[row.store, row.page].flatMap((late) => [ms(median(late)), ms(quantile(late, 0.95))]),
  ]);
  const widths = head.map((name, i) => Math.max(name.length, ...lines.map((line) => line[i]?.length ?? 0)));
  return [head, ...lines]
    .map((line) => line.map((cell, i) => cell.padStart(widths[i] ?? 0)).join("  "))
    .join("\n");
}

async function main(): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "parallel-live-")));
  const server = await startPostgres().catch((error: Error) => {
    console.error(`PostgreSQL is left out: ${error.message}`);
  });
  const asked = process.argv.slice(2).map(Number);
  const rows: Row[] = [];
  try {
    for (const tasks of asked.length > 0 ? asked : ALL_SIZES) {
      rows.push(await measure("SQLite", `sqlite:${join(folder, `${tasks}.sqlite`)}`, folder, tasks));
      if (server) rows.push(await measure("PostgreSQL", server.url, folder, tasks));
    }
  } finally {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`${table(rows)}\n
From the commit of another process to the store's wake-up, and to the update that a reader of the page has received, in
${EVENTS} events each. A look is one snapshot of the plan, half of which is done.`);
  // Said aloud: the PostgreSQL package ends the process with a code of its own.
  process.exit(rows.some(({ page }) => median(page) > MAX_LATE_MS) ? 1 : 0);
}

if (role === "write") await write();
else await main();
