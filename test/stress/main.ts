// The long run: `npm run stress -- --help`.
import { Command, InvalidArgumentError, Option } from "commander";
import { type ChaosResult, runChaos } from "./chaos-run.ts";
import { ENGINES, type Engine } from "./database.ts";
import { table } from "./table.ts";

const [root = "", ...parameters] = process.argv.slice(2);
/** The plans get this many times the time of the chaos to come to their end. */
const PATIENCE = 3;

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) === 0)
    throw new InvalidArgumentError("It must be a whole number above 0.");
  return Number(text);
}

const command = new Command("npm run stress --")
  .description("Lets processes fight over a graph, kills them at random, and judges what is left.")
  .option("--seconds <n>", "how long processes are killed", wholeNumber, 120)
  .option("--processes <n>", "clients, each with a server of its own", wholeNumber, 8)
  .option("--tasks <n>", "tasks of the two plans together", wholeNumber, 4_000)
  .addOption(new Option("--engine <name>", "only this one").choices(ENGINES))
  .option("--seed <n>", "repeats the choices of another run", wholeNumber, (Date.now() % 1_000_000) + 1)
  .parse(parameters, { from: "user" });
const { seconds, processes, tasks, engine, seed } = command.opts<{
  seconds: number;
  processes: number;
  tasks: number;
  engine?: Engine;
  seed: number;
}>();

console.log(`seed ${seed}: ${processes} processes, ${tasks} tasks, kills for ${seconds} s`);
const results: (readonly [Engine, ChaosResult])[] = [];
for (const name of engine ? [engine] : ENGINES) {
  const chaosMs = seconds * 1000;
  const result = await runChaos({
    engine: name,
    seed,
    processes,
    tasks,
    chaosMs,
    endWithinMs: chaosMs * PATIENCE,
    root,
  });
  results.push([name, result]);
  for (const violation of result.violations.slice(0, 50)) console.error(`${name}: ${violation}`);
  if (result.evidence) console.error(`${name}: the journals and the database are kept in ${result.evidence}`);
}
console.log(table(results));
if (results.some(([, { violations }]) => violations.length > 0)) process.exitCode = 1;
