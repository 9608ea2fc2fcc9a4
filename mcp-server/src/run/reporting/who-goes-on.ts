import { isForRole, missingLabels } from "../../graph/runner.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { choose } from "../claims/choose.ts";
import { type PlanView, readGraph } from "../plan/plan-view.ts";
import { isDone } from "../plan/progress.ts";
import type { RunContext } from "../project/run-context.ts";
import { runnersNow, takersOf } from "../runners/runners-now.ts";

/**
 * Who goes on with a plan of which nothing runs. `others`: all that is ready waits for files that another plan's agents
 * hold, or a lost one that may still write, or for another machine that is there and has what a task asks for. That goes
 * on without anything of this plan ending, so nobody could be told to come back then.
 * @returns undefined where something runs, or nothing is to go on.
 */
async function whoGoesOn(plan: PlanView): Promise<"here" | "others" | "nobody" | undefined> {
  const { ctx, graph, stored } = plan;
  if (graph.live.length > 0 || stored.status !== "open" || isDone(plan)) return undefined;
  const { chosen, refused } = await choose(plan, ctx.now());
  if (chosen.length > 0) return "here";
  if (refused.some(({ why }) => why.kind !== "machine")) return "others";
  if (refused.length === 0) return "nobody";
  const takers = await takersOf(await runnersNow(plan.reader, ctx.repository, ctx.now()), stored.slug);
  const isTaken = refused.some(({ candidate: { task, role } }) =>
    takers.some((one) => isForRole(one, role) && missingLabels(task, one.labels).length === 0),
  );
  return isTaken ? "others" : "nobody";
}

/** Whether others go on with a plan of which nothing runs: it is worth waiting for. */
export function goesOnByOthers(ctx: RunContext, store: GraphStore, slug: string): Promise<boolean> {
  return readGraph(ctx, store, async (view) => (await whoGoesOn(await view.plan(slug))) === "others");
}

/** Whether nothing of a plan runs, and nothing that is waited for lets it go on by itself. */
export function isStuck(ctx: RunContext, store: GraphStore, slug: string): Promise<boolean> {
  return readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    return plan.pauseMs === 0 && (await whoGoesOn(plan)) === "nobody";
  });
}
