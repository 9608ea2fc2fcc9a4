import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type PostgresServer, startPostgres } from "../../test/store/postgres-server.ts";
import { newDatabase } from "../new-database.ts";
import { CLAIMS, claimRate } from "./claim-rate.ts";
import { type Figure, isMissed, table } from "./figures.ts";
import { latency } from "./latency.ts";
import { network } from "./network.ts";
import { contextOf, openGraph } from "./product.ts";
import { type RawLoop, rawPostgres, rawSqlite } from "./raw-loop.ts";
import { startUp } from "./start-up.ts";
import { completer, waiter, waiting } from "./waiting.ts";

export interface Settings {
  /** Where databases may lie; holds the plugin as it is now in `plugin`. */
  readonly folder: string;
  /** This very file, bundled, for other processes. */
  readonly bundle: string;
  readonly root: string;
  readonly quick: boolean;
}

/** One database of an engine. */
interface Place {
  readonly engine: string;
  readonly url: string;
  raw(tasks: number): Promise<RawLoop>;
}

/** How many tasks, and what batch_next may take at the median; task_report may always take 5 ms. */
const SIZES = [
  { size: 100, most: 20 },
  { size: 1_000, most: 20 },
  { size: 10_000, most: 20 },
  { size: 100_000, most: 100 },
];
const REPORT_MS = 5;
/** Percent of the raw loop's rate. Promised for SQLite, where no network lies between the statements. */
const RATE = 50;

/** @returns whether every target was reached. */
export async function main(settings: Settings): Promise<boolean> {
  const sqlite = join(settings.folder, "graph.sqlite");
  const raw = async (tasks: number) => rawSqlite(join(settings.folder, "raw.sqlite"), tasks);
  const figures = await measure({ engine: "SQLite", url: `sqlite:${sqlite}`, raw }, settings, RATE);
  const server = await startPostgres().catch((error: Error) => {
    console.error(`PostgreSQL is left out: ${error.message}`);
  });
  try {
    if (server) figures.push(...(await measure(await postgresPlace(server), settings, undefined)));
  } finally {
    await server?.stop();
  }
  console.log(`\n${table(figures)}\n
The raw loop takes the oldest row of a list, marks it and logs that: same driver, same durability, one commit per
claim, as task_claim. It knows no dependencies, scopes, caps, roles, leases or tokens. Rates and latencies are taken
in one process by the use cases that the tools call; the protocol is not in them, but in "start to".`);
  return !figures.some(isMissed);
}

async function postgresPlace(server: PostgresServer): Promise<Place> {
  const url = await newDatabase(server.url, `bench_${process.pid}`);
  return { engine: "PostgreSQL", url, raw: (tasks) => rawPostgres(url, tasks) };
}

async function measure(place: Place, settings: Settings, rate: number | undefined): Promise<Figure[]> {
  const { engine, url } = place;
  const root = join(settings.folder, "checkout");
  mkdirSync(root, { recursive: true });
  const store = await openGraph(url, root);
  const context = await contextOf(store, root);
  const figures: Figure[] = [];
  const tell = (more: readonly Figure[]) => {
    for (const one of more) console.log(JSON.stringify(one));
    figures.push(...more);
  };
  const raw = await place.raw(CLAIMS);
  tell(await claimRate(engine, context, raw, rate));
  await raw.close();
  if (!url.startsWith("sqlite:")) tell(await network(engine, url, settings.folder));
  tell(await waiting(engine, context, { bundle: settings.bundle, url, root }));
  const sizes = settings.quick ? SIZES.slice(0, -1) : SIZES;
  for (const { size, most } of sizes) {
    const targets = engine === "SQLite" ? { batchNext: { most }, report: { most: REPORT_MS } } : {};
    tell(await latency(engine, context, size, targets));
  }
  await store.close();
  const largest = sizes.at(-1)?.size ?? 0;
  const server = join(settings.folder, "plugin", "mcp-server", "dist", "server.js");
  tell(await startUp(engine, server, root, url, `of-${largest}`, largest));
  return figures;
}

// Started as a process of its own, it is one of the others.
const [, , role, url = "", root = ""] = process.argv;
if (role === "completer") await completer(url, root);
if (role === "waiter") await waiter(url, root);
