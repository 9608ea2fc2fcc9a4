// The long run: `npm run stress -- --help`.
import { Command, InvalidArgumentError, Option } from "commander";
import type { ChaosResult } from "./chaos-result.ts";
import { runChaos } from "./chaos-run.ts";
import { ENGINES, type Engine } from "./database.ts";
import { runFleet } from "./fleet/fleet-run.ts";
import { runMachines } from "./machines/machines-run.ts";
import { table } from "./table.ts";

const [root = "", ...parameters] = process.argv.slice(2);
/** The plans get this many times the time of the chaos to come to their end, and at least so long. */
const PATIENCE = 3;
const MIN_END_MS = 180_000;

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) === 0)
    throw new InvalidArgumentError("It must be a whole number above 0.");
  return Number(text);
}

const command = new Command("npm run stress --")
  .description("Lets processes fight over a graph, kills them at random, and judges what is left.")
  .option("--seconds <n>", "how long processes are killed", wholeNumber, 120)
  .option("--machines <n>", "clones that share a plan on PostgreSQL and by a remote", wholeNumber)
  .option("--fleet", "parallel run and parallel worker with vendors' agents, on one machine and on four")
  .option("--processes <n>", "clients, each with a server of its own: 8, or 2 of each machine", wholeNumber)
  .option("--tasks <n>", "tasks of all plans: 4000, 100 on several machines, 40 of a fleet", wholeNumber)
  .addOption(new Option("--engine <name>", "only this one").choices(ENGINES))
  .option("--seed <n>", "repeats the choices of another run", wholeNumber, (Date.now() % 1_000_000) + 1)
  .parse(parameters, { from: "user" });
const options = command.opts<{
  seconds: number;
  machines?: number;
  fleet?: true;
  processes?: number;
  tasks?: number;
  engine?: Engine;
  seed: number;
}>();
const { machines, engine, seed, fleet } = options;
const isShared = machines !== undefined || fleet;
const processes = options.processes ?? (isShared ? 2 : 8);
const tasks = options.tasks ?? (fleet ? 40 : isShared ? 100 : 4_000);
const chaosMs = options.seconds * 1000;
const run = { seed, processes, tasks, chaosMs, endWithinMs: Math.max(chaosMs * PATIENCE, MIN_END_MS), root };

/** What is run one after another, by its name in the table. */
function runs(): [name: string, run: () => Promise<ChaosResult>][] {
  if (fleet)
    return (machines === undefined ? [1, 4] : [machines]).map((count) => [
      count === 1 ? "one machine" : `${count} machines`,
      () => runFleet({ ...run, machines: count }),
    ]);
  if (machines !== undefined) return [["PostgreSQL", () => runMachines({ ...run, machines })]];
  return (engine ? [engine] : ENGINES).map((name) => [
    name === "sqlite" ? "SQLite" : "PostgreSQL",
    () => runChaos({ ...run, engine: name }),
  ]);
}

const of = machines === undefined ? "" : ` on each of ${machines} machines`;
const who = fleet ? "runners of a fleet" : `${processes} processes${of}`;
console.log(`seed ${seed}: ${who}, ${tasks} tasks, kills for ${options.seconds} s`);
const results: (readonly [string, ChaosResult])[] = [];
for (const [name, start] of runs()) {
  const result = await start();
  results.push([name, result]);
  if (result.remark) console.log(`${name}: ${result.remark}`);
  for (const violation of result.violations.slice(0, 50)) console.error(`${name}: ${violation}`);
  if (result.evidence) console.error(`${name}: the journals and the database are kept in ${result.evidence}`);
}
console.log(table(fleet ? "machines" : "engine", results));
if (results.some(([, { violations }]) => violations.length > 0)) process.exitCode = 1;
