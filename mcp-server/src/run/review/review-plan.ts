import type { TaskId } from "../../graph/task.ts";
import { existingGraph, type LoadedPlan, loadPlan } from "../plan/load-plan.ts";
import type { RunContext } from "../project/run-context.ts";
import { planReview } from "./review.ts";

/**
 * Has the plan reviewed as a whole, if its policy wants that at the end and the end has come; else says why not. A
 * work that was reviewed is not reviewed again before something was added to it.
 */
export async function reviewPlan(
  ctx: RunContext,
  actor: string,
  slug: string,
): Promise<{ loaded: LoadedPlan; id?: TaskId; why?: string }> {
  const store = await existingGraph(ctx, slug);
  return store.write(ctx.now, actor, async (tx) => {
    const before = await loadPlan(ctx, tx, slug);
    const review = planReview(before);
    if ("why" in review) return { loaded: before, why: review.why };
    await tx.append(before.stored.id, ...review.changes);
    return { loaded: await loadPlan(ctx, tx, slug), id: review.id };
  });
}
