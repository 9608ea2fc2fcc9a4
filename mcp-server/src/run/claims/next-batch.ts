import type { AttemptId } from "../../graph/attempt.ts";
import { expireClaims } from "../attempts/expire-claims.ts";
import { type InterruptedTask, interruptedTasks } from "../plan/interrupted.ts";
import { existingGraph, type LoadedPlan } from "../plan/load-plan.ts";
import { changePlan } from "../plan/plan-transaction.ts";
import { type Counts, countsOf, isDone } from "../plan/progress.ts";
import type { RunContext } from "../project/run-context.ts";
import { commitPlan } from "../worktrees/commit-plan.ts";
import { deliverWhenDone } from "../worktrees/deliver/deliver-plan.ts";
import { GRACE_MS, removeMergedWorktrees } from "../worktrees/remove-worktrees.ts";
import type { Candidate } from "./candidate.ts";
import { choose, MAX_REASONS } from "./choose.ts";
import { type BatchLaunch, launchOf } from "./launch.ts";
import { offer } from "./offer.ts";
import { openOffers } from "./open-offers.ts";
import { prepareClaiming } from "./prepare-claiming.ts";
import { type StopOrder, stopOrders } from "./stop-orders.ts";
import { toldWaits, type Wait, waitingTasks } from "./waiting-tasks.ts";
import { whyElsewhere, whyNothingStarts } from "./why-nothing-starts.ts";

/** Which of the offers that nobody took up yet are offered again. */
export type OffersAgain = (attempt: AttemptId) => boolean;

export interface Batch {
  readonly loaded: LoadedPlan;
  readonly launch: readonly BatchLaunch[];
  readonly stop: readonly StopOrder[];
  readonly counts: Counts;
  readonly why: readonly { readonly task: string; readonly reasons: readonly string[] }[];
  readonly done: boolean;
  /** Tasks that this or an earlier call found without their agent, and that nobody was given since. */
  readonly interrupted: readonly InterruptedTask[];
  /** Tasks that could start by their dependencies and wait: for what, and until when. */
  readonly waits: readonly Omit<Wait, "kind">[];
}

/**
 * Picks the best set of tasks that can start now and offers it to the caller, in one transaction. Offers of
 * this owner that nobody took up yet are offered again with the same token.
 * @param limit at most this many launches, or what says so of the plan as it is; the cap and the capacities hold
 *   anyway.
 * @param again others are left to whoever was given them.
 * @param only those that whoever asks can do; absent: all, in the order of the schedule.
 */
export async function nextBatch(
  ctx: RunContext,
  actor: string,
  slug: string,
  limit: number | ((loaded: LoadedPlan) => number) | undefined,
  again: OffersAgain = () => true,
  only?: (candidate: Candidate) => boolean,
): Promise<Batch> {
  const store = await existingGraph(ctx, slug);
  const seen = await prepareClaiming(ctx, store, actor, slug);
  await commitPlan(ctx, store, slug);
  await removeMergedWorktrees(ctx, store, slug, GRACE_MS);
  const batch = await changePlan(ctx, store, actor, slug, async (plan, tx): Promise<Batch> => {
    await expireClaims(tx);
    const { graph, stored } = plan;
    const interrupted = interruptedTasks(plan);
    const max = typeof limit === "function" ? limit(plan) : limit;
    // The host's script, which says so of the plan, gives each task to an agent of its own.
    const apart = typeof limit === "function";
    const launch: BatchLaunch[] = [];
    let waits: Batch["waits"] = [];
    let elsewhere: Batch["why"] = [];
    if (stored.status === "open" && !plan.spent) {
      const open = (await openOffers(plan)).filter(({ held }) => again(held.claim.id));
      for (const { held, token } of open.slice(0, max)) {
        const task = graph.tasks.get(held.claim.task);
        if (task) launch.push(launchOf(plan, task, held.claim, token));
      }
      const most = max === undefined ? undefined : max - launch.length;
      const choice = await choose(plan, plan.nowMs, { most, apart, only });
      // That another machine takes a task is told with what else waits.
      const ofWork = choice.refused.filter(({ why }) => why.kind === "work");
      elsewhere = whyElsewhere(plan, ofWork).slice(0, MAX_REASONS);
      for (const { candidate, token } of await offer(plan, choice.chosen, seen))
        launch.push(launchOf(plan, candidate.task, candidate, token));
      const hasRoom = graph.underCap.length < plan.cap;
      waits = toldWaits(waitingTasks(plan, choice, plan.nowMs), launch.length, hasRoom);
    }
    const quiet = launch.length === 0 && graph.live.length === 0;
    return {
      loaded: plan,
      launch,
      stop: stopOrders(plan, plan.nowMs),
      counts: countsOf(plan),
      why: quiet ? await whyNothingStarts(plan) : elsewhere,
      done: isDone(plan),
      interrupted,
      waits,
    };
  });
  if (batch.done) await deliverWhenDone(ctx, store, slug);
  return batch;
}
