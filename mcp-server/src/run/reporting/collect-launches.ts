import { setTimeout as sleep } from "node:timers/promises";
import type { Decision } from "../../policy/failure/decision.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { expireClaims } from "../attempts/expire-claims.ts";
import type { Candidate } from "../claims/candidate.ts";
import { choose } from "../claims/choose.ts";
import type { Batch, OffersAgain } from "../claims/next-batch.ts";
import { isOfferedAgain } from "../claims/open-offers.ts";
import { lookForWork } from "../claims/reach/work-here.ts";
import { type StopOrder, stopOrders } from "../claims/stop-orders.ts";
import { deliverWaiting } from "../delivery/deliver-waiting.ts";
import { existingGraph } from "../plan/load-plan.ts";
import { changePlan } from "../plan/plan-transaction.ts";
import { type PlanView, readGraph, readPlan } from "../plan/plan-view.ts";
import { type Counts, countsOf, isDone } from "../plan/progress.ts";
import type { RunContext } from "../project/run-context.ts";
import { decideNow, logEscalation } from "../recovery/next-decision.ts";
import { newsOf, SWEEP_MS } from "./collect.ts";
import { type Ended, endedLine } from "./ended-line.ts";
import { nextBatchToLaunch } from "./run-verifications.ts";
import { goesOnByOthers } from "./who-goes-on.ts";

/** What somebody waits for who launches agents. */
export interface LaunchWait {
  readonly plan: string;
  readonly waitMs: number;
  /** What ended after this event counts as news; absent: what ends from now on. */
  readonly sinceSeq: number | undefined;
  /** Offers that count as something to launch, although they were made before. */
  readonly again: OffersAgain;
  /** Whether the caller has not been told yet to stop the agent. */
  readonly isNewStop: (order: StopOrder) => boolean;
  /** At most so many to launch; absent: as many as the plan allows. */
  readonly most?: number;
  /** What whoever launches can do; absent: everything. */
  readonly only?: ((candidate: Candidate) => boolean) | undefined;
  /** How long to wait for more ends once there is something to launch, in milliseconds: each answer costs a turn. */
  readonly gatherMs: number;
}

/** What is to be launched or stopped, or why nothing is; and what ended. */
export interface CollectedLaunches extends Batch {
  readonly ended: readonly Ended[];
  readonly decision: Decision;
  readonly reason: string;
  /** Nothing of the plan runs, and nothing that is waited for will let it go on by itself. */
  readonly isStuck: boolean;
}

/**
 * Waits in the server until something can be done: something to launch, which is then offered as `nextBatch` does, or
 * to stop, or the plan is done, or somebody has to decide; else until the time is over. An end that lets nothing start
 * ends no wait.
 * @param onWait called now and then while it waits, for progress notifications.
 */
export async function collectLaunches(
  ctx: RunContext,
  actor: string,
  input: LaunchWait,
  signal: AbortSignal,
  onWait: (counts: Counts) => void,
): Promise<CollectedLaunches> {
  const { plan: slug, sinceSeq } = input;
  const store = await existingGraph(ctx, slug);
  const deadline = ctx.now() + input.waitMs;
  const since =
    sinceSeq ?? (await readGraph(ctx, store, async (view) => (await view.plan(slug)).stored.version));
  let nextSweep = ctx.now();
  let hasWaited = false;
  for (;;) {
    if (ctx.now() >= nextSweep) {
      await lookForWork(ctx, store, await readPlan(ctx, store, slug));
      onWait(
        await changePlan(ctx, store, actor, slug, async (plan, tx) => {
          await expireClaims(tx);
          return countsOf(plan);
        }),
      );
      nextSweep = ctx.now() + SWEEP_MS;
    }
    const seen = await look(ctx, store, input);
    if (seen.isDelivering) void deliverWaiting(ctx, store, slug);
    const isOver = ctx.now() >= deadline;
    // A call that was cancelled offers nothing: nobody would hear of it.
    if ((seen.isDue || isOver) && !signal.aborted) {
      if (hasWaited) {
        await sleep(seen.othersRun ? input.gatherMs : 0, undefined, { signal }).catch(() => undefined);
      }
      const batch = await nextBatchToLaunch(ctx, actor, slug, input.most, input.again, input.only);
      const hasToDo = batch.launch.length > 0 || batch.stop.some(input.isNewStop) || batch.done;
      const isStuck = seen.isQuiet && batch.launch.length === 0 && !batch.done;
      if (hasToDo || isStuck || isOver) return answer(ctx, store, actor, since, batch, isStuck);
    }
    if (signal.aborted) return answer(ctx, store, actor, since, await nothingFor(ctx, store, slug), false);
    const waitMs = Math.min(deadline, nextSweep) - ctx.now();
    await store.changed(seen.planId, seen.version, Math.max(0, waitMs), signal);
    hasWaited = true;
  }
}

/** What a look without a transaction finds. */
interface Seen {
  readonly isLaunchable: boolean;
  readonly planId: number;
  readonly version: number;
  /** There is something to do, as far as a look without a transaction tells. */
  readonly isDue: boolean;
  /** Nothing runs, and nothing that is waited for comes by itself. */
  readonly isQuiet: boolean;
  readonly isDelivering: boolean;
  /** Agents are at work that may end in a moment. */
  readonly othersRun: boolean;
}

export async function look(
  ctx: RunContext,
  store: GraphStore,
  input: Pick<LaunchWait, "plan" | "again" | "isNewStop" | "most" | "only">,
): Promise<Seen> {
  const seen = await readGraph(ctx, store, async (view) => {
    const plan = await view.plan(input.plan);
    return { plan, launchable: await canLaunch(ctx, plan, input) };
  });
  const { plan, launchable } = seen;
  const { live } = plan.graph;
  const done = isDone(plan);
  const pauses = plan.pauseMs > 0 && plan.stored.status === "open" && !done;
  const isQuiet = live.length === 0 && !pauses && !(await goesOnByOthers(ctx, store, input.plan));
  return {
    isLaunchable: launchable,
    planId: plan.id,
    version: plan.stored.version,
    isDue: launchable || isQuiet || stopOrders(plan, ctx.now()).some(input.isNewStop),
    isQuiet,
    isDelivering: live.some(({ state }) => state === "delivering"),
    othersRun: live.some(({ state }) => state === "running"),
  };
}

async function canLaunch(
  ctx: RunContext,
  plan: PlanView,
  { again, most, only }: Pick<LaunchWait, "again" | "most" | "only">,
): Promise<boolean> {
  if (plan.stored.status !== "open" || plan.spent || most === 0) return false;
  for (const claim of plan.graph.live) {
    if (again(claim.id) && (await isOfferedAgain(ctx, claim))) return true;
  }
  return (await choose(plan, ctx.now(), { only })).chosen.length > 0;
}

/** The plan as it stands, with nothing offered. */
function nothingFor(ctx: RunContext, store: GraphStore, slug: string): Promise<Batch> {
  return readGraph(ctx, store, async (view): Promise<Batch> => {
    const loaded = await view.plan(slug);
    return {
      loaded,
      launch: [],
      stop: stopOrders(loaded, ctx.now()),
      counts: countsOf(loaded),
      why: [],
      done: isDone(loaded),
      interrupted: [],
      waits: [],
    };
  });
}

async function answer(
  ctx: RunContext,
  store: GraphStore,
  actor: string,
  sinceSeq: number,
  batch: Batch,
  isStuck: boolean,
): Promise<CollectedLaunches> {
  const { slug } = batch.loaded.stored;
  if (batch.done) await changePlan(ctx, store, actor, slug, logEscalation);
  const { ended, decided } = await readGraph(ctx, store, async (view) => {
    const { plan, news } = await newsOf(view, slug, sinceSeq);
    return { ended: news.map((attempt) => endedLine(plan, attempt)), decided: decideNow(plan, []) };
  });
  const { decision, reason } =
    batch.launch.length > 0 ? { decision: "proceed" as const, reason: "" } : decided;
  return { ...batch, ended, decision, reason, isStuck };
}
