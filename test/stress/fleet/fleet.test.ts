import { join } from "node:path";
import { expect, it } from "vitest";
import { isLong } from "../../support/long-tests.ts";
import { runFleet } from "./fleet-run.ts";

// The short form of `npm run stress -- --fleet`, which takes a seed that showed something.
const seed = Date.now() % 1_000_000;

it.runIf(isLong).each([1, 4])(
  "runners that are killed with their database and git server break no invariant, on machines: %i",
  async (machines) => {
    const root = join(import.meta.dirname, "..", "..", "..");
    const times = { chaosMs: 30_000, endWithinMs: 400_000 };
    const result = await runFleet({ seed, machines, tasks: 12, root, ...times });
    console.log(`seed ${seed}: ${result.remark}, ${JSON.stringify(result.counts)}`);
    expect(result.violations).toEqual([]);
    expect(result.kills).toBeGreaterThan(3);
    expect(result.tasks.completed).toBe(result.tasks.total);
  },
);
