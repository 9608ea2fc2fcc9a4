import { describe, expect, it } from "vitest";
import { chooseStrategy, type StrategyFacts } from "../../../mcp-server/src/policy/strategy.ts";

const MINUTE = 60_000;
const wide: StrategyFacts = {
  tasks: 4,
  total: 4,
  sequentialMs: 40 * MINUTE,
  makespanMs: 10 * MINUTE,
  longestTaskMs: 10 * MINUTE,
  filesWritten: 4,
  levels: 1,
};

function strategyFor(facts: Partial<StrategyFacts>) {
  return chooseStrategy({ ...wide, ...facts });
}

describe("chooseStrategy", () => {
  it("runs independent tasks in parallel, with the gain", () => {
    const { strategy, reasons } = strategyFor({});
    expect(strategy).toBe("parallel");
    expect(reasons.join()).toContain("4.0 times");
  });

  it("is hybrid when there are levels", () => {
    expect(strategyFor({ levels: 2, makespanMs: 20 * MINUTE }).strategy).toBe("hybrid");
  });

  it("is sequential when next to nothing could run at once, and says why", () => {
    const chain = strategyFor({ makespanMs: 40 * MINUTE, levels: 4 });
    expect(chain.strategy).toBe("sequential");
    expect(chain.reasons.join()).toMatch(/chain/);
    const crowded = strategyFor({ makespanMs: 38 * MINUTE, levels: 2 });
    expect(crowded.strategy).toBe("sequential");
    expect(crowded.reasons.join()).toMatch(/shared files/);
  });

  it.each([
    ["one task", { tasks: 1, total: 1 }],
    ["nothing left", { tasks: 0, total: 4 }],
    ["less than 30 seconds of work", { sequentialMs: 29_000, makespanMs: 10_000, longestTaskMs: 10_000 }],
    ["one file", { filesWritten: 1 }],
    ["tasks of seconds each", { longestTaskMs: 20_000, sequentialMs: 80_000, makespanMs: 20_000 }],
  ])("does %s directly, with one reason", (_, facts) => {
    const { strategy, reasons } = strategyFor(facts);
    expect(strategy).toBe("direct");
    expect(reasons).toHaveLength(1);
  });

  it("leaves the last task of a longer plan to an agent", () => {
    expect(strategyFor({ tasks: 1, total: 4 }).strategy).toBe("sequential");
  });
});
