import { Command } from "commander";
import { flawOf } from "../../mcp-server/src/schedule/feasibility.ts";
import { planSchedule } from "../../mcp-server/src/schedule/plan-schedule.ts";
import { compileProblem } from "../../mcp-server/src/schedule/problem.ts";
import { seededRandom } from "../../mcp-server/src/schedule/random.ts";
import { wholeNumber } from "../arguments.ts";
import { type Case, casesOf } from "../schedule/instance.ts";
import { DISPATCHERS } from "./dispatchers.ts";
import { execute } from "./execution.ts";
import { figuresOf, type Outcome, tableOf } from "./figures.ts";
import { clairvoyantProblem, drawReality } from "./reality.ts";

interface Options {
  readonly family: string;
  readonly runs: number;
  readonly schedules: number;
  readonly seed: number;
  readonly json?: boolean;
}

const CAPS = [3, 5, 8, 16];

new Command("bench:dispatch")
  .description("What ways of dispatching lose against a schedule that knew how long everything takes")
  .argument("[folder]", "instance files (*.jsonl)", "../shared/data/scheduling")
  .option("--family <name>", "the instances to carry out", "wf")
  .option("--runs <n>", "executions per instance, cap and way of dispatching", wholeNumber, 5)
  .option("--schedules <n>", "schedules for the one that knew everything", wholeNumber, 200)
  .option("--seed <n>", "seed of what happens", wholeNumber, 1)
  .option("--json", "print JSON lines instead of a table")
  .action(compare)
  .parse();

function compare(folder: string, options: Options): void {
  const outcomes: Outcome[] = [];
  const names = new Set<string>();
  for (const one of casesOf(folder)) {
    if (one.family !== options.family || one.m === undefined || !CAPS.includes(one.m)) continue;
    names.add(one.name);
    for (let run = 0; run < options.runs; run++) {
      // The same at every cap.
      const seed = (options.seed * 1_000 + names.size) * 1_000 + run;
      outcomes.push(...carryOut(one, one.m, seed, options.schedules));
    }
  }
  const rows = figuresOf(outcomes);
  if (options.json) for (const row of rows) console.log(JSON.stringify({ benchmark: "dispatch", ...row }));
  else {
    console.log(
      `${options.family}: ${names.size} instances, each carried out ${options.runs} times per cap\n`,
    );
    console.log(tableOf(rows));
  }
}

function* carryOut({ name, input }: Case, cap: number, seed: number, schedules: number): Generator<Outcome> {
  const reality = drawReality(input, seededRandom(seed));
  const known = clairvoyantProblem(input, reality);
  const { start, makespan, lowerBound } = planSchedule(compileProblem(known), { schedules, seed });
  const flaw = flawOf(known, start);
  if (flaw !== undefined) throw new Error(`${name} at cap ${cap}: ${flaw}`);
  yield { cap, what: "clairvoyant, from its lower bound", loss: makespan / lowerBound - 1 };
  for (const [what, dispatcherFor] of Object.entries(DISPATCHERS)) {
    const took = execute(input, reality, dispatcherFor(input));
    if (took < lowerBound) throw new Error(`${name} at cap ${cap}: ${what} took less than is possible`);
    yield { cap, what, loss: took / makespan - 1 };
  }
}
