import type { GraphEvent } from "../../graph/event.ts";
import type { PlanState } from "../../graph/plan-state.ts";
import { type ModelUsage, type Usage, usageByModel } from "../../graph/usage.ts";
import { addCosts, type Cost, type PriceTable, usageCost } from "../../policy/spending/price-table.ts";
import { attemptSpans } from "../tasks/attempt-span.ts";
import { totalUsage, type UsageFigures } from "../tasks/usage-figures.ts";

/** What some of a run used, and what it cost; no cost where there is no price table. */
export interface Spending {
  readonly usage: Usage;
  readonly cost?: Cost;
}

/** What a run spent, and on whom. What could not be measured is absent, never 0. */
export interface SpendingFigures {
  /** What the costs go by; absent: there is no table. */
  readonly prices?: Pick<PriceTable, "date" | "source" | "currency">;
  /** Agents, and the main conversation from the first claim to the report. */
  readonly total?: Cost;
  readonly agents?: Spending;
  readonly main?: Spending;
  /** Of the same conversation before the first claim; no part of the total. */
  readonly mainBefore?: Spending;
  /** By model, agents first, the largest first. */
  readonly byModel: readonly ModelSpending[];
  /** By role, the largest first. */
  readonly byRole: readonly RoleSpending[];
  /** What completed tasks were expected to cost, and did. */
  readonly estimate?: CostEstimateFigures;
}

export interface ModelSpending extends ModelUsage {
  readonly who: "agents" | "main";
  /** As its provider names it; `UNNAMED_MODEL` where it was not recorded. */
  readonly model: string;
  readonly cost?: Cost;
}

export interface RoleSpending extends Spending {
  readonly role: string;
  readonly attempts: number;
}

/** Over the completed tasks whose last attempt was measured, and claimed with an expected cost. */
export interface CostEstimateFigures {
  readonly tasks: number;
  readonly estimated: number;
  readonly actual: Cost;
}

/** @returns undefined for a plan of which nothing was measured. */
export function spendingFigures(
  state: PlanState,
  events: readonly GraphEvent[],
  { agents, main, mainBefore }: UsageFigures,
  table: PriceTable | undefined,
  nowMs: number,
): SpendingFigures | undefined {
  if (!agents && !main) return undefined;
  const spending = (usage: Usage): Spending => ({ usage, ...(table && { cost: usageCost(usage, table) }) });
  const spent = [agents, main].flatMap((usage) => (usage && table ? [usageCost(usage, table)] : []));
  const estimate = table && costEstimates(state, events, table, nowMs);
  return {
    ...(table && { prices: { date: table.date, source: table.source, currency: table.currency } }),
    ...(table && { total: addCosts(spent) }),
    ...(agents && { agents: spending(agents) }),
    ...(main && { main: spending(main) }),
    ...(mainBefore && { mainBefore: spending(mainBefore) }),
    byModel: [...modelsOf("agents", agents, table), ...modelsOf("main", main, table)],
    byRole: rolesOf(state, spending, nowMs),
    ...(estimate && { estimate }),
  };
}

function modelsOf(
  who: ModelSpending["who"],
  usage: Usage | undefined,
  table: PriceTable | undefined,
): ModelSpending[] {
  if (!usage) return [];
  return Object.entries(usageByModel(usage))
    .map(([model, used]) => ({
      who,
      model,
      ...used,
      ...(table && { cost: usageCost({ ...used, byModel: { [model]: used } }, table) }),
    }))
    .sort((a, b) => b.output - a.output);
}

function rolesOf(state: PlanState, spending: (usage: Usage) => Spending, nowMs: number): RoleSpending[] {
  const byRole = new Map<string, Usage[]>();
  for (const { attempt } of attemptSpans(state, nowMs)) {
    if (attempt.usage) byRole.set(attempt.role, [...(byRole.get(attempt.role) ?? []), attempt.usage]);
  }
  return [...byRole]
    .flatMap(([role, usages]) => {
      const usage = totalUsage(usages);
      return usage ? [{ role, attempts: usages.length, ...spending(usage) }] : [];
    })
    .sort((a, b) => b.usage.output - a.usage.output);
}

function costEstimates(
  state: PlanState,
  events: readonly GraphEvent[],
  table: PriceTable,
  nowMs: number,
): CostEstimateFigures | undefined {
  const expected = new Map(
    events.flatMap(({ change }) =>
      change.type === "claim.offered" && change.estimateCost !== undefined
        ? [[change.attempt, change.estimateCost] as const]
        : [],
    ),
  );
  const last = new Map(attemptSpans(state, nowMs).map(({ attempt }) => [attempt.task, attempt]));
  const pairs = state.tasks.flatMap(({ id, status }) => {
    const attempt = status === "completed" ? last.get(id) : undefined;
    const estimate = attempt && expected.get(attempt.id);
    return attempt?.usage && estimate !== undefined
      ? [{ estimate, cost: usageCost(attempt.usage, table) }]
      : [];
  });
  if (pairs.length === 0) return undefined;
  return {
    tasks: pairs.length,
    estimated: pairs.reduce((sum, { estimate }) => sum + estimate, 0),
    actual: addCosts(pairs.map(({ cost }) => cost)),
  };
}
