import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import pg from "pg";
import { claimTask } from "../../mcp-server/src/run/claims/claim-task.ts";
import { PostgresProxy } from "../../test/store/postgres-proxy.ts";
import { type PostgresServer, startPostgres } from "../../test/store/postgres-server.ts";
import { wholeNumber } from "../arguments.ts";
import { complete, contextOf, makePlan, openGraph } from "../store/product.ts";
import { deliveryTimes } from "./delivery-times.ts";
import { fleetRows, limitRows } from "./fleets.ts";
import { keep, kept } from "./kept.ts";
import type { Measurement } from "./measurement.ts";
import { importHere, type Place, planTimes } from "./plan-times.ts";
import {
  deliveriesTable,
  fleetsTable,
  limitsTable,
  MAX_LOAD_RATIO,
  plansTable,
  postgresTable,
} from "./tables.ts";

/** The bundle lies in node_modules; it is started from the repository. */
const ROOT = process.cwd();
const LARGE = 100_000;
const SIZES = [1_000, 10_000, LARGE];

interface Options {
  readonly tasks: number;
  readonly characters: number;
  readonly write?: true;
  readonly simulate?: true;
}

async function main(options: Options): Promise<boolean> {
  const measurement = options.simulate ? kept(ROOT).measurement : await measure(options);
  console.log(`\n${measurement.machine}; descriptions of ${measurement.characters} characters\n`);
  console.log(
    `${plansTable(measurement)}\n\n${postgresTable(measurement)}\n\n${deliveriesTable(measurement)}\n`,
  );
  const all = { measurement, fleets: fleetRows(measurement), limits: limitRows(measurement) };
  if (options.write) keep(ROOT, all);
  console.log(`${fleetsTable(all.fleets)}\n\n${limitsTable(all.limits)}`);
  // Of a small plan, what a connection asks first takes longer than the rows.
  return measurement.plans.every(
    ({ tasks, loadMs, narrowMs }) => tasks < LARGE || loadMs <= MAX_LOAD_RATIO * narrowMs,
  );
}

async function measure({ tasks, characters }: Options): Promise<Measurement> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "parallel-scale-")));
  const before = loadavg()[0] ?? 0;
  const server = await startPostgres().catch((error: Error) => {
    console.error(`PostgreSQL is left out: ${error.message}`);
    return undefined;
  });
  try {
    const places = placesIn(folder, server);
    const plans = [];
    const deliveries = [];
    let postgres: Measurement["postgres"];
    for (const place of places) {
      if (place.engine === "PostgreSQL") postgres = await postgresFigures(place);
      const at = join(folder, `deliveries-${place.engine}`);
      mkdirSync(at);
      deliveries.push(await deliveryTimes(place.engine, await urlFor(place, at), at));
      console.log(JSON.stringify(deliveries.at(-1)));
      for (const size of SIZES.filter((one) => one <= tasks)) {
        plans.push(await planTimes(place, size, characters));
        console.log(JSON.stringify(plans.at(-1)));
      }
    }
    const after = loadavg()[0] ?? 0;
    const machine = `${availableParallelism()} processors, Node.js ${process.versions.node}, load ${before.toFixed(1)} to ${after.toFixed(1)}`;
    return { machine, characters, plans, deliveries, ...(postgres && { postgres }) };
  } finally {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function placesIn(folder: string, server: PostgresServer | undefined): Place[] {
  const root = join(folder, "checkout");
  mkdirSync(root, { recursive: true });
  const sqlite = { engine: "SQLite", url: `sqlite:${join(folder, "graph.sqlite")}`, root };
  return server ? [sqlite, { engine: "PostgreSQL", url: server.url, root }] : [sqlite];
}

/** Deliveries have a graph of their own. */
async function urlFor({ engine, url }: Place, folder: string): Promise<string> {
  return engine === "SQLite" ? `sqlite:${join(folder, "graph.sqlite")}` : url;
}

/** Messages of a claim and a report while they hold the lock, and the connections of one server. */
async function postgresFigures({ url, root }: Place): Promise<Measurement["postgres"]> {
  const proxy = await PostgresProxy.start(url);
  const store = await openGraph(proxy.url, root);
  const context = await contextOf(store, root);
  await makePlan(context, "trips", 100);
  let most = 0;
  const trips = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    let result: Result | undefined;
    const seen = await proxy.underLock(async () => {
      result = await work();
    });
    most = Math.max(most, seen.length);
    return result as Result;
  };
  for (let round = 0; round < 5; round++) {
    const { claim } = await trips(() =>
      claimTask(context, "bench", undefined, { plan: "trips", worker: "bench" }),
    );
    if (!claim) throw new Error("nothing to claim");
    await trips(() => complete(context, "trips", claim.task.replace("trips/", ""), claim.token));
  }
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  const connections = async () => {
    const { rows } = await admin.query<{ count: string }>(
      "select count(*) from pg_stat_activity where application_name = 'parallel'",
    );
    return Number(rows[0]?.count);
  };
  const idle = await connections();
  const ended = new AbortController();
  const [plan] = await store.read((reader) => reader.plans(context.repository));
  const waiting = store.changed(plan?.id ?? 0, Number.MAX_SAFE_INTEGER, 60_000, ended.signal);
  let busy = idle;
  while (busy === idle) busy = await connections();
  ended.abort();
  await waiting;
  await admin.end();
  await store.close();
  await proxy.stop();
  return { tripsUnderLock: most, connections: idle, connectionsWaiting: busy };
}

const [, , role, url = "", root = "", slug = ""] = process.argv;
if (role === "import") {
  await importHere(url, root, slug);
} else {
  const command = new Command()
    .option("--tasks <number>", "of the largest plan", wholeNumber, 100_000)
    .option("--characters <number>", "of a description", wholeNumber, 3_600)
    .option("--write", "keep the times in bench/scale/measured.json")
    .option("--simulate", "with the times that were kept, without measuring")
    .parse();
  const isFine = await main(command.opts<Options>());
  // Said aloud: the PostgreSQL package ends the process with a code of its own.
  process.exit(isFine ? 0 : 1);
}
