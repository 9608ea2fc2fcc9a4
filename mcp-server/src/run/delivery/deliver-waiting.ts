import { setTimeout as sleep } from "node:timers/promises";
import type { RemoteBranch } from "../../git/remote/remote-branch.ts";
import { isGated } from "../../policy/gate/is-gated.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import type { GateCommands, GateWait } from "../gate/gate-step.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { readGraph } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";
import { branchOf, bringPlanBranch } from "../remote/exchange.ts";
import { lookWhetherShared } from "../remote/shared-plans.ts";
import { UntestedJoin } from "../remote/untested-join.ts";
import { repeatIfRefMoves } from "../worktrees/move-refs.ts";
import { rootOf } from "./clone.ts";
import { completeLanding } from "./complete-landing.ts";
import { delayDelivery } from "./delay-delivery.ts";
import type { Delivery, Landing } from "./delivery.ts";
import { exchangeTested } from "./exchange-tested.ts";
import { forgetLanded } from "./forget-landed.ts";
import { gatedLanding, pauseForGate } from "./gated-landing.ts";
import { leftBehind } from "./left-behind.ts";
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
  /** When it is looked again for what other clones have left behind. */
  readonly looks = new Map<string, number>();
  /** Where the plans' branches of the remote stood after the last landing: another clone may have moved them since. */
  readonly remotes = new Map<string, RemoteBranch>();
  /** The graph is about to be let go: a gate that runs is ended, and another server runs it again. */
  readonly closing = new AbortController();
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
  const plans = [...new Set(waiting.map(({ plan }) => plan))];
  // The gate of one may take its time.
  await Promise.all(plans.map((slug) => deliverWaiting(ctx, store, slug)));
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

/** When nothing is being delivered any more; to be waited for before the graph is let go, after which nothing is. */
export async function deliveriesEnded(ctx: RunContext): Promise<void> {
  deliveriesOf(ctx).closing.abort();
  await Promise.all([...deliveriesOf(ctx).runs.values()].map(({ ended }) => ended));
}

/**
 * Whoever has begun goes on with what others accept meanwhile: they found its delivery before their own, and left theirs
 * to it. Should it die, they look again.
 */
async function deliverAll(ctx: RunContext, store: GraphStore, slug: string): Promise<void> {
  for (let isFirst = true; ; isFirst = false) {
    const seen = await waitingOf(ctx, store, slug);
    const { first } = seen;
    if (!first) {
      if (await mayJoin(ctx, seen.plan)) await wait(ctx, store, slug, await join(ctx, store, seen.plan));
      return;
    }
    if (isFirst && !(await mayDeliver(ctx, store, first))) {
      deliveriesOf(ctx).retries.set(slug, ctx.now() + RETRY_MS);
      return;
    }
    try {
      const tries: Tries = { mayGuess: true, hooksRan: false };
      const waits = await repeatIfRefMoves(ctx, async () => {
        const waiting = tries.mayGuess ? seen : await waitingOf(ctx, store, slug);
        try {
          return await landNext(ctx, store, waiting, tries);
        } catch (error) {
          if (!(error instanceof UntestedJoin)) throw error;
          return join(ctx, store, waiting.plan);
        }
      });
      if (!waits) continue;
      await wait(ctx, store, slug, waits);
      return;
    } catch (error) {
      deliveriesOf(ctx).retries.set(slug, ctx.now() + RETRY_MS);
      if (!(await delayDelivery(ctx, store, first, error))) return;
    }
  }
}

async function wait(
  ctx: RunContext,
  store: GraphStore,
  slug: string,
  waits: GateWait | undefined,
): Promise<void> {
  if (waits?.for === "user") await pauseForGate(ctx, store, slug, waits.why);
  else if (waits) deliveriesOf(ctx).retries.set(slug, ctx.now() + RETRY_MS);
}

/** Whether there may be something to join that the gate has yet to pass. */
async function mayJoin(ctx: RunContext, { graph, policy, stored }: LoadedPlan): Promise<boolean> {
  return isGated(policy) && stored.status === "open" && (await lookWhetherShared(ctx, graph));
}

/** What was done before other clones took part, or while none was heard of, passes the gate like deliveries. */
function join(ctx: RunContext, store: GraphStore, plan: LoadedPlan): Promise<GateWait | undefined> {
  return exchangeTested(ctx, store, plan, commandsOf(plan), deliveriesOf(ctx).closing.signal);
}

function commandsOf({ policy }: LoadedPlan): GateCommands {
  return { gate: policy.gate.trim(), setup: policy.setup };
}

/** What is to be delivered next. */
interface Waiting {
  readonly plan: LoadedPlan;
  readonly first: Delivery | undefined;
  readonly waiting: readonly Delivery[];
}

/** What other clones have left behind comes after what is this clone's own. */
async function waitingOf(ctx: RunContext, store: GraphStore, slug: string): Promise<Waiting> {
  const { plan, own } = await readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    return { plan, own: waitingDeliveries(plan) };
  });
  const waiting = own.length > 0 ? own : await leftBehindNow(ctx, store, plan);
  return { plan, first: waiting[0], waiting };
}

/** The remote is not asked at every call for what nobody has pushed yet. */
async function leftBehindNow(
  ctx: RunContext,
  store: GraphStore,
  plan: LoadedPlan,
): Promise<readonly Delivery[]> {
  const { looks } = deliveriesOf(ctx);
  const { slug } = plan.stored;
  if ((looks.get(slug) ?? 0) > ctx.now()) return [];
  looks.set(slug, ctx.now() + RETRY_MS);
  const left = await leftBehind(ctx, store, plan);
  if (left.length > 0) looks.delete(slug);
  return left;
}

/** What the tries of one landing have behind them. */
interface Tries {
  /** Where the remote's branch stands may be taken from the last landing: the first try. */
  mayGuess: boolean;
  /** The `pre-push` hook was asked for what was to be pushed. */
  hooksRan: boolean;
}

/**
 * One landing, or one run of the gate that stands before it.
 * @returns what has to come first, where nothing could be done.
 */
async function landNext(
  ctx: RunContext,
  store: GraphStore,
  { plan, first, waiting }: Waiting,
  tries: Tries,
): Promise<GateWait | undefined> {
  if (!first) return undefined;
  const isShared = await lookWhetherShared(ctx, plan.graph);
  const guess = takeGuess(ctx, plan, tries);
  const bring = () => bringPlanBranch(rootOf(ctx, first.attempt), branchOf(plan));
  const remote = isShared ? (guess ?? (await bring())) : undefined;
  const runHooks = !tries.hooksRan;
  tries.hooksRan = guess === undefined;
  if (!isGated(plan.policy)) {
    await land(ctx, store, await mergeDeliveries(ctx, waiting, remote), runHooks);
    return undefined;
  }
  const stop = deliveriesOf(ctx).closing.signal;
  const next = await gatedLanding(ctx, store, waiting, commandsOf(plan), remote, stop);
  if (next.kind === "landing") await land(ctx, store, next.landing, runHooks);
  return next.kind === "waits" ? next : undefined;
}

/**
 * Where the remote's branch of a plan stands if nobody has moved it since the last landing from here; the push tells
 * whether that is so. The gate is not run for a guess. Whatever fails from here on, the next one asks the remote.
 */
function takeGuess(ctx: RunContext, { stored, policy }: LoadedPlan, tries: Tries): RemoteBranch | undefined {
  const { remotes } = deliveriesOf(ctx);
  const guess = tries.mayGuess && !isGated(policy) ? remotes.get(stored.slug) : undefined;
  tries.mayGuess = false;
  remotes.delete(stored.slug);
  return guess;
}

/**
 * A landing: move, complete. It may end between any two of these, with the process: whoever comes next finds
 * the attempts still delivering, and what the branches hold of them is not brought there again.
 */
async function land(ctx: RunContext, store: GraphStore, landing: Landing, runHooks: boolean): Promise<void> {
  const remote = await moveLanding(landing, runHooks);
  await completeLanding(ctx, store, landing);
  if (remote) deliveriesOf(ctx).remotes.set(landing.plan, remote);
  await forgetLanded(landing);
}
