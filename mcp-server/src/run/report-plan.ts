import { aggregate, type RunReport } from "../report/aggregate.ts";
import { commitPlan } from "./commit-plan.ts";
import type { RunContext } from "./context.ts";
import { existingGraph, type LoadedPlan, loadPlan, stateOf } from "./plan-access.ts";
import { lookAtWhatEnded } from "./scope-truth.ts";
import { tidyWorktrees } from "./tidy-worktrees.ts";

/** The plan's report as it stands now. It is logged that the session was given it. */
export async function reportPlan(
  ctx: RunContext,
  actor: string,
  slug: string,
): Promise<{ loaded: LoadedPlan; report: RunReport }> {
  const store = await existingGraph(ctx, slug);
  await lookAtWhatEnded(ctx);
  await commitPlan(ctx, store, slug);
  await tidyWorktrees(ctx, store, slug, 0);
  return store.write(ctx.now, actor, async (tx) => {
    const before = await loadPlan(ctx, tx, slug);
    const report = aggregate(stateOf(before), await tx.events(before.stored.id), ctx.now());
    await tx.append(before.stored.id, { type: "plan.reported", session: ctx.owner.session ?? "" });
    return { loaded: await loadPlan(ctx, tx, slug), report };
  });
}

/** The same without a trace in the log: for looking, not for handing over. */
export async function readReport(ctx: RunContext, slug: string): Promise<RunReport> {
  const store = await existingGraph(ctx, slug);
  return store.read(async (reader) => {
    const loaded = await loadPlan(ctx, reader, slug);
    return aggregate(stateOf(loaded), await reader.events(loaded.stored.id), ctx.now());
  });
}
