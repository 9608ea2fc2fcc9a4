import type { TaskId } from "../../graph/task.ts";
import { readFilesOfTasks } from "../plan/files-of-tasks.ts";
import { existingGraph, type LoadedPlan } from "../plan/load-plan.ts";
import { changePlan } from "../plan/plan-transaction.ts";
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
  return changePlan(ctx, store, actor, slug, async (plan) => {
    const review = planReview(plan, await readFilesOfTasks(plan));
    if ("why" in review) return { loaded: plan, why: review.why };
    plan.append(...review.changes);
    return { loaded: plan, id: review.id };
  });
}
