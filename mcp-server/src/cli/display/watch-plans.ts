import { setTimeout as sleep } from "node:timers/promises";
import { applyUpdate, type PlanSnapshot, type SnapshotUpdate } from "../../live/snapshot.ts";
import { PlanWatch } from "../../run/live/plan-watch.ts";
import { existingGraph } from "../../run/plan/load-plan.ts";
import { readGraph, readPlan } from "../../run/plan/plan-view.ts";
import { isDone } from "../../run/plan/progress.ts";
import type { RunContext } from "../../run/project/run-context.ts";
import type { GraphStore } from "../../store/graph-store.ts";

/** Whoever watches all plans sees a new one after this time at most. */
const LOOK_MS = 1_000;

type Show = (snapshot: PlanSnapshot, update: SnapshotUpdate) => void;
/** How a look is taken that may find the graph out of reach. */
type Look = <T>(look: () => Promise<T>) => Promise<T>;
const ONCE: Look = (look) => look();

/**
 * Shows a plan until it is done or stopped, as soon as something of it changes.
 * @throws CallerError when there is no such plan, and what makes the graph unreadable.
 */
export async function watchPlan(
  ctx: RunContext,
  slug: string,
  show: Show,
  signal: AbortSignal,
  look: Look = ONCE,
): Promise<void> {
  const store = await existingGraph(ctx, slug);
  await look(() => readPlan(ctx, store, slug));
  const watch = new PlanWatch(ctx, store, slug, "terminal");
  let snapshot: PlanSnapshot | undefined;
  let cursor: string | undefined;
  try {
    for (;;) {
      const update = await look(() => watch.updateAfter(cursor, signal));
      if (!update) return;
      cursor = update.cursor;
      snapshot = applyUpdate(snapshot, update);
      show(snapshot, update);
      if (snapshot.done || snapshot.status === "stopped") return;
    }
  } finally {
    await watch.close();
  }
}

/** The same for all plans that go on, and those that begin meanwhile. Where there is no plan at all it waits for one. */
export async function watchPlans(
  ctx: RunContext,
  show: Show,
  signal: AbortSignal,
  look: Look = ONCE,
): Promise<void> {
  const watched = new Map<string, { isOver: boolean }>();
  const failures: unknown[] = [];
  while (!signal.aborted) {
    const store = await ctx.graph();
    const { slugs, goOn } = store ? await look(() => plansOf(ctx, store)) : { slugs: [], goOn: [] };
    for (const slug of goOn) {
      if (watched.get(slug)?.isOver === false) continue;
      const one = { isOver: false };
      watched.set(slug, one);
      void watchPlan(ctx, slug, show, signal, look)
        .catch((error: unknown) => failures.push(error))
        .finally(() => {
          one.isOver = true;
        });
    }
    if (failures.length > 0) throw failures[0];
    if (slugs.length > 0 && goOn.length === 0 && [...watched.values()].every(({ isOver }) => isOver)) return;
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}

function plansOf(ctx: RunContext, store: GraphStore): Promise<{ slugs: string[]; goOn: string[] }> {
  return readGraph(ctx, store, async (view) => {
    const plans = await view.plans();
    const goOn = plans.filter((plan) => !isDone(plan) && plan.stored.status !== "stopped");
    const names = (some: typeof plans) => some.map(({ stored }) => stored.slug);
    return { slugs: names(plans), goOn: names(goOn) };
  });
}
