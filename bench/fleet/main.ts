import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { startPostgres } from "../../test/store/postgres-server.ts";
import { wholeNumber } from "../arguments.ts";
import { newDatabase } from "../new-database.ts";
import { measureMakespan } from "./makespan.ts";
import { measureByGit, measureWholePath, type WholePath } from "./whole-path.ts";

/** The bundle lies in node_modules; it is started from the repository. */
const ROOT = process.cwd();
const ENGINES = ["SQLite", "PostgreSQL"] as const;

interface Options {
  readonly only?: "makespan" | "path";
  readonly tasks: number;
  readonly seconds: number;
}

await new Command("bench:fleet")
  .description("Workers on one machine beside the best possible, and the whole path of a task by its parts")
  .addOption(new Option("--only <part>").choices(["makespan", "path"]))
  .option("--tasks <n>", "of either part", wholeNumber, 60)
  .option(
    "--seconds <n>",
    "the shortest task of known duration; the longest takes four times that",
    wholeNumber,
    4,
  )
  .action(measure)
  .parseAsync();

async function measure({ only, tasks, seconds }: Options): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "parallel-fleet-")));
  const server = await startPostgres();
  let made = 0;
  const place = async (engine: (typeof ENGINES)[number]) => {
    const at = join(folder, `${++made}`);
    mkdirSync(at);
    const database =
      engine === "SQLite"
        ? `sqlite:${join(at, "graph.sqlite")}`
        : await newDatabase(server.url, `fleet_${process.pid}_${made}`);
    return { root: ROOT, folder: at, database };
  };
  console.log(`${availableParallelism()} processors, Node.js ${process.versions.node}, load ${load()}`);
  try {
    if (only !== "makespan") await wholePath();
    if (only !== "path") await makespan();
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }

  async function wholePath(): Promise<void> {
    const at = join(folder, "git");
    mkdirSync(at);
    const byGit = await measureByGit(tasks, at);
    console.log(`\n${tasks} tasks without work, medians in ms; 2 clones with 2 slots, git alone one by one`);
    const rows: Record<string, Record<string, string | number>> = { "git alone": rowOf(byGit) };
    for (const engine of ENGINES) rows[engine] = rowOf(await measureWholePath(tasks, await place(engine)));
    // In the order of a task's way, of which git alone has fewer parts.
    console.table(rows, Object.keys(rows.PostgreSQL ?? {}));
  }

  async function makespan(): Promise<void> {
    const rows: Record<string, Record<string, string | number>> = {};
    for (const engine of ENGINES) {
      const run = await measureMakespan(tasks, seconds * 1_000, await place(engine));
      rows[engine] = {
        tasks: run.tasks,
        "client alone ms": Math.round(run.startMs),
        "ideal s": (run.idealMs / 1_000).toFixed(1),
        "took s": (run.tookMs / 1_000).toFixed(1),
        "of ideal": `${((100 * run.idealMs) / run.tookMs).toFixed(0)} %`,
        "beside the agent ms": Math.round(run.overheadMs),
        load: load(),
      };
    }
    console.log(
      "\n4 workers with 2 slots in one clone; the ideal has the start of a client alone in each task",
    );
    console.table(rows);
  }
}

function rowOf({ parts, perSecond }: WholePath): Record<string, string | number> {
  return {
    ...Object.fromEntries(parts.map(([name, ms]) => [name, Math.round(ms)])),
    "tasks a second": perSecond.toFixed(2),
    load: load(),
  };
}

function load(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}
