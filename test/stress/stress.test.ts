import { join } from "node:path";
import { expect, it } from "vitest";
import { runChaos } from "./chaos-run.ts";
import { ENGINES } from "./database.ts";

// The short form of `npm run stress`, which takes a seed that showed something.
const seed = Date.now() % 1_000_000;

it.each(ENGINES)(
  "processes that are killed at random break no invariant and lose nothing, on %s",
  async (engine) => {
    const result = await runChaos({
      engine,
      seed,
      processes: 4,
      tasks: 100,
      chaosMs: 4_000,
      endWithinMs: 400_000,
      root: join(import.meta.dirname, "..", ".."),
    });
    console.log(`${engine}, seed ${seed}: ${result.kills} kills, ${JSON.stringify(result.counts)}`);
    expect(result.violations).toEqual([]);
    expect(result.evidence).toBeUndefined();
    expect(result.kills).toBeGreaterThan(3);
    // Agents that fail of one cause give the plan a task that looks for it.
    const { total, completed } = result.tasks;
    expect(total).toBeGreaterThanOrEqual(100);
    expect(completed).toBe(total);
    expect(result.counts.claims).toBeGreaterThanOrEqual(100);
  },
);
