import { Command } from "commander";
import { flawOf } from "../../mcp-server/src/schedule/feasibility.ts";
import { planSchedule } from "../../mcp-server/src/schedule/plan-schedule.ts";
import { compileProblem, type ProblemInput } from "../../mcp-server/src/schedule/problem.ts";
import { seededRandom } from "../../mcp-server/src/schedule/random.ts";
import { wholeNumber } from "../arguments.ts";
import { casesOf } from "../schedule/instance.ts";
import { syntheticPlan } from "../schedule/synthetic.ts";
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
const SYNTHETIC_PLANS = 12;
const SYNTHETIC_TASKS = 100;

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

function compare(folder: string, { family, runs, schedules, seed, json }: Options): void {
  for (const cases of [instancesOf(folder, family), syntheticPlans()]) {
    const outcomes: Outcome[] = [];
    const names = new Set<string>();
    for (const one of cases) {
      names.add(one.name);
      for (let run = 0; run < runs; run++) {
        // The same at every cap.
        outcomes.push(...carryOut(one, (seed * 1_000 + names.size) * 1_000 + run, schedules));
      }
    }
    const rows = figuresOf(outcomes);
    if (json) for (const row of rows) console.log(JSON.stringify({ benchmark: "dispatch", ...row }));
    else {
      console.log(`${rows[0]?.family}: ${names.size} of them, each carried out ${runs} times per cap\n`);
      console.log(`${tableOf(rows)}\n`);
    }
  }
}

/** Something to carry out. */
interface Plan {
  readonly family: string;
  readonly name: string;
  readonly cap: number;
  readonly input: ProblemInput;
}

function* instancesOf(folder: string, wanted: string): Generator<Plan> {
  for (const { family, name, m: cap, input } of casesOf(folder)) {
    if (family === wanted && cap !== undefined && CAPS.includes(cap)) yield { family, name, cap, input };
  }
}

/** With more than a cap to respect. */
function* syntheticPlans(): Generator<Plan> {
  for (let seed = 1; seed <= SYNTHETIC_PLANS; seed++) {
    const input = syntheticPlan(SYNTHETIC_TASKS, seed);
    yield {
      family: "plans with roles and files",
      name: `plan ${seed}`,
      cap: input.capacities[0] ?? 0,
      input,
    };
  }
}

function* carryOut({ family, name, cap, input }: Plan, seed: number, schedules: number): Generator<Outcome> {
  const reality = drawReality(input, seededRandom(seed));
  const known = clairvoyantProblem(input, reality);
  const { start, makespan, lowerBound } = planSchedule(compileProblem(known), { schedules, seed });
  const flaw = flawOf(known, start);
  if (flaw !== undefined) throw new Error(`${name} at cap ${cap}: ${flaw}`);
  yield { family, cap, what: "clairvoyant, from its lower bound", loss: makespan / lowerBound - 1 };
  for (const [what, dispatcherFor] of Object.entries(DISPATCHERS)) {
    const took = execute(input, reality, dispatcherFor(input));
    if (took < lowerBound) throw new Error(`${name} at cap ${cap}: ${what} took less than is possible`);
    yield { family, cap, what, loss: took / makespan - 1 };
  }
}
