import fc from "fast-check";
import { expect, it } from "vitest";
import type { Outcome } from "../../mcp-server/src/graph/attempt.ts";
import { aggregate } from "../../mcp-server/src/report/aggregate.ts";
import { measureRun } from "../../mcp-server/src/report/figures/run-figures.ts";
import { renderMarkdown } from "../../mcp-server/src/report/render/markdown/report.ts";
import { planState, type Ran, START_MS, task } from "../support/plan-fixture.ts";

const oneTask = fc.record({
  before: fc.array(fc.nat(6), { maxLength: 3 }),
  needs: fc.constantFrom("all" as const, "all" as const, "any" as const),
  /** Seconds that it waited although it could have started; some are breaks. */
  waits: fc.constantFrom(0, 0, 1, 30, 1_000),
  takes: fc.integer({ min: 1, max: 300 }),
  /** What became of an attempt before the last one. */
  first: fc.constantFrom<Outcome | undefined>(undefined, undefined, "failed", "lost"),
});

/** Plans of up to ten tasks that have been executed in some order that their dependencies allow. */
const runs = fc.array(oneTask, { minLength: 1, maxLength: 10 }).map((drawn) => {
  const ends: number[] = [];
  const ran: Ran[] = [];
  const tasks = drawn.map(({ before, needs, waits, takes, first }, i) => {
    const dependencies = [...new Set(before.map((back) => i - 1 - back).filter((at) => at >= 0))];
    const known = dependencies.map((at) => ends[at] as number);
    const ready = known.length === 0 ? 0 : needs === "any" ? Math.min(...known) : Math.max(...known);
    let from = ready + waits;
    if (first !== undefined) {
      ran.push({ task: `t${i}`, from, to: from + 20, outcome: first });
      from += 20;
    }
    ends[i] = from + takes;
    ran.push({ task: `t${i}`, from, to: from + takes });
    return task(`t${i}`, { status: "completed", needs, after: dependencies.map((at) => `t${at}`) });
  });
  return planState(tasks, ran);
});

it("the figures of a finished run agree with each other, over 1,000 random runs", () => {
  fc.assert(
    fc.property(runs, (state) => {
      const nowMs = START_MS + 100_000_000;
      const figures = measureRun(state, [], nowMs);
      const { wallMs = 0, nobodyRanMs = 0, breaksMs = 0, sequentialMs = 0, lowerBoundMs = 0 } = figures;
      const { speedup = 0, efficiency = 0, largestRunning = 0, attemptsMs = 0, criticalPath } = figures;
      expect(breaksMs).toBeLessThanOrEqual(nobodyRanMs);
      expect(nobodyRanMs).toBeLessThan(wallMs);
      expect(criticalPath?.lengthMs).toBeLessThanOrEqual(lowerBoundMs);
      expect(lowerBoundMs).toBeLessThanOrEqual(wallMs - nobodyRanMs);
      expect(sequentialMs).toBeLessThanOrEqual(attemptsMs);
      expect(speedup).toBeCloseTo(sequentialMs / (wallMs - breaksMs), 10);
      expect(speedup).toBeLessThanOrEqual(largestRunning);
      expect(efficiency).toBeLessThanOrEqual(1);
      const [, by] =
        /\| Lower bound \| [^|(]* \(([^)]*)\) \|/.exec(renderMarkdown(aggregate(state, [], nowMs))) ?? [];
      const isAbove = lowerBoundMs > (criticalPath?.lengthMs ?? 0);
      expect(by).toBe(isAbove ? `all tasks with ${largestRunning} at once` : "the critical path");
    }),
    { numRuns: 1_000, seed: 20_261_130 },
  );
});
