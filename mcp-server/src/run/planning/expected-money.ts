import type { Task } from "../../graph/task.ts";
import type { TaskEstimates } from "../../graph/task-estimates.ts";
import { addTokens, allTokens, NO_USAGE, type Tokens } from "../../graph/usage.ts";
import type { Policy } from "../../policy/policy.ts";
import {
  type ExpectedCost,
  type ExpectedUsage,
  expectedCost,
  expectedCosts,
} from "../../policy/spending/expected-cost.ts";
import { moneyText, type PriceTable } from "../../policy/spending/price-table.ts";
import { tokensOfWay, type Way, type Ways } from "../../policy/spending/ways.ts";
import { formatCount, formatDuration, plural } from "../../text/format.ts";
import type { RunContext } from "../project/run-context.ts";
import { conversationModel, modelAtWork } from "../spending/models-used.ts";

/** The share of a task that is left, and what it is expected to cost. */
export interface ExpectedMoney {
  /** Says what tasks are expected to cost, of each the share that is left, with what that rests on. */
  readonly costText: (used: readonly { readonly task: Task; readonly share: number }[]) => string;
  /** What a way costs, in words; undefined where a price is missing. */
  readonly wayCost: (way: Way) => string | undefined;
}

/** By the prices and models of the last look. @param tasks those that the ways are about. */
export function expectedMoney(
  ctx: RunContext,
  policy: Policy,
  estimates: TaskEstimates,
  tasks: readonly Task[],
): ExpectedMoney {
  const { last } = ctx.prices;
  if (!last.table) return { costText: () => `not known: ${last.problem}`, wayCost: () => undefined };
  const { table } = last;
  const usageOf = (task: Task, share: number): ExpectedUsage => ({
    tokens: shareOfTokens(estimates.usage(task), share),
    model: modelAtWork(ctx, task, policy, table),
  });
  return {
    costText: (used) => {
      const costs = expectedCosts(
        used.map(({ task, share }) => usageOf(task, share)),
        table,
      );
      return costText(costs, used.length, table, estimates.usageBasis());
    },
    wayCost: ({ agents, main }) => {
      const model = conversationModel(ctx);
      const whole = expectedCosts(
        tasks.map((task) => usageOf(task, 1)),
        table,
      );
      const ofMain = expectedCost({ tokens: main, model }, table);
      if (ofMain === undefined || whole.priced < tasks.length) return undefined;
      const all = allTokens(tasks.map((task) => estimates.usage(task)).reduce(addTokens, NO_USAGE));
      const share = all === 0 ? 0 : allTokens(agents) / all;
      return moneyText(whole.amount * share + ofMain, table.currency);
    },
  };
}

function costText(
  { amount, priced, unpriced }: ExpectedCost,
  tasks: number,
  table: PriceTable,
  basis: string,
): string {
  const why = unpriced.length > 0 ? `; ${unpriced.join(", ")}` : "";
  if (priced === 0) return tasks === 0 ? "nothing" : `not known${why}`;
  const of = priced < tasks ? ` for ${priced} of ${plural(tasks, "task")}` : "";
  return `about ${moneyText(amount, table.currency)}${of}, agents only: ${basis}, prices of ${table.date}${why}`;
}

/** The three ways in a line each: time, tokens with cache reads, and money where it can be told. */
export function waysText(ways: Ways, wayCost: ExpectedMoney["wayCost"] = () => undefined): string[] {
  const line = (name: string, way: Way) => {
    const money = wayCost(way);
    const tokens = `about ${formatCount(roundly(tokensOfWay(way)))} tokens with cache reads`;
    return `${name}: ${formatDuration(Math.round(way.ms / 60_000) * 60_000)}, ${tokens}${money === undefined ? "" : `, ${money}`}`;
  };
  return [
    line("agents at once", ways.parallel),
    line("agents one after another", ways.inTurn),
    line("directly here", ways.direct),
  ];
}

/** Nobody knows it to the last digit. */
function roundly(tokens: number): number {
  return tokens < 10_000 ? Math.round(tokens / 100) * 100 : Math.round(tokens / 1_000) * 1_000;
}

export function shareOfTokens(tokens: Tokens, share: number): Tokens {
  return {
    input: tokens.input * share,
    cacheWrite: tokens.cacheWrite * share,
    cacheRead: tokens.cacheRead * share,
    output: tokens.output * share,
  };
}
