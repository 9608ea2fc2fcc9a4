import { CallerError } from "../../errors/caller-error.ts";
import type { ReviewVerdict } from "../../graph/attempt.ts";
import { taskName } from "../../graph/task.ts";
import { expireClaims } from "../attempts/expire-claims.ts";
import { readFilesOfTasks } from "../plan/files-of-tasks.ts";
import { existingGraph, type LoadedPlan, splitTaskName, taskOf } from "../plan/load-plan.ts";
import { changePlan } from "../plan/plan-transaction.ts";
import type { RunContext } from "../project/run-context.ts";
import { afterDecision } from "../review/review.ts";

/**
 * A person decides on work that was rejected in its last review.
 * @param name of the review.
 * @param text what the person says to it; may be empty.
 * @throws CallerError when no decision is due there; then nothing is changed.
 */
export async function judgeWork(
  ctx: RunContext,
  actor: string,
  name: string,
  verdict: ReviewVerdict,
  text: string,
): Promise<LoadedPlan> {
  const { plan: slug, id } = splitTaskName(name);
  return changePlan(ctx, await existingGraph(ctx, slug), actor, slug, async (plan, tx) => {
    await expireClaims(tx);
    const review = taskOf(plan, id);
    const changes = await afterDecision(plan, review, verdict, text, await readFilesOfTasks(plan));
    if (!changes) {
      throw new CallerError(
        "wrong_state",
        `${taskName(plan.stored.slug, id)} is no review that was rejected for the last time.`,
        "Look at the plan again: it may have been decided already.",
        "task",
      );
    }
    for (const change of changes) plan.append(change);
    return plan;
  });
}
