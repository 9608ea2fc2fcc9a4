import { describe, expect, it } from "vitest";
import { expectedCost, expectedCosts } from "../../../mcp-server/src/policy/spending/expected-cost.ts";
import type { PriceTable } from "../../../mcp-server/src/policy/spending/price-table.ts";
import { tokensOfWay, weighWays } from "../../../mcp-server/src/policy/spending/ways.ts";

const TIMES = { makespanMs: 10_000, sequentialMs: 40_000, launchesMs: 5_000 };
/** An agent of the shape that is measured: twelve requests of 20,000 to 45,000 characters. */
const USUAL = { input: 225, cacheWrite: 8_200, output: 2_800, cacheRead: 90_000 };
/** It reads its brief and reports, and there is next to nothing between. */
const TINY = { input: 100, cacheWrite: 4_700, output: 300, cacheRead: 15_000 };

describe("the ways of doing a plan", () => {
  it("the ways of doing a plan differ in time: at once, one after another, or without launches", () => {
    const { parallel, inTurn, direct } = weighWays([USUAL, USUAL], TIMES);
    expect([parallel.ms, inTurn.ms, direct.ms]).toEqual([10_000, 40_000, 35_000]);
    expect(inTurn.agents).toEqual(parallel.agents);
  });

  it("the ways of doing a plan with agents use more than doing tiny tasks here, and less than doing many large ones", () => {
    const times = (count: number, task: typeof USUAL) => {
      const { parallel, direct } = weighWays(Array(count).fill(task), TIMES);
      return tokensOfWay(parallel) / tokensOfWay(direct);
    };
    expect(times(4, TINY)).toBeGreaterThan(1.25);
    // Directly, each task is read again by all that follow.
    expect(times(20, USUAL)).toBeLessThan(times(5, USUAL));
    expect(times(20, USUAL)).toBeLessThan(1);
  });

  it("the ways of doing a plan beside the conversation cost it the same for any number of agents", () => {
    const main = (count: number, engine: "burst" | "workflow" | "mod") =>
      weighWays(Array(count).fill(USUAL), { ...TIMES, engine }).parallel.main.cacheRead;
    expect(main(20, "burst")).toBeGreaterThan(3 * main(5, "burst"));
    for (const engine of ["workflow", "mod"] as const) expect(main(20, engine)).toBe(main(5, engine));
    expect(main(5, "mod")).toBeLessThan(main(5, "workflow"));
  });

  it("the ways of doing a plan with fewer agents than tasks pay for fewer beginnings", () => {
    const { parallel } = weighWays([TINY, TINY, TINY], { ...TIMES, agents: 1 });
    expect(parallel.agents.cacheWrite).toBe(3 * TINY.cacheWrite - 10_000);
  });

  it("the ways of doing a plan of nothing use nothing of agents", () => {
    const { parallel, direct } = weighWays([], TIMES);
    expect([tokensOfWay(parallel), tokensOfWay(direct)]).toEqual([0, 0]);
  });
});

describe("an expected cost", () => {
  const ONE = { input: 1, cacheWrite: 1, cacheWriteHour: 1, cacheRead: 1, output: 1 };
  const table: PriceTable = {
    ...{ date: "2026-01-01", source: "a test", currency: "USD", families: {} },
    models: { m: ONE },
  };
  const tokens = { input: 0, cacheWrite: 0, cacheRead: 1_000_000, output: 1_000_000 };

  it("an expected cost is of all kinds of tokens, and is not told of a model that is not known or has no price", () => {
    expect(expectedCost({ tokens, model: "m" }, table)).toBe(2);
    expect(expectedCost({ tokens, model: undefined }, table)).toBeUndefined();
    const models = ["m", undefined, "n", "n"];
    expect(
      expectedCosts(
        models.map((model) => ({ tokens, model })),
        table,
      ),
    ).toEqual({
      amount: 2,
      priced: 1,
      unpriced: ["this conversation's model is not known", "n has no price in the table"],
    });
  });
});
