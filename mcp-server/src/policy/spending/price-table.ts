import {
  allTokens,
  type ModelUsage,
  type Tokens,
  UNNAMED_MODEL,
  type Usage,
  usageByModel,
} from "../../graph/usage.ts";

/** What a million tokens of each kind cost. */
export interface TokenPrices {
  readonly input: number;
  /** Kept for five minutes. */
  readonly cacheWrite: number;
  /** Kept for an hour. */
  readonly cacheWriteHour: number;
  readonly cacheRead: number;
  readonly output: number;
}

/** What a model costs. */
export interface ModelPrices extends TokenPrices {
  /** Instead, for every token of a request with a long prompt; absent: that costs the same. */
  readonly longPrompt?: TokenPrices | undefined;
}

/** What models cost, by whoever wrote it down. */
export interface PriceTable {
  /** When the prices held, as YYYY-MM-DD. */
  readonly date: string;
  /** Where they come from. */
  readonly source: string;
  readonly currency: string;
  /** The model that each of the host's own names for one stands for. */
  readonly families: Readonly<Record<string, string>>;
  readonly models: Readonly<Record<string, ModelPrices>>;
}

/** What something cost, as far as the table says. */
export interface Cost {
  readonly amount: number;
  /** Tokens of models that the table does not have, by the model's name; absent: there are none. */
  readonly unpriced?: Readonly<Record<string, number>>;
}

/** A snapshot of a model, and the marks of a larger context: it costs what the model costs. */
const VARIANT = /(?:-\d{8})?(?:\[1m\])?$/;

/** @returns undefined for a model that the table does not have: its price is nobody's guess. */
export function pricesOf({ models }: PriceTable, model: string): ModelPrices | undefined {
  for (const name of [model, model.replace(VARIANT, "")])
    if (Object.hasOwn(models, name)) return models[name];
  return undefined;
}

/** What was used, in the table's money. */
export function usageCost(usage: Usage, table: PriceTable): Cost {
  let amount = 0;
  const unpriced: Record<string, number> = {};
  for (const [model, used] of Object.entries(usageByModel(usage))) {
    const prices = pricesOf(table, model);
    if (prices) amount += costOfModel(used, prices);
    else if (allTokens(used) > 0) unpriced[model] = allTokens(used);
  }
  return { amount, ...(Object.keys(unpriced).length > 0 && { unpriced }) };
}

export function addCosts(costs: readonly Cost[]): Cost {
  const unpriced: Record<string, number> = {};
  for (const cost of costs) {
    for (const [model, tokens] of Object.entries(cost.unpriced ?? {})) {
      unpriced[model] = (Object.hasOwn(unpriced, model) ? (unpriced[model] ?? 0) : 0) + tokens;
    }
  }
  return {
    amount: costs.reduce((sum, { amount }) => sum + amount, 0),
    ...(Object.keys(unpriced).length > 0 && { unpriced }),
  };
}

/** What a million tokens cost is what one costs a million times. */
const PER = 1_000_000;

function costOfModel(used: ModelUsage, { longPrompt, ...usual }: ModelPrices): number {
  const long = used.longPrompts;
  if (!long || !longPrompt) return costOfTokens(used, usual);
  const rest = {
    input: used.input - long.input,
    cacheWrite: used.cacheWrite - long.cacheWrite,
    cacheRead: used.cacheRead - long.cacheRead,
    output: used.output - long.output,
    cacheWriteHour: (used.cacheWriteHour ?? 0) - (long.cacheWriteHour ?? 0),
  };
  return costOfTokens(rest, usual) + costOfTokens(long, longPrompt);
}

function costOfTokens(used: Tokens & { readonly cacheWriteHour?: number }, prices: TokenPrices): number {
  const hour = used.cacheWriteHour ?? 0;
  const amount =
    used.input * prices.input +
    (used.cacheWrite - hour) * prices.cacheWrite +
    hour * prices.cacheWriteHour +
    used.cacheRead * prices.cacheRead +
    used.output * prices.output;
  return amount / PER;
}

/** `$1.23`, `€0.0042`: with as many digits as say something. */
export function moneyText(amount: number, currency: string): string {
  const digits = amount >= 1 || amount === 0 ? 2 : Math.min(6, 1 - Math.floor(Math.log10(amount)));
  return new Intl.NumberFormat("en-US", {
    style: "currency",
    currency,
    minimumFractionDigits: Math.max(2, digits),
    maximumFractionDigits: Math.max(2, digits),
  }).format(amount);
}

/** A cost in words, with what it leaves out. */
export function costText({ amount, unpriced = {} }: Cost, currency: string): string {
  const left = Object.entries(unpriced).map(
    ([model, tokens]) => `${tokens.toLocaleString("en-US")} tokens of ${modelName(model)}`,
  );
  const money = moneyText(amount, currency);
  return left.length === 0
    ? money
    : `${money} without ${left.join(" and ")}, which the price table does not have`;
}

export function modelName(model: string): string {
  return model === UNNAMED_MODEL ? "a model that was not recorded" : model;
}
