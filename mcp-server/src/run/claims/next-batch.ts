import { sweep } from "../attempts/expire-claims.ts";
import { existingGraph, type LoadedPlan, loadPlan } from "../plan/load-plan.ts";
import { type Counts, countsOf, isDone } from "../plan/progress.ts";
import type { RunContext } from "../project/run-context.ts";
import { commitPlan } from "../worktrees/commit-plan.ts";
import { GRACE_MS, tidyWorktrees } from "../worktrees/remove-worktrees.ts";
import { choose } from "./choose.ts";
import { type Launch, launchOf } from "./launch.ts";
import { offer } from "./offer.ts";
import { openOffers } from "./open-offers.ts";
import { beforeClaiming } from "./prepare-claiming.ts";
import { type StopOrder, stopOrders } from "./stop-orders.ts";
import { whyNothing } from "./why-nothing-starts.ts";

export interface Batch {
  readonly loaded: LoadedPlan;
  readonly launch: readonly Launch[];
  readonly stop: readonly StopOrder[];
  readonly counts: Counts;
  readonly why: readonly { readonly task: string; readonly reasons: readonly string[] }[];
  readonly done: boolean;
  /** Tasks that could start and wait because everything is expected to end sooner that way. */
  readonly heldBack: readonly string[];
}

/**
 * Picks the best set of tasks that can start now and offers it to the caller, in one transaction. Offers of
 * this owner that nobody took up yet are offered again with the same token.
 * @param limit at most this many launches, or what says so of the plan as it is; the cap and the capacities hold
 *   anyway.
 */
export async function nextBatch(
  ctx: RunContext,
  actor: string,
  slug: string,
  limit: number | ((loaded: LoadedPlan) => number) | undefined,
): Promise<Batch> {
  const store = await existingGraph(ctx, slug);
  await commitPlan(ctx, store, slug);
  await tidyWorktrees(ctx, store, slug, GRACE_MS);
  const seen = await beforeClaiming(ctx, store, actor, slug);
  return store.write(ctx.now, actor, async (tx) => {
    await sweep(ctx, tx);
    const loaded = await loadPlan(ctx, tx, slug);
    const max = typeof limit === "function" ? limit(loaded) : limit;
    const launch: Launch[] = [];
    let heldBack: readonly string[] = [];
    if (loaded.stored.status === "open" && !loaded.spent) {
      for (const held of (await openOffers(ctx, tx, loaded)).slice(0, max)) {
        const token = await tx.offerToken(held.claim.id);
        const task = loaded.graph.tasks.get(held.claim.task);
        if (token !== undefined && task) launch.push(launchOf(loaded, task, held.claim.agentType, token));
      }
      const most = max === undefined ? undefined : max - launch.length;
      const choice = await choose(ctx, tx, loaded, tx.nowMs, { most });
      heldBack = choice.heldBack;
      for (const { candidate, token } of await offer(ctx, tx, loaded, choice.chosen, seen))
        launch.push(launchOf(loaded, candidate.task, candidate.agentType, token));
    }
    const after = await loadPlan(ctx, tx, slug);
    const quiet = launch.length === 0 && after.graph.live.length === 0;
    return {
      loaded: after,
      launch,
      stop: stopOrders(after, tx.nowMs),
      counts: countsOf(after),
      why: quiet ? await whyNothing(ctx, tx, after) : [],
      done: isDone(after),
      heldBack: after.graph.live.length < after.cap ? heldBack : [],
    };
  });
}
