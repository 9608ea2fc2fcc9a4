import { setTimeout as sleep } from "node:timers/promises";
import type { GraphStore } from "../../store/graph-store.ts";
import { readGraph, readPlan } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";
import { lookWhetherShared } from "../remote/shared-plans.ts";
import { repeatIfRefMoves } from "../worktrees/move-refs.ts";
import { completeLanding } from "./complete-landing.ts";
import { delayDelivery } from "./delay-delivery.ts";
import type { Delivery } from "./delivery.ts";
import { forgetLanded } from "./kept-commits.ts";
import { mayDeliver } from "./may-deliver.ts";
import { mergeDeliveries } from "./merge-deliveries.ts";
import { moveLanding } from "./move-landing.ts";
import { waitingDeliveries } from "./waiting-deliveries.ts";

/** What could not be delivered is tried again after this time. */
const RETRY_MS = 5_000;
/** A call that asks what can start now waits this long for deliveries under way: mostly they take much less. */
const MAX_WAIT_MS = 2_000;

/** The deliveries of one plan that this process is making. */
interface Run {
  readonly ended: Promise<void>;
  /** Somebody asked after it began: it looks once more before it ends. */
  again: boolean;
}

/** What one context has under way, and which plans are to be tried again, from when on. */
class Deliveries {
  readonly runs = new Map<string, Run>();
  readonly retries = new Map<string, number>();
}

const known = new WeakMap<RunContext, Deliveries>();

function deliveriesOf(ctx: RunContext): Deliveries {
  const deliveries = known.get(ctx) ?? new Deliveries();
  known.set(ctx, deliveries);
  return deliveries;
}

/**
 * Makes the deliveries of a plan that wait and are this process's to make: those whose reports it took, and those of
 * servers that have died. All that wait are merged, moved and completed together, oldest first, until none is left.
 * In one process a plan's deliveries are made by one run at a time, which further calls join; between processes the
 * oldest one's server makes them, and the compare-and-swap of the refs decides where two think that it is theirs.
 * @returns when none is left that can be made now. It never fails: what cannot be delivered is logged, tried again,
 *   and in the end returned to its task.
 */
export function deliverWaiting(ctx: RunContext, store: GraphStore, slug: string): Promise<void> {
  const deliveries = deliveriesOf(ctx);
  const running = deliveries.runs.get(slug);
  if (running) {
    running.again = true;
    return running.ended;
  }
  const work = async () => {
    do {
      run.again = false;
      await deliverAll(ctx, store, slug);
    } while (run.again);
  };
  // The work begins with a pause, so that `run` is there before it looks.
  const ended = Promise.resolve()
    .then(work)
    // The graph did not answer: nothing is lost, and nobody is told.
    .catch(() => void deliveries.retries.set(slug, ctx.now() + RETRY_MS))
    .finally(() => deliveries.runs.delete(slug));
  const run: Run = { ended, again: false };
  deliveries.runs.set(slug, run);
  return ended;
}

/** As `deliverWaiting`, for a call that must not take long: what takes longer goes on behind it. */
export async function deliverForCall(ctx: RunContext, store: GraphStore, slug: string): Promise<void> {
  const over = new AbortController();
  const limit = sleep(MAX_WAIT_MS, undefined, { signal: over.signal }).catch(() => undefined);
  await Promise.race([deliverWaiting(ctx, store, slug), limit]);
  over.abort();
}

/** The plans of the repository that have deliveries: those that a dead server left go on with the next one's start. */
export async function deliverLeftBehind(ctx: RunContext, store: GraphStore): Promise<void> {
  const held = await store.read((reader) => reader.held());
  const waiting = held.filter(
    ({ claim, repository }) => claim.state === "delivering" && repository === ctx.repository,
  );
  for (const slug of new Set(waiting.map(({ plan }) => plan))) await deliverWaiting(ctx, store, slug);
}

/** Tries again what could not be delivered, when its time has come. To be called now and then. */
export async function retryDeliveries(ctx: RunContext): Promise<void> {
  const { retries } = deliveriesOf(ctx);
  for (const [slug, atMs] of retries) {
    if (atMs > ctx.now()) continue;
    retries.delete(slug);
    const store = await ctx.graph();
    if (store) void deliverWaiting(ctx, store, slug);
  }
}

/** When nothing is being delivered any more; to be waited for before the graph is let go. */
export async function deliveriesEnded(ctx: RunContext): Promise<void> {
  await Promise.all([...deliveriesOf(ctx).runs.values()].map(({ ended }) => ended));
}

/**
 * Whoever has begun goes on with what others accept meanwhile: they found its delivery before their own, and left theirs
 * to it. Should it die, they look again.
 */
async function deliverAll(ctx: RunContext, store: GraphStore, slug: string): Promise<void> {
  for (let isFirst = true; ; isFirst = false) {
    const [first] = await waitingOf(ctx, store, slug);
    if (!first) return;
    if (isFirst && !(await mayDeliver(ctx, first))) {
      deliveriesOf(ctx).retries.set(slug, ctx.now() + RETRY_MS);
      return;
    }
    try {
      let tries = 0;
      await repeatIfRefMoves(ctx, async () => {
        const waiting = await waitingOf(ctx, store, slug);
        tries += 1;
        if (waiting.length > 0) await land(ctx, store, slug, waiting, tries === 1);
      });
    } catch (error) {
      deliveriesOf(ctx).retries.set(slug, ctx.now() + RETRY_MS);
      if (!(await delayDelivery(ctx, store, first, error))) return;
    }
  }
}

function waitingOf(ctx: RunContext, store: GraphStore, slug: string): Promise<readonly Delivery[]> {
  return readGraph(ctx, store, async (view) => waitingDeliveries(await view.plan(slug)));
}

/**
 * One landing: merge, move, complete. It may end between any two of these, with the process: whoever comes next finds
 * the attempts still delivering, and what the branches hold of them is not brought there again.
 */
async function land(
  ctx: RunContext,
  store: GraphStore,
  slug: string,
  waiting: readonly Delivery[],
  isFirstTry: boolean,
): Promise<void> {
  const { graph } = await readPlan(ctx, store, slug);
  const landing = await mergeDeliveries(ctx, waiting, await lookWhetherShared(ctx, graph));
  await moveLanding(landing, isFirstTry);
  await completeLanding(ctx, store, landing);
  await forgetLanded(landing);
}
