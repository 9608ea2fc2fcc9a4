import { isAttempt, workedUntilMs } from "../../../graph/attempt.ts";
import type { GraphEvent } from "../../../graph/event.ts";
import { addUsage, newTokens, type Usage } from "../../../graph/usage.ts";
import type { CostNow, LimitNow } from "../../../live/snapshot.ts";
import { limitName, type SpendingLimits, settingOf, spentBy } from "../../../policy/spending/limits.ts";
import { conversationUsage } from "../../../report/tasks/usage-figures.ts";
import type { PlanView } from "../../plan/plan-view.ts";

/** The rate of tokens is taken over so long. */
const RATE_MS = 10 * 60_000;
const MINUTE_MS = 60_000;
const LIMITS = [
  "maxCost",
  "maxTokens",
  "maxTurns",
  "maxMs",
] as const satisfies readonly (keyof SpendingLimits)[];

/** What a plan cost up to now, as far as it was measured. @param events those of `toldEvents`, or all. */
export function costNow(plan: PlanView, events: readonly GraphEvent[], nowMs: number): CostNow {
  const { graph, policy, ctx } = plan;
  const { table } = ctx.prices.last;
  const main = [...conversationUsage(events).values()].map(({ usage }) => usage);
  const spent = spentBy(graph.claims, sumOf(main), table, nowMs);
  const limits = LIMITS.flatMap((limit): LimitNow[] => {
    const max = policy[limit];
    if (max === 0) return [];
    const scale = settingOf({ limit, max, used: 0 }) / max;
    return [
      {
        name: limitName({ limit }),
        used: spent[limit] * scale,
        max: max * scale,
        ...(limit === "maxCost" && table && { currency: table.currency }),
      },
    ];
  });
  const tokensPerMinute = rateOf(plan, nowMs);
  return {
    tokens: spent.maxTokens,
    ...(tokensPerMinute !== undefined && { tokensPerMinute }),
    ...(table && spent.maxCost > 0 && { money: { amount: spent.maxCost, currency: table.currency } }),
    limits,
  };
}

function sumOf(usages: readonly Usage[]): Usage | undefined {
  return usages.length === 0 ? undefined : usages.reduce(addUsage);
}

/** Of each attempt the share that falls into that time, as if it used them evenly. */
function rateOf({ graph }: PlanView, nowMs: number): number | undefined {
  let tokens: number | undefined;
  for (const claim of graph.claims) {
    if (!isAttempt(claim) || !claim.usage) continue;
    const untilMs = workedUntilMs(claim) ?? nowMs;
    const overlapMs = untilMs - Math.max(claim.startedAtMs, nowMs - RATE_MS);
    if (overlapMs <= 0) continue;
    tokens = (tokens ?? 0) + newTokens(claim.usage) * (overlapMs / Math.max(1, untilMs - claim.startedAtMs));
  }
  return tokens === undefined ? undefined : Math.round((tokens * MINUTE_MS) / RATE_MS);
}
