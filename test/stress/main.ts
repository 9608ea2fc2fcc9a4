// The long run: `npm run stress -- --help`.
import { Command, InvalidArgumentError, Option } from "commander";
import { type ChaosResult, runChaos } from "./chaos-run.ts";
import { ENGINES, type Engine } from "./database.ts";
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
  .option("--processes <n>", "clients, each with a server of its own: 8, or 2 of each machine", wholeNumber)
  .option("--tasks <n>", "tasks of all plans: 4000, or 100 on several machines", wholeNumber)
  .addOption(new Option("--engine <name>", "only this one").choices(ENGINES))
  .option("--seed <n>", "repeats the choices of another run", wholeNumber, (Date.now() % 1_000_000) + 1)
  .parse(parameters, { from: "user" });
const options = command.opts<{
  seconds: number;
  machines?: number;
  processes?: number;
  tasks?: number;
  engine?: Engine;
  seed: number;
}>();
const { machines, engine, seed } = options;
const processes = options.processes ?? (machines === undefined ? 8 : 2);
const tasks = options.tasks ?? (machines === undefined ? 4_000 : 100);
const chaosMs = options.seconds * 1000;
const run = { seed, processes, tasks, chaosMs, endWithinMs: Math.max(chaosMs * PATIENCE, MIN_END_MS), root };

const of = machines === undefined ? "" : ` on each of ${machines} machines`;
console.log(`seed ${seed}: ${processes} processes${of}, ${tasks} tasks, kills for ${options.seconds} s`);
const results: (readonly [Engine, ChaosResult])[] = [];
for (const name of machines === undefined ? (engine ? [engine] : ENGINES) : (["postgres"] as const)) {
  const result = await (machines === undefined
    ? runChaos({ ...run, engine: name })
    : runMachines({ ...run, machines }));
  results.push([name, result]);
  for (const violation of result.violations.slice(0, 50)) console.error(`${name}: ${violation}`);
  if (result.evidence) console.error(`${name}: the journals and the database are kept in ${result.evidence}`);
}
console.log(table(results));
if (results.some(([, { violations }]) => violations.length > 0)) process.exitCode = 1;
