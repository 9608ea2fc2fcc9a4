import { CallerError } from "../../errors/caller-error.ts";
import type { EndedAttempt } from "../../graph/attempt.ts";
import { recoveryOf } from "../../graph/purpose.ts";
import { hasEnded } from "../../graph/readiness.ts";
import type { TaskId } from "../../graph/task.ts";
import type { Decision } from "../../policy/failure/decision.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { cancelUnneeded } from "../attempts/cancel-unneeded.ts";
import { expireClaims } from "../attempts/expire-claims.ts";
import { choose } from "../claims/choose.ts";
import { lookForWork } from "../claims/reach/work-here.ts";
import { type StopOrder, stopOrders } from "../claims/stop-orders.ts";
import { toldWaits, waitingTasks } from "../claims/waiting-tasks.ts";
import { deliverWaiting } from "../delivery/deliver-waiting.ts";
import { existingGraph, type LoadedPlan, splitTaskName, taskOf } from "../plan/load-plan.ts";
import { changePlan, type GraphTransaction, type PlanTransaction } from "../plan/plan-transaction.ts";
import { type GraphView, readGraph, readPlan } from "../plan/plan-view.ts";
import { type Counts, countsOf, isDone } from "../plan/progress.ts";
import type { RunContext } from "../project/run-context.ts";
import { decideNow, logEscalation } from "../recovery/next-decision.ts";
import { type Ended, endedLine } from "./ended-line.ts";
import { goesOnByOthers } from "./who-goes-on.ts";

/** What a caller waits for. */
export type Until = "next" | "any" | "all" | { readonly atLeast: number };

export interface CollectInput {
  readonly plan: string;
  readonly until: Until;
  /** Ids to wait for; absent: those that run when the call begins. */
  readonly tasks?: readonly string[] | undefined;
  /** The whole plan is waited for, while something else than the caller launches its agents. */
  readonly wholePlan?: boolean;
  readonly waitMs: number;
  /** What ended after this event counts as news; absent: what ends from now on. */
  readonly sinceSeq: number | undefined;
}

export interface Collected {
  readonly loaded: LoadedPlan;
  readonly satisfied: boolean;
  readonly ended: readonly Ended[];
  readonly stop: readonly StopOrder[];
  readonly decision: Decision;
  readonly reason: string;
  /** Tasks that look for the cause of failures before those are tried again. */
  readonly recovery: readonly { readonly task: string; readonly before: readonly string[] }[];
  readonly counts: Counts;
  readonly done: boolean;
  /** Tasks that could start by their dependencies and wait: for what, and until when. */
  readonly waits: ReturnType<typeof toldWaits>;
}

/** Leases and owners are looked after this often while somebody waits. */
export const SWEEP_MS = 5_000;
/** When no agent of a plan that is run by others has been at work for so long, nobody runs it any more. */
const ABANDONED_MS = 60_000;
/**
 * Waits in the server until the synchronisation point is reached, cannot be reached any more, or the time is
 * over. It sleeps until the plan changes, so waiting costs next to nothing.
 * @param onWait called now and then while it waits, for progress notifications.
 */
export async function collect(
  ctx: RunContext,
  actor: string,
  input: CollectInput,
  signal: AbortSignal,
  onWait: (counts: Counts) => void,
): Promise<Collected> {
  const store = await existingGraph(ctx, input.plan);
  const deadline = ctx.now() + input.waitMs;
  // Before sweeping: an attempt that is found dead now ends during this call.
  const sinceSeq = input.sinceSeq ?? (await readPlan(ctx, store, input.plan)).stored.version;
  const change = (work: (plan: PlanTransaction, tx: GraphTransaction) => Promise<void> | void) =>
    changePlan(ctx, store, actor, input.plan, async (plan, tx) => {
      await work(plan, tx);
      return plan;
    });
  const awaited = awaitedTasks(await change((_, tx) => expireClaims(tx)), input);
  let nextSweep = ctx.now() + SWEEP_MS;
  let quietSince = ctx.now();
  for (;;) {
    const { plan, version, news } = await readGraph(ctx, store, (view) => newsOf(view, input.plan, sinceSeq));
    if (plan.graph.live.some(({ state }) => state === "running" || state === "delivering"))
      quietSince = ctx.now();
    // It goes on while this call sleeps, and its end wakes it.
    if (plan.graph.live.some(({ state }) => state === "delivering"))
      void deliverWaiting(ctx, store, input.plan);
    const state = judge(plan, input, awaited, news);
    const isOver = ctx.now() >= deadline || signal.aborted;
    const isAbandoned = ctx.now() - quietSince >= ABANDONED_MS;
    const isReached = state.satisfied || (state.impossible && (!input.wholePlan || isAbandoned));
    const nothingAwaited = awaited.size === 0 && state.news.length === 0;
    if (isOver || (isReached && !(nothingAwaited && (await goesOnByOthers(ctx, store, input.plan))))) {
      if (state.satisfied && input.until === "any") await change((plan) => cancelUnneeded(plan, awaited));
      if (isDone(plan)) await change(logEscalation);
      return result(ctx, store, input, state);
    }
    await store.changed(plan.id, version, Math.min(deadline, nextSweep) - ctx.now(), signal);
    if (ctx.now() < nextSweep) continue;
    onWait(countsOf(await change((_, tx) => expireClaims(tx))));
    nextSweep = ctx.now() + SWEEP_MS;
  }
}

function awaitedTasks(loaded: LoadedPlan, input: CollectInput): ReadonlySet<TaskId> {
  if (input.wholePlan) {
    const tasks = [...loaded.graph.tasks.values()];
    return new Set(tasks.filter(({ status }) => !hasEnded(status)).map(({ id }) => id));
  }
  if (input.tasks) {
    return new Set(input.tasks.map((name) => taskOf(loaded, splitTaskName(name, input.plan).id).id));
  }
  return new Set(loaded.graph.live.map((claim) => claim.task));
}

/** The plan as it is, its version then, and the attempts that ended after the event, in order. */
export async function newsOf(view: GraphView, slug: string, sinceSeq: number) {
  const plan = await view.plan(slug);
  const { version } = plan.stored;
  const ends = await view.reader.events(plan.id, { afterSeq: sinceSeq, types: ["attempt.ended"] });
  const news = ends.flatMap(({ change }) => {
    const claim = change.type === "attempt.ended" ? plan.graph.claim(change.attempt) : undefined;
    return claim?.state === "ended" ? [claim] : [];
  });
  return { plan, version, news };
}

interface Judgement {
  readonly satisfied: boolean;
  readonly impossible: boolean;
  readonly news: readonly EndedAttempt[];
}

function judge(
  loaded: LoadedPlan,
  input: CollectInput,
  awaited: ReadonlySet<TaskId>,
  news: readonly EndedAttempt[],
): Judgement {
  const live = new Set(loaded.graph.live.map((claim) => claim.task));
  const statusOf = (id: TaskId) => loaded.graph.tasks.get(id)?.status ?? "cancelled";
  const completed = [...awaited].filter((id) => statusOf(id) === "completed").length;
  const running = [...awaited].filter((id) => live.has(id));
  // After a limit nothing runs for a while, and yet the plan goes on: whatever is waited for, that is to come first.
  const pauses = loaded.pauseMs > 0 && loaded.stored.status === "open" && !isDone(loaded);
  if (pauses && live.size === 0 && news.length === 0) return { news, satisfied: false, impossible: false };
  if (input.until === "next") return { news, satisfied: news.length > 0, impossible: live.size === 0 };
  if (input.until === "all") {
    // A task that went back to pending for another attempt has not ended yet, but nobody runs it either.
    const open = [...awaited].filter((id) => live.has(id));
    const satisfied = open.length === 0 && [...awaited].every((id) => hasEnded(statusOf(id)));
    const isOver = isDone(loaded) || (loaded.stored.status !== "open" && live.size === 0);
    return {
      news,
      satisfied: satisfied || (input.wholePlan === true && isOver),
      impossible: open.length === 0,
    };
  }
  const wanted = input.until === "any" ? 1 : input.until.atLeast;
  const satisfied = completed >= wanted;
  return { news, satisfied, impossible: running.length === 0 && !satisfied };
}

async function result(
  ctx: RunContext,
  store: GraphStore,
  input: CollectInput,
  state: Judgement,
): Promise<Collected> {
  await lookForWork(ctx, store, await readPlan(ctx, store, input.plan));
  const { loaded, choice } = await readGraph(ctx, store, async (view) => {
    const plan = await view.plan(input.plan);
    return { loaded: plan, choice: await choose(plan, ctx.now()) };
  });
  const startable = choice.chosen.map(({ task }) => task);
  const { decision, reason } = decideNow(loaded, startable);
  return {
    loaded,
    satisfied: state.satisfied,
    ended: endsToTell(loaded, input, state.news).map((attempt) => endedLine(loaded, attempt)),
    stop: stopOrders(loaded, ctx.now()),
    decision,
    reason,
    recovery: [...loaded.graph.tasks.values()].flatMap((task) => {
      const recovery = recoveryOf(task);
      return recovery && !hasEnded(task.status) ? [{ task: task.id, before: recovery.failed }] : [];
    }),
    counts: countsOf(loaded),
    done: isDone(loaded),
    waits: toldWaits(
      waitingTasks(loaded, choice, ctx.now()),
      startable.length,
      loaded.graph.underCap.length < loaded.cap,
    ),
  };
}

/** The news, and before them how tasks ended that were asked for by name, whenever that was. */
function endsToTell(loaded: LoadedPlan, input: CollectInput, news: readonly EndedAttempt[]): EndedAttempt[] {
  const known = new Set(news.map(({ task }) => task));
  const named = (input.tasks ?? []).flatMap((name) => {
    const { id, status } = taskOf(loaded, splitTaskName(name, input.plan).id);
    const last = hasEnded(status) ? loaded.graph.claimsOf(id).at(-1) : undefined;
    return last?.state === "ended" && !known.has(id) ? [last] : [];
  });
  return [...named, ...news];
}

/** @throws CallerError when more tasks are waited for than there are. */
export function checkUntil(until: Until, tasks: readonly string[] | undefined): void {
  if (typeof until === "object" && tasks && until.atLeast > tasks.length) {
    throw new CallerError(
      "bad_input",
      `until: atLeast ${until.atLeast} of ${tasks.length} tasks can never be reached.`,
      `Use at most ${tasks.length}.`,
      "until",
    );
  }
}
