import { type AnyClaim, type Attempt, isAttempt, workedUntilMs } from "../../graph/attempt.ts";
import { newTokens, type Usage } from "../../graph/usage.ts";
import { moneyText, type PriceTable, usageCost } from "./price-table.ts";

/** What may be spent; 0 or absent: as much as it takes. */
export interface SpendingLimits {
  /** Tokens of agents, without what was read from a cache. */
  readonly maxTokens?: number | undefined;
  /** In the money of the price table. Of a plan its main conversation counts too. */
  readonly maxCost?: number | undefined;
  /** Answers of the model to agents. */
  readonly maxTurns?: number | undefined;
  /** Milliseconds in which an agent was at work. */
  readonly maxMs?: number | undefined;
}

/** What was spent so far, by the limit that it counts for. */
export type Spent = { readonly [Name in keyof SpendingLimits]-?: number };

/** A limit that is near or reached. */
export interface SpentLimit {
  readonly limit: keyof SpendingLimits;
  readonly used: number;
  readonly max: number;
  /** Of the cost. */
  readonly currency?: string;
}

/** From this share of a limit on it is told. */
const NEAR = 0.8;

const NAMES: Readonly<Record<keyof SpendingLimits, string>> = {
  maxTokens: "maxTokens",
  maxCost: "maxCost",
  maxTurns: "maxTurns",
  maxMs: "maxMinutes",
};

/** Whether anything is limited. */
export function isLimited(limits: SpendingLimits): boolean {
  return limitNames.some((name) => (limits[name] ?? 0) > 0);
}
export const limitNames = Object.keys(NAMES) as (keyof SpendingLimits)[];

/** The limits of which four fifths are spent, the most spent first. */
export function nearLimits(limits: SpendingLimits, spent: Spent, currency: string | undefined): SpentLimit[] {
  return limitNames
    .map((limit) => spentLimit(limit, limits, spent, currency))
    .filter(({ used, max }) => max > 0 && used >= NEAR * max)
    .sort((a, b) => b.used / b.max - a.used / a.max);
}

/** How much of a limit is spent. @param currency of the prices. */
export function spentLimit(
  limit: keyof SpendingLimits,
  limits: SpendingLimits,
  spent: Spent,
  currency: string | undefined,
): SpentLimit {
  const money = limit === "maxCost" && currency !== undefined ? { currency } : {};
  return { limit, used: spent[limit], max: limits[limit] ?? 0, ...money };
}

export function isReached({ used, max }: SpentLimit): boolean {
  return used >= max * (1 - ROUNDING);
}

/** Sums of fractions are off by less. */
export const ROUNDING = 1e-9;

/**
 * What attempts have spent, by what was measured of them.
 * @param main what their main conversations used.
 * @param table without it money is not counted.
 */
export function spentBy(
  claims: readonly AnyClaim[],
  main: Usage | undefined,
  table: PriceTable | undefined,
  nowMs: number,
): Spent {
  const attempts = claims.filter(isAttempt);
  const usages = attempts.flatMap(({ usage }) => usage ?? []);
  const costs = main ? [...usages, main] : usages;
  return {
    maxTokens: usages.reduce((sum, usage) => sum + newTokens(usage), 0),
    maxTurns: usages.reduce((sum, { requests = 0 }) => sum + requests, 0),
    maxCost: table ? costs.reduce((sum, usage) => sum + usageCost(usage, table).amount, 0) : 0,
    maxMs: workedMs(attempts, nowMs),
  };
}

/** In how much time at least one of the attempts was at work. */
function workedMs(attempts: readonly Attempt[], nowMs: number): number {
  const spans = attempts
    .map((attempt) => [attempt.startedAtMs, workedUntilMs(attempt) ?? nowMs] as const)
    .sort(([a], [b]) => a - b);
  let [sum, untilMs] = [0, Number.NEGATIVE_INFINITY];
  for (const [from, to] of spans) {
    sum += Math.max(0, to - Math.max(from, untilMs));
    untilMs = Math.max(untilMs, to);
  }
  return sum;
}

/** The limit as its setting is called. */
export function limitName({ limit }: Pick<SpentLimit, "limit">): string {
  return NAMES[limit];
}

/** As a setting states it: milliseconds as minutes. */
export function settingOf({ limit, max }: SpentLimit): number {
  return limit === "maxMs" ? max / 60_000 : max;
}

/** `maxCost: $1.70 of $2.00`. */
export function nearText(near: SpentLimit): string {
  const percent = Math.floor((100 * near.used) / near.max);
  return `${limitName(near)}: ${amount(near, near.used)} of ${amount(near, near.max)} (${percent} %)`;
}

/** What there is to say of a plan at its limit. */
export function spentText(spent: SpentLimit): string {
  const used = {
    maxTokens: `The agents have used ${amount(spent, spent.used)} tokens`,
    maxCost: `The plan has cost ${amount(spent, spent.used)}`,
    maxTurns: `The agents have taken ${amount(spent, spent.used)} turns`,
    maxMs: `Agents have worked for ${amount(spent, spent.used)} minutes`,
  }[spent.limit];
  const left = isReached(spent) ? "" : "what is left is too little for another agent, ";
  return `${used}, ${limitName(spent)} is ${amount(spent, spent.max)}: ${left}nothing more is launched.`;
}

function amount({ limit, currency }: SpentLimit, value: number): string {
  if (limit === "maxCost") return moneyText(value, currency ?? "USD");
  const shown = limit === "maxMs" ? Math.round(value / 6_000) / 10 : value;
  return shown.toLocaleString("en-US");
}

/** How a plan goes on that has reached a limit. */
export function raiseLimit(plan: string, spent: SpentLimit): string {
  return `plan_update {plan: "${plan}", policy: {${limitName(spent)}: MORE}} lets it go on.`;
}
