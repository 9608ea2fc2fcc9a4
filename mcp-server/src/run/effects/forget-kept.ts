import { isPlanSlug, planSlug } from "../plan/load-plan.ts";
import { type PlanView, readGraph } from "../plan/plan-view.ts";
import { isDone } from "../plan/progress.ts";
import type { RunContext } from "../project/run-context.ts";
import { keptFolder } from "./effects-folder.ts";
import { KeptFiles, type PlanEnd } from "./kept-files.ts";

/** Removes at once all bytes that are kept for the plan, running or not. @throws CallerError for what is no plan's name. */
export function forgetKept(ctx: RunContext, slug: string): void {
  new KeptFiles(keptFolder(ctx.checkout)).forget(planSlug(slug));
}

/** Removes what was kept for plans that ended long enough ago; to be called when a server starts. */
export async function forgetOldKept(ctx: RunContext): Promise<void> {
  const kept = new KeptFiles(keptFolder(ctx.checkout));
  const { plans } = kept;
  const store = plans.length === 0 ? undefined : await ctx.graph();
  if (!store) return;
  const ends = await readGraph(ctx, store, async (view) => {
    const found = new Map<string, PlanEnd>();
    for (const slug of plans) {
      const plan = isPlanSlug(slug) ? await view.findPlan(slug) : undefined;
      if (plan) found.set(slug, await endOf(plan));
    }
    return found;
  });
  kept.forgetOld((plan) => ends.get(plan), ctx.now());
}

/** A plan that can still go on is open, a stopped one with agents at work too. */
async function endOf(plan: PlanView): Promise<PlanEnd> {
  const isOver = isDone(plan) || (plan.stored.status === "stopped" && plan.graph.live.length === 0);
  if (!isOver) return "open";
  const status = await plan.reader.lastEvent(plan.id, "plan.status");
  const ends = plan.graph.claims.map((claim) => ("endedAtMs" in claim ? claim.endedAtMs : claim.offeredAtMs));
  return ends.reduce(
    (last, endedMs) => Math.max(last, endedMs),
    Math.max(plan.stored.createdAtMs, status.atMs),
  );
}
