import { isAttempt, workedUntilMs } from "../../graph/attempt.ts";
import { MAX_TROUBLE, type PlanSnapshot } from "../../live/snapshot.ts";
import { raiseLimit, spentText } from "../../policy/spending/limits.ts";
import { notRunReasons } from "../../report/tasks/not-run.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { cleanText, LINE_LIMIT, NAME_LIMIT } from "../../text/sanitize.ts";
import { type DeadClaims, deadClaims, stateNow } from "../plan/interrupted.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { type PlanView, readGraph } from "../plan/plan-view.ts";
import { isDone } from "../plan/progress.ts";
import { type ExpectedTimes, expectedTimes } from "../planning/expected-times.ts";
import type { RunContext } from "../project/run-context.ts";
import { runnersNow } from "../runners/runners-now.ts";
import { costNow } from "./facts/cost-now.ts";
import { incidentsOf } from "./facts/incidents.ts";
import { machinesNow } from "./facts/machines.ts";
import { needsNow } from "./facts/needs.ts";
import { notAchieved } from "./facts/not-achieved.ts";
import { rowsOf } from "./facts/rows.ts";
import { runBy } from "./facts/run-by.ts";
import { toldEvents } from "./facts/told-events.ts";
import { readyWaits } from "./facts/waits.ts";
import { repositoryTitle, snapshotCounts } from "./plan-entry.ts";

/**
 * A plan as it stands, of one read of the graph. What nobody is at any more counts as lost, although no call has ended
 * it yet; nothing is changed.
 * @param isForecast whether it says what is expected: the planner is asked for that, and in a large plan takes most of
 *   the time.
 */
export async function planSnapshot(plan: PlanView, nowMs: number, isForecast = true): Promise<PlanSnapshot> {
  const { stored, graph, ctx } = plan;
  const dead = await deadClaims(plan.reader, nowMs);
  const state = stateNow(plan, dead);
  const events = await toldEvents(plan);
  const done = isDone(plan);
  const isExpected = isForecast && !done && stored.status !== "stopped";
  const expected = isExpected ? expectedTimes(ctx, plan, nowMs) : undefined;
  const runners = await runnersNow(plan.reader, stored.repository, nowMs);
  const waits = await readyWaits(plan, runners, nowMs);
  const results = notAchieved(state, nowMs);
  const held = heldBy(plan, nowMs);
  const spans = state.claims.filter(isAttempt);
  const startedAtMs = spans.reduce((ms, { startedAtMs: at }) => Math.min(ms, at), Number.POSITIVE_INFINITY);
  const endedAtMs = spans.reduce((ms, attempt) => Math.max(ms, workedUntilMs(attempt) ?? nowMs), 0);
  const isOver = done || (stored.status === "stopped" && graph.live.length === 0);
  return {
    v: 1,
    plan: stored.slug,
    title: cleanText(stored.title, NAME_LIMIT),
    repository: repositoryTitle(ctx, stored.repository),
    seq: stored.version,
    atMs: nowMs,
    status: stored.status,
    done,
    ...held,
    runBy: await runBy(plan, events, dead, runners, nowMs),
    machines: await machinesNow(plan, runners, dead, stored.slug),
    ...(spans.length > 0 && { startedAtMs }),
    ...(spans.length > 0 && isOver && { endedAtMs }),
    cap: { running: placesTaken(plan, dead), now: plan.cap, allowed: plan.policy.maxParallel },
    counts: snapshotCounts(plan, state, dead),
    ...forecastOf(expected, done),
    cost: costNow(plan, events, nowMs),
    needs: needsNow(plan, state.tasks, results),
    trouble: incidentsOf(graph, events).slice(-MAX_TROUBLE).reverse(),
    tasks: rowsOf({
      ...{ loaded: plan, state, results, waits, expected },
      reasons: notRunReasons(state, nowMs),
    }),
  };
}

/** The same, read now. @throws CallerError when there is no such plan. */
export async function readSnapshot(ctx: RunContext, store: GraphStore, slug: string): Promise<PlanSnapshot> {
  await ctx.prices.refresh();
  return readGraph(ctx, store, async (view) => planSnapshot(await view.plan(slug), ctx.now()));
}

/** Why nothing starts. How long still is said by a time and not in words, which would change all the time. */
function heldBy(
  { stored, spent, pauseMs }: LoadedPlan,
  nowMs: number,
): Pick<PlanSnapshot, "held" | "heldUntilMs"> {
  const { status, cause } = stored;
  const by = (words: string) => ({ held: cleanText(words, LINE_LIMIT) });
  if (status !== "open") return by(`The plan is ${status}${cause === undefined ? "" : `: ${cause}`}.`);
  if (spent) return by(`${spentText(spent)} ${raiseLimit(stored.slug, spent)}`);
  if (pauseMs === 0) return {};
  const heldUntilMs = stored.throttle?.untilMs ?? nowMs + pauseMs;
  return { ...by("A rate or usage limit of the provider was reached."), heldUntilMs };
}

function placesTaken({ graph }: LoadedPlan, dead: DeadClaims): number {
  return graph.underCap.filter(({ id }) => !dead.has(id)).length;
}

function forecastOf(expected: ExpectedTimes | undefined, done: boolean): Pick<PlanSnapshot, "forecast"> {
  if (!expected || done || expected.tasks.size === 0) return {};
  const { leftMs, lowerBoundMs } = expected;
  return { forecast: { leftMs: Math.round(leftMs), lowerBoundMs: Math.round(lowerBoundMs) } };
}
