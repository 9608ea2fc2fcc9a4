import type { Tokens } from "../../graph/usage.ts";
import { type Cost, type PriceTable, pricesOf, usageCost } from "./price-table.ts";

/** What one attempt is expected to use, and on which model; undefined: that is not known. */
export interface ExpectedUsage {
  readonly tokens: Tokens;
  readonly model: string | undefined;
}

/** What several attempts are expected to cost. */
export interface ExpectedCost {
  readonly amount: number;
  /** How many of them have a model with a price; the amount is of these. */
  readonly priced: number;
  /** Why others have none, each reason once. */
  readonly unpriced: readonly string[];
}

/** What one attempt is expected to cost; undefined where its model is not known, or has no price. */
export function expectedCost({ tokens, model }: ExpectedUsage, table: PriceTable): number | undefined {
  if (model === undefined || !pricesOf(table, model)) return undefined;
  return costOnModel(tokens, model, table).amount;
}

/** The same of several. */
export function expectedCosts(attempts: readonly ExpectedUsage[], table: PriceTable): ExpectedCost {
  const costs = attempts.map((attempt) => expectedCost(attempt, table));
  const reasons = attempts.flatMap(({ model }, i) =>
    costs[i] !== undefined
      ? []
      : [
          model === undefined
            ? "this conversation's model is not known"
            : `${model} has no price in the table`,
        ],
  );
  return {
    amount: costs.reduce<number>((sum, cost = 0) => sum + cost, 0),
    priced: costs.filter((cost) => cost !== undefined).length,
    unpriced: [...new Set(reasons)],
  };
}

function costOnModel(tokens: Tokens, model: string, table: PriceTable): Cost {
  return usageCost({ ...tokens, byModel: { [model]: tokens } }, table);
}
