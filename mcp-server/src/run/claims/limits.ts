import type { PlanGraph } from "../../graph/plan-graph.ts";
import { addUsage, type Usage } from "../../graph/usage.ts";
import {
  isLimited,
  isReached,
  limitName,
  nearText,
  type SpentLimit,
  settingOf,
  spentText,
} from "../../policy/spending/limits.ts";
import { conversationUsage } from "../../report/tasks/usage-figures.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { changePlan, type PlanTransaction } from "../plan/plan-transaction.ts";
import { readGraph } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";
import { noteMainUsage } from "../spending/main-usage.ts";
import { measureAgents, measureConversations } from "../usage/measure-usage.ts";

/**
 * Brings what a plan has spent up to date where its policy limits that, and logs once that a limit is near, and that one
 * is reached. To be called before tasks are claimed, apart from any transaction: it reads transcripts.
 */
export async function watchLimits(
  ctx: RunContext,
  store: GraphStore,
  actor: string,
  loaded: LoadedPlan,
): Promise<void> {
  const { policy, stored, graph } = loaded;
  if (!isLimited(policy)) return;
  if (policy.maxCost > 0) await lookAtMoney(ctx, store, stored.slug, graph);
  const measured = await measureAgents(ctx, store, stored.slug, "moving");
  if (measured.length === 0 && loaded.near.length === 0 && !loaded.spent) return;
  await changePlan(ctx, store, actor, stored.slug, async (plan) => {
    plan.append(...measured);
    await logLimits(plan);
  });
}

/** Logs once that a limit of the plan is near, and that one is reached. */
export async function logLimits(plan: PlanTransaction): Promise<void> {
  const open = plan.near.filter((near) => !isReached(near));
  const reached = plan.graph.readyCount > 0 ? plan.spent : undefined;
  if (open.length === 0 && !reached) return;
  const events = await plan.reader.events(plan.id, { types: ["decision.taken", "limit.near"] });
  for (const near of open) {
    const isLogged = events.some(
      ({ change }) => change.type === "limit.near" && isOf(near, { limit: change.limit, max: change.max }),
    );
    if (!isLogged) logNear(plan, near);
  }
  const isLogged = events.some(
    ({ change }) => change.type === "decision.taken" && reached && isOf(reached, limitIn(change)),
  );
  if (reached && !isLogged) logReached(plan, reached);
}

/** What a decision says of the limit that it is about. */
function limitIn(change: {
  readonly maxTokens?: number;
  readonly limit?: LoggedLimit;
}): LoggedLimit | undefined {
  return (
    change.limit ??
    (change.maxTokens === undefined ? undefined : { limit: "maxTokens", max: change.maxTokens })
  );
}

interface LoggedLimit {
  readonly limit: string;
  readonly max: number;
}

function isOf(spent: SpentLimit, logged: LoggedLimit | undefined): boolean {
  return logged?.limit === limitName(spent) && logged.max === settingOf(spent);
}

function logNear(plan: PlanTransaction, near: SpentLimit): void {
  plan.append({ type: "limit.near", limit: limitName(near), max: settingOf(near), reason: nearText(near) });
}

function logReached(plan: PlanTransaction, spent: SpentLimit): void {
  const max = settingOf(spent);
  plan.append({
    type: "decision.taken",
    decision: "stop",
    reason: spentText(spent),
    ...(spent.limit === "maxTokens" ? { maxTokens: max } : { limit: { limit: limitName(spent), max } }),
  });
}

/** Brings up to date what things cost, and what the main conversations of a plan have used. */
export async function lookAtMoney(
  ctx: RunContext,
  store: GraphStore,
  slug: string,
  graph: PlanGraph,
): Promise<void> {
  await ctx.prices.refresh();
  noteMainUsage(graph, await mainUsageNow(ctx, store, slug));
}

/** What the main conversations used for the plan up to now. */
async function mainUsageNow(ctx: RunContext, store: GraphStore, slug: string): Promise<Usage | undefined> {
  const known = await readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    return conversationUsage(await plan.reader.events(plan.id, { types: ["conversation.measured"] }));
  });
  for (const found of await measureConversations(ctx, store, slug, ctx.owner.session)) {
    known.set(found.session, found);
  }
  const usages = [...known.values()].map(({ usage }) => usage);
  return usages.length === 0 ? undefined : usages.reduce(addUsage);
}
