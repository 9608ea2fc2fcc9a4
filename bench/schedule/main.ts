import { closeSync, openSync, writeSync } from "node:fs";
import { Command } from "commander";
import { planSchedule } from "../../mcp-server/src/schedule/plan-schedule.ts";
import { compileProblem } from "../../mcp-server/src/schedule/problem/problem.ts";
import { wholeNumber } from "../arguments.ts";
import { flawOf } from "./feasibility.ts";
import { figuresOf, type Outcome, tableOf } from "./figures.ts";
import { type Case, casesOf } from "./instance.ts";
import { measureFirstPlan, speedFigures, speedTable } from "./speed.ts";

interface Options {
  readonly dump?: string;
  readonly json?: boolean;
}

const program = new Command("bench:schedule")
  .description("How good and how fast the planner's schedules are")
  .argument("[folder]", "instance files (*.jsonl); without it only the speed is measured")
  .option("--dump <file>", "write every schedule there, as JSON lines {name, m?, start}")
  .option("--json", "print JSON lines instead of tables")
  .action((folder: string | undefined, options: Options) => {
    if (folder !== undefined) quality(folder, options);
    const speed = speedFigures();
    print(options, "schedule-speed", speed, speedTable(speed));
  });
// One measurement in a process of its own, for `speedFigures`.
program.command("first-plan", { hidden: true }).argument("<tasks>", "", wholeNumber).action(measureFirstPlan);
program.parse();

function quality(folder: string, options: Options): void {
  const dump = options.dump === undefined ? undefined : openSync(options.dump, "w");
  const outcomes: Outcome[] = [];
  for (const one of casesOf(folder)) outcomes.push(solve(one, dump));
  if (dump !== undefined) closeSync(dump);
  const rows = figuresOf(outcomes);
  print(options, "schedule", rows, tableOf(rows));
  for (const { one, flaw } of outcomes) {
    if (flaw === undefined) continue;
    console.error(`${one.name}${one.m === undefined ? "" : ` on ${one.m}`}: ${flaw}`);
    process.exitCode = 1;
  }
}

function solve(one: Case, dump: number | undefined): Outcome {
  const began = performance.now();
  const plan = planSchedule(compileProblem(one.input));
  const ms = performance.now() - began;
  if (dump !== undefined) {
    writeSync(dump, `${JSON.stringify({ name: one.name, m: one.m, start: [...plan.start] })}\n`);
  }
  const flaw = flawOf(one.input, plan.start) ?? contradiction(one, plan.makespan, plan.lowerBound);
  return {
    one,
    makespan: plan.makespan,
    ownBound: plan.lowerBound,
    ms,
    ...(flaw === undefined ? {} : { flaw }),
  };
}

/** A makespan or a bound of ours that cannot be true if what is known of the case is. */
function contradiction(
  { best, lowerBound = 0 }: Case,
  makespan: number,
  ownBound: number,
): string | undefined {
  if (makespan < lowerBound) return `the makespan ${makespan} is below the known bound ${lowerBound}`;
  if (ownBound > (best ?? makespan)) return `the bound ${ownBound} is above the known makespan ${best}`;
  return undefined;
}

function print(options: Options, benchmark: string, rows: readonly object[], table: string): void {
  if (options.json) for (const row of rows) console.log(JSON.stringify({ benchmark, ...row }));
  else console.log(`${table}\n`);
}
