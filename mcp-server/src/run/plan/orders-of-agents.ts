import { CallerError } from "../../errors/caller-error.ts";
import type { PlanTransaction } from "./plan-transaction.ts";

/** More tasks than these are not added to a plan by its agents: each may add some that add some again. */
export const MAX_TASKS_BY_AGENTS = 50;

/**
 * @param count how many tasks an agent is about to add.
 * @throws CallerError when agents would have added more to the plan than a person has seen.
 */
export async function refuseTooManyTasks(plan: PlanTransaction, count: number): Promise<void> {
  const events = await plan.reader.events(plan.id);
  const before = events.filter(
    ({ change, actor }) => change.type === "task.created" && actor.startsWith("agent "),
  ).length;
  if (before + count <= MAX_TASKS_BY_AGENTS) return;
  throw new CallerError(
    "wrong_state",
    `Agents have added ${before} tasks to ${plan.stored.slug}, and may add ${MAX_TASKS_BY_AGENTS}: more are for a person to decide. Nothing was added.`,
    "Name what is still to be done in your report, as blockedOn {question} if you cannot go on without it; the main conversation asks the user, and adds it.",
    "tasks",
  );
}

/** @throws CallerError: an agent may say what its own task waits for, and not what other tasks wait for. */
export function refuseBlockingOthers(others: readonly string[] | undefined): void {
  const [other] = others ?? [];
  if (other === undefined) return;
  throw new CallerError(
    "wrong_state",
    `${other} is not the task that you work on, so you cannot let it wait. Nothing was changed.`,
    "Say in your report what should wait, or leave a note on that task.",
    "addBlocks",
  );
}
