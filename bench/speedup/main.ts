import { Command, InvalidArgumentError } from "commander";
import { CAP, type MeasuredRun, measuredRun, type Way } from "./measured-run.ts";
import { timedPlan } from "./plan.ts";
import { comparisonOf, tableOf } from "./table.ts";

const WAYS: readonly Way[] = ["continuous", "level chunks"];

new Command("bench:speedup")
  .description("How close a run in real Claude Code comes to the best possible, beside level chunks")
  .option("--scale <x>", "what the times of the agents (1 to 5.5 s) are multiplied by", positive, 1)
  .option("--json", "print JSON instead of a table")
  .action(compare)
  .parse();

async function compare({ scale, json }: { readonly scale: number; readonly json?: boolean }): Promise<void> {
  const tasks = timedPlan(scale);
  const root = process.cwd();
  const runs: MeasuredRun[] = [];
  for (const way of WAYS) {
    runs.push(await measuredRun(way, tasks, [root, `${root}/commands/spec`, `${root}/commands/debug`]));
  }
  for (const { way, flaws } of runs) {
    for (const flaw of flaws) console.error(`${way}: ${flaw}`);
    if (flaws.length > 0) process.exitCode = 1;
  }
  const comparison = comparisonOf(tasks, CAP, runs);
  if (json)
    console.log(JSON.stringify({ benchmark: "speedup", tasks: tasks.length, cap: CAP, ...comparison }));
  else console.log(`${tasks.length} tasks, cap ${CAP}\n\n${tableOf(comparison)}`);
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError("It must be a number above 0.");
  return value;
}
