import { Command } from "commander";
import type { Policy } from "../../mcp-server/src/policy/policy.ts";
import { planningOf } from "../../mcp-server/src/run/planning/planning.ts";
import { Roles } from "../../mcp-server/src/run/project/roles.ts";
import { Estimates } from "../../mcp-server/src/schedule/estimate.ts";
import { planSchedule } from "../../mcp-server/src/schedule/plan-schedule.ts";
import { planProblemInput } from "../../mcp-server/src/schedule/problem/plan-problem.ts";
import { compileProblem, type ProblemInput } from "../../mcp-server/src/schedule/problem/problem.ts";
import { wholeNumber } from "../arguments.ts";
import { readBreakdowns } from "../breakdowns/breakdown.ts";
import { flawOf } from "../schedule/feasibility.ts";
import { casesOf } from "../schedule/instance.ts";
import { syntheticPlan } from "../schedule/synthetic.ts";
import { seededRandom } from "../seeded-random.ts";
import { DISPATCHERS } from "./dispatchers.ts";
import { execute } from "./execution.ts";
import { figuresOf, type Outcome, tableOf } from "./figures.ts";
import { clairvoyantProblem, drawReality } from "./reality.ts";

interface Options {
  readonly family: string;
  readonly specs: string;
  readonly runs: number;
  readonly seed: number;
  readonly json?: boolean;
}

const CAPS = [3, 5, 8, 16];
const SYNTHETIC_PLANS = 12;
const SYNTHETIC_TASKS = 100;

new Command("bench:dispatch")
  .description(
    "How far ways of dispatching stay above the lower bound of one who knew how long everything takes",
  )
  .argument("[folder]", "instance files (*.jsonl)", "../shared/data/scheduling")
  .option("--specs <folder>", "breakdowns, each in a folder of its own", "../shared/data/specs")
  .option("--family <name>", "the instances to carry out", "wf")
  .option("--runs <n>", "executions per instance, cap and way of dispatching", wholeNumber, 5)
  .option("--seed <n>", "seed of what happens", wholeNumber, 1)
  .option("--json", "print JSON lines instead of a table")
  .action(compare)
  .parse();

function compare(folder: string, { family, specs, runs, seed, json }: Options): void {
  for (const cases of [
    instancesOf(folder, family),
    syntheticPlans(),
    realBreakdowns(specs, "exclusive"),
    realBreakdowns(specs, "shared"),
  ]) {
    const outcomes: Outcome[] = [];
    const names = new Set<string>();
    for (const one of cases) {
      names.add(one.name);
      for (let run = 0; run < runs; run++) {
        // The same at every cap.
        outcomes.push(...carryOut(one, (seed * 1_000 + names.size) * 1_000 + run));
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

/** Breakdowns that people have made of real features, as the server plans them before anything has run. */
function* realBreakdowns(folder: string, unscoped: Policy["unscoped"]): Generator<Plan> {
  const estimates = new Estimates();
  for (const one of readBreakdowns(folder)) {
    if (!("tasks" in one)) continue;
    const planner = { roles: new Roles(), caseInsensitive: false };
    const { tasks, clashes } = planningOf(planner, one.tasks, { unscoped }, estimates);
    for (const cap of CAPS) {
      const input = planProblemInput(tasks, { cap, capacity: {} }, clashes);
      yield { family: `real breakdowns, unscoped ${unscoped}`, name: one.name, cap, input };
    }
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

function* carryOut({ family, name, cap, input }: Plan, seed: number): Generator<Outcome> {
  const reality = drawReality(input, seededRandom(seed));
  const known = clairvoyantProblem(input, reality);
  const { start, makespan, lowerBound } = planSchedule(compileProblem(known));
  const flaw = flawOf(known, start);
  if (flaw !== undefined) throw new Error(`${name} at cap ${cap}: ${flaw}`);
  yield { family, cap, what: "one who knew everything", loss: makespan / lowerBound - 1 };
  for (const [what, dispatcherFor] of Object.entries(DISPATCHERS)) {
    const took = execute(input, reality, dispatcherFor(input));
    if (took < lowerBound) throw new Error(`${name} at cap ${cap}: ${what} took less than is possible`);
    yield { family, cap, what, loss: took / lowerBound - 1 };
  }
}
