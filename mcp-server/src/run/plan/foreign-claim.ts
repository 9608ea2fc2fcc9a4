import { CallerError } from "../../errors/caller-error.ts";
import { takesPlace } from "../../graph/attempt.ts";
import { type Task, taskName } from "../../graph/task.ts";
import type { PlanView } from "./plan-view.ts";

/**
 * Refuses to let an agent that holds, or held, a claim change a task that is not its own: it would take the work, and
 * with it the files, from under whoever is at it. The main conversation and agents without a claim may.
 * @throws CallerError
 */
export async function refuseForeignClaim(
  { reader, stored }: PlanView,
  task: Task,
  agentId: string | undefined,
): Promise<void> {
  const own = agentId === undefined ? undefined : await reader.claimOfAgent(agentId);
  if (!own || (takesPlace(own.claim) && own.planId === stored.id && own.claim.task === task.id)) return;
  throw new CallerError(
    "wrong_state",
    `${taskName(stored.slug, task.id)} is not the task that you work on. Nothing was changed.`,
    "Leave a note on it, with note alone, or say in your report what should change.",
    "task",
  );
}
