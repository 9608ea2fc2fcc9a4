import { Command } from "commander";
import { Roles } from "../../mcp-server/src/run/project/roles.ts";
import { wholeNumber } from "../arguments.ts";
import { readBreakdowns } from "./breakdown.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { summaryOf, summaryText, tableOf } from "./table.ts";

interface Options {
  readonly max: number;
  readonly json?: boolean;
}

new Command("bench:breakdowns")
  .description("What the planner makes of real breakdowns")
  .argument("[folder]", "folders with a 03-tasks.json each", "../shared/data/specs")
  .option("--max <n>", "how many agents may run at once", wholeNumber, 5)
  .option("--json", "print JSON lines instead of tables")
  .action(plan)
  .parse();

function plan(folder: string, { max: maxParallel, json }: Options): void {
  const ctx = { roles: new Roles(), caseInsensitive: false };
  const read = readBreakdowns(folder);
  if (!json) {
    for (const one of read) if ("refused" in one) console.log(`not read: ${one.refused}`);
  }
  for (const unscoped of ["exclusive", "shared"] as const) {
    const outcomes = read.flatMap((one) =>
      "tasks" in one ? outcomeOf(ctx, one.name, one.tasks, { maxParallel, unscoped }) : [],
    );
    if (outcomes.some(({ flaw }) => flaw !== undefined)) process.exitCode = 1;
    print(outcomes, unscoped, maxParallel, json === true);
  }
}

function print(outcomes: readonly Outcome[], unscoped: string, cap: number, json: boolean): void {
  const summary = summaryOf(outcomes);
  if (json) {
    for (const row of outcomes) console.log(JSON.stringify({ benchmark: "breakdowns", cap, ...row }));
    console.log(
      JSON.stringify({ benchmark: "breakdowns-summary", cap, unscopedPolicy: unscoped, ...summary }),
    );
    return;
  }
  console.log(`\nunscoped: ${unscoped}, cap ${cap}, times in minutes\n\n${tableOf(outcomes)}\n`);
  console.log(summaryText(summary));
}
