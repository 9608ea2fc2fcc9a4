import { describe, expect, it } from "vitest";
import {
  isReached,
  nearLimits,
  nearText,
  raiseLimit,
  type SpendingLimits,
  type SpentLimit,
  spentBy,
  spentText,
} from "../../../mcp-server/src/policy/spending/limits.ts";
import type { PriceTable } from "../../../mcp-server/src/policy/spending/price-table.ts";
import { planState, START_MS, task } from "../../support/plan-fixture.ts";

const ONE = { input: 1, cacheWrite: 1, cacheWriteHour: 1, cacheRead: 1, output: 1 };
const TABLE: PriceTable = {
  ...{ date: "2026-01-01", source: "a test", currency: "USD", families: {} },
  models: { m: ONE },
};
const tokens = { input: 0, cacheWrite: 0, cacheRead: 1_000_000, output: 1_000_000 };
const MAIN = { ...tokens, byModel: { m: tokens } };

const { claims } = planState(
  [task("a"), task("b")],
  [
    {
      task: "a",
      from: 0,
      to: 60,
      outcome: "failed",
      usage: { input: 1, cacheWrite: 20, cacheRead: 5_000, output: 300, requests: 3 },
    },
    { task: "a", from: 120, usage: { input: 0, cacheWrite: 0, cacheRead: 0, output: 1_000, requests: 4 } },
    { task: "b", from: 30, to: 90 },
  ],
);
const NOW = START_MS + 150_000;
const spent = spentBy(claims, MAIN, TABLE, NOW);
const first = (limits: SpendingLimits) => nearLimits(limits, spent, "USD").find(isReached);

describe("what a plan has spent", () => {
  it("what a plan has spent is that of all attempts, failed and running ones too, in tokens without cache reads", () => {
    expect(spent.maxTokens).toBe(1_321);
    expect(spent.maxTurns).toBe(7);
  });

  it("what a plan has spent is, in money, also that of its main conversation, and without prices nothing", () => {
    expect(spent.maxCost).toBeCloseTo(2, 9);
    expect(spentBy(claims, MAIN, undefined, NOW).maxCost).toBe(0);
  });

  it("what a plan has spent is, in time, that in which an agent was at work, counted once", () => {
    expect(spent.maxMs).toBe((90 + 30) * 1_000);
  });
});

describe("a limit", () => {
  it("a limit is reached when all of it is spent, and near from four fifths on", () => {
    expect(first({ maxTokens: 1_321 })).toEqual({ limit: "maxTokens", used: 1_321, max: 1_321 });
    expect(first({ maxTokens: 1_322 })).toBeUndefined();
    const near = (max: number) => nearLimits({ maxTokens: max }, spent, undefined).length;
    expect([near(1_651), near(1_652)]).toEqual([1, 0]);
  });

  it("a limit of 0 is none", () => {
    expect(nearLimits({ maxTokens: 0, maxCost: 0, maxTurns: 0, maxMs: 0 }, spent, "USD")).toEqual([]);
  });

  it("a limit that is spent most is told first, with the figures and the way to go on", () => {
    const both = nearLimits({ maxTokens: 1_400, maxTurns: 7 }, spent, undefined);
    expect(both.map(nearText)).toEqual(["maxTurns: 7 of 7 (100 %)", "maxTokens: 1,321 of 1,400 (94 %)"]);
    const said = (limit: SpentLimit["limit"], used: number, max: number) =>
      spentText({ limit, used, max, currency: "USD" });
    expect(said("maxTokens", 1_321, 1_000)).toBe(
      "The agents have used 1,321 tokens, maxTokens is 1,000: nothing more is launched.",
    );
    expect(said("maxCost", 2.1, 2)).toBe(
      "The plan has cost $2.10, maxCost is $2.00: nothing more is launched.",
    );
    expect(said("maxTurns", 8, 7)).toBe(
      "The agents have taken 8 turns, maxTurns is 7: nothing more is launched.",
    );
    expect(said("maxMs", 90_000, 60_000)).toBe(
      "Agents have worked for 1.5 minutes, maxMinutes is 1: nothing more is launched.",
    );
    expect(raiseLimit("demo", { limit: "maxMs", used: 2, max: 1 })).toContain(
      'plan_update {plan: "demo", policy: {maxMinutes: ',
    );
  });
});
