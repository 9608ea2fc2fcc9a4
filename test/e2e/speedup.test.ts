import { expect, it } from "vitest";
import { CAP, measuredRun } from "../../bench/speedup/measured-run.ts";
import { bestPossibleMs, timedPlan } from "../../bench/speedup/plan.ts";
import { comparisonOf, tableOf } from "../../bench/speedup/table.ts";

/** Half the times of the benchmark: what they leave out is only how small the cost of launching is beside them. */
const SCALE = 0.5;
/** What is lost goes to finding out that an agent has ended and to choosing the next; on a slow machine both take longer. */
const LEAST_SHARE = 0.6;

it("a plan of 20 tasks comes close to the best possible, correctly and with all agents that may run at once", async () => {
  const tasks = timedPlan(SCALE);
  const run = await measuredRun("continuous", tasks);
  const comparison = comparisonOf(tasks, CAP, [run]);
  console.log(tableOf(comparison));
  expect(run.flaws).toEqual([]);
  expect(run.mostAtOnce).toBe(CAP);
  expect(run.wallMs).toBeGreaterThanOrEqual(comparison.makespanMs);
  // Beside the best that was possible with agents as slow as they were here.
  const asTheyWere = tasks.map((task) => ({ ...task, durationMs: run.lastedMs[task.id] ?? 0 }));
  const share = bestPossibleMs(asTheyWere, CAP, 0) / run.wallMs;
  console.log(`${(100 * share).toFixed(1)} % of what these agents allowed`);
  expect(share).toBeGreaterThan(LEAST_SHARE);
});
