import { describe, expect, it } from "vitest";
import type { Usage } from "../../../mcp-server/src/graph/usage.ts";
import { addUsage } from "../../../mcp-server/src/graph/usage.ts";
import {
  costText,
  moneyText,
  type PriceTable,
  pricesOf,
  usageCost,
} from "../../../mcp-server/src/policy/spending/price-table.ts";
import prices from "../../../prices.json" with { type: "json" };

const SMALL = { input: 1, cacheWrite: 2, cacheWriteHour: 3, cacheRead: 0.5, output: 10 };
const TABLE: PriceTable = {
  ...{ date: "2026-01-01", source: "a test", currency: "USD", families: {} },
  models: {
    small: SMALL,
    steep: { ...SMALL, longPrompt: { ...SMALL, output: 100 } },
  },
};
const MILLION = 1_000_000;

function used(model: string, tokens: Partial<Usage>, more: object = {}): Usage {
  const all = { input: 0, cacheWrite: 0, cacheRead: 0, output: 0, ...tokens };
  return { ...all, byModel: { [model]: { ...all, ...more } } };
}

describe("a cost", () => {
  it("a cost adds up all four kinds of tokens, cache writes for an hour apart", () => {
    const tokens = { input: MILLION, cacheWrite: 2 * MILLION, cacheRead: MILLION, output: MILLION };
    expect(usageCost(used("small", tokens), TABLE)).toEqual({ amount: 1 + 4 + 0.5 + 10 });
    expect(usageCost(used("small", tokens, { cacheWriteHour: MILLION }), TABLE).amount).toBe(
      1 + 2 + 3 + 0.5 + 10,
    );
  });

  it("a cost takes requests with a long prompt by their own prices, where the model has such", () => {
    const longPrompts = { input: 0, cacheWrite: 0, cacheRead: 0, output: MILLION };
    const tokens = { output: 3 * MILLION };
    expect(usageCost(used("steep", tokens, { longPrompts }), TABLE).amount).toBe(20 + 100);
    expect(usageCost(used("small", tokens, { longPrompts }), TABLE).amount).toBe(30);
  });

  it("a cost names the tokens of models that the table does not have, and guesses nothing", () => {
    const both = addUsage(used("small", { input: MILLION }), used("large-9", { input: 5, cacheRead: 6 }));
    expect(usageCost(both, TABLE)).toEqual({ amount: 1, unpriced: { "large-9": 11 } });
    expect(costText(usageCost(both, TABLE), "USD")).toBe(
      "$1.00 without 11 tokens of large-9, which the price table does not have",
    );
    const unnamed = { input: 3, cacheWrite: 0, cacheRead: 0, output: 0 };
    expect(costText(usageCost(unnamed, TABLE), "USD")).toContain("3 tokens of a model that was not recorded");
  });

  it("a cost is that of the model also for a dated snapshot of it, and for no other name that begins like it", () => {
    expect(pricesOf(TABLE, "small-20260101")).toBe(TABLE.models.small);
    expect(pricesOf(TABLE, "small[1m]")).toBe(TABLE.models.small);
    expect(pricesOf(TABLE, "smaller")).toBeUndefined();
    expect(pricesOf(TABLE, "toString")).toBeUndefined();
  });

  it("a cost in words has as many digits as say something", () => {
    expect([12.3, 1, 0.25, 0.0123, 0.000123, 0].map((amount) => moneyText(amount, "USD"))).toEqual([
      "$12.30",
      "$1.00",
      "$0.25",
      "$0.012",
      "$0.00012",
      "$0.00",
    ]);
  });
});

it("the bundled price table says its date and source, and has a price for each of the host's names for models", () => {
  expect(prices.date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  expect(prices.source).toMatch(/^https:/);
  for (const model of Object.values(prices.families)) expect(prices.models).toHaveProperty([model]);
});
