import { readFilesOfTasks } from "../plan/files-of-tasks.ts";
import { existingGraph } from "../plan/load-plan.ts";
import { changePlan } from "../plan/plan-transaction.ts";
import type { RunContext } from "../project/run-context.ts";
import { planReview } from "./review.ts";

/**
 * Has a plan that has come to its end reviewed as a whole, if its policy wants that and nothing but the end is left. A
 * work that was reviewed is not reviewed again before something was added to it.
 * @returns whether there is a review to do now that there was not.
 */
export async function addReview(ctx: RunContext, actor: string, slug: string): Promise<boolean> {
  const store = await existingGraph(ctx, slug);
  return changePlan(ctx, store, actor, slug, async (plan) => {
    const changes = planReview(plan, await readFilesOfTasks(plan));
    plan.append(...changes);
    return changes.length > 0;
  });
}
