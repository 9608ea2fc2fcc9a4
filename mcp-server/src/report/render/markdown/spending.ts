import { allTokens, type Tokens } from "../../../graph/usage.ts";
import { type Cost, costText, modelName, moneyText } from "../../../policy/spending/price-table.ts";
import { formatCount, plural } from "../../../text/format.ts";
import { codeSpan } from "../../../text/inline-code.ts";
import { escapeMarkdown, NAME_LIMIT } from "../../../text/sanitize.ts";
import type { RunReport } from "../../aggregate.ts";
import type { CostEstimateFigures, SpendingFigures } from "../../figures/spending.ts";

/** All kinds of tokens by model and by role, with what they cost. */
export function spendingSection({ figures: { spending } }: RunReport): string | undefined {
  if (!spending || spending.byModel.every((row) => allTokens(row) === 0)) return undefined;
  const { byModel, byRole, prices } = spending;
  const rows = [
    ...byModel.map(({ who, model, cost, ...used }) =>
      row(who === "agents" ? "agents" : "main conversation", modelName(model), used, cost, prices),
    ),
    ...byRole.map(({ role, attempts, usage, cost }) =>
      row(`${role} (${plural(attempts, "attempt")})`, "", usage, cost, prices),
    ),
  ];
  const head = "| who | model | input | cache writes | cache reads | output | cost |";
  return [
    "## Tokens and money",
    [head, "| --- | --- | ---: | ---: | ---: | ---: | ---: |", ...rows].join("\n"),
    basis(spending),
  ].join("\n\n");
}

function row(
  who: string,
  model: string,
  { input, cacheWrite, cacheRead, output }: Tokens,
  cost: Cost | undefined,
  prices: SpendingFigures["prices"],
): string {
  const names = [who, model].map((text) => escapeMarkdown(text, NAME_LIMIT));
  const counts = [input, cacheWrite, cacheRead, output].map(formatCount);
  return `| ${[...names, ...counts, moneyOf(cost, prices)].join(" | ")} |`;
}

/** Nothing where all of it is of models that the table does not have. */
function moneyOf(cost: Cost | undefined, prices: SpendingFigures["prices"]): string {
  if (!cost || !prices || (cost.amount === 0 && cost.unpriced)) return "";
  return `${escapeMarkdown(moneyText(cost.amount, prices.currency))}${cost.unpriced ? " and more" : ""}`;
}

function basis({ total, prices, estimate }: SpendingFigures): string {
  if (!total || !prices) return "No price table could be read, so nothing says what it cost.";
  const { currency, date, source } = prices;
  const all = escapeMarkdown(costText(total, currency));
  return `All of it: ${all}, agents and main conversation up to the report, by the prices of ${escapeMarkdown(date)} (${codeSpan(source)}).${estimated(estimate, currency)}`;
}

function estimated(estimate: CostEstimateFigures | undefined, currency: string): string {
  if (!estimate) return "";
  const { tasks, estimated, actual } = estimate;
  return ` Estimated: ${escapeMarkdown(moneyText(estimated, currency))} for ${plural(tasks, "task")} that cost ${escapeMarkdown(costText(actual, currency))}.`;
}
