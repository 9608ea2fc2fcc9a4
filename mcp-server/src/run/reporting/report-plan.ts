import { setTimeout as sleep } from "node:timers/promises";
import { isAttempt } from "../../graph/attempt.ts";
import type { GraphEvent } from "../../graph/event.ts";
import type { PlanState } from "../../graph/plan-state.ts";
import { aggregate, type RunReport } from "../../report/aggregate.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { expireClaims } from "../attempts/expire-claims.ts";
import { recordChangesOfEndedAttempts } from "../checkout-watch/record-changes.ts";
import { lookForWork } from "../claims/reach/work-here.ts";
import { deliverForCall } from "../delivery/deliver-waiting.ts";
import { deadClaims, stateNow } from "../plan/interrupted.ts";
import { existingGraph, type LoadedPlan, stateOf } from "../plan/load-plan.ts";
import { changePlan } from "../plan/plan-transaction.ts";
import { readGraph, readPlan } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";
import { logEscalation } from "../recovery/next-decision.ts";
import { type AttemptMeasured, WRITTEN_AFTER_MS } from "../usage/agent-usage.ts";
import { type ConversationMeasured, measureAgents, measureConversations } from "../usage/measure-usage.ts";
import { commitPlan } from "../worktrees/commit-plan.ts";
import { deliverWhenDone } from "../worktrees/deliver/deliver-plan.ts";
import { removeMergedWorktrees } from "../worktrees/remove-worktrees.ts";
import { withIgnoredFiles } from "./ignored-by-git.ts";

type Measured = AttemptMeasured | ConversationMeasured;

/** The plan's report as it stands now. It is logged that the session was given it. */
export async function reportPlan(
  ctx: RunContext,
  actor: string,
  slug: string,
): Promise<{ loaded: LoadedPlan; report: RunReport }> {
  const store = await existingGraph(ctx, slug);
  await recordChangesOfEndedAttempts(ctx);
  await deliverForCall(ctx, store, slug);
  await lookForWork(ctx, store, await readPlan(ctx, store, slug));
  await commitPlan(ctx, store, slug);
  await deliverWhenDone(ctx, store, slug);
  await removeMergedWorktrees(ctx, store, slug, 0);
  const { session } = ctx.owner;
  // What the asking session has just said is still on its way into its transcript.
  if (session !== undefined) await sleep(WRITTEN_AFTER_MS);
  const measured = await measureUsage(ctx, store, slug, session);
  const { table } = await ctx.prices.refresh();
  const { loaded, report } = await changePlan(ctx, store, actor, slug, async (plan, tx) => {
    // What nobody is at any more does not run.
    await expireClaims(tx);
    plan.append(...measured);
    await logEscalation(plan);
    const report = aggregate(stateOf(plan), await plan.reader.events(plan.id), ctx.now(), table);
    plan.append({ type: "plan.reported", session: session ?? "" });
    return { loaded: plan, report };
  });
  return { loaded, report: await withIgnoredFiles(ctx, withPriceProblem(ctx, report)) };
}

/** The same without a trace in the log: for looking, not for handing over. */
export async function readReport(ctx: RunContext, slug: string): Promise<RunReport> {
  const store = await existingGraph(ctx, slug);
  const measured = await measureUsage(ctx, store, slug, undefined);
  const { table } = await ctx.prices.refresh();
  const report = await readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    const events = await plan.reader.events(plan.id);
    return aggregate(
      withUsage(stateNow(plan, await deadClaims(view.reader, ctx.now())), measured),
      [...events, ...asEvents(measured, events)],
      ctx.now(),
      table,
    );
  });
  return withIgnoredFiles(ctx, withPriceProblem(ctx, report));
}

/** Names what keeps the price table from being read among what was not measured. */
function withPriceProblem({ prices: { last } }: RunContext, report: RunReport): RunReport {
  if (last.table || !report.figures.spending) return report;
  return { ...report, notMeasured: [...report.notMeasured, `money (${last.problem})`] };
}

/** @param asking the session that is being given the report. */
async function measureUsage(
  ctx: RunContext,
  store: GraphStore,
  slug: string,
  asking: string | undefined,
): Promise<Measured[]> {
  const agents = await measureAgents(ctx, store, slug, "all");
  return [...agents, ...(await measureConversations(ctx, store, slug, asking))];
}

/** The state as it would be if what was measured had been logged. */
function withUsage(state: PlanState, measured: readonly Measured[]): PlanState {
  const usages = new Map(
    measured.flatMap((change) =>
      change.type === "attempt.measured" ? [[change.attempt, change.usage] as const] : [],
    ),
  );
  const claims = state.claims.map((claim) => {
    const usage = usages.get(claim.id);
    return usage && isAttempt(claim) ? { ...claim, usage } : claim;
  });
  return { ...state, claims };
}

/** At the time of the last event: looking changes nothing about when something last happened. */
function asEvents(measured: readonly Measured[], events: readonly GraphEvent[]): GraphEvent[] {
  const { seq = 0, atMs = 0 } = events.at(-1) ?? {};
  return measured.map((change, i) => ({ seq: seq + 1 + i, atMs, v: 1, actor: "server", change }));
}
