import { isLive } from "../../graph/attempt.ts";
import { hasEnded, needsHold, statusesOf } from "../../graph/readiness.ts";
import type { TaskId } from "../../graph/task.ts";
import type { GraphWriter } from "../../store/graph-store.ts";
import { type LoadedPlan, loadPlan, taskOf } from "../plan/load-plan.ts";
import type { RunContext } from "../project/run-context.ts";
import { endAttempt } from "./end-attempt.ts";

/**
 * Any one of the tasks was waited for, and one completed: the others are cancelled and their agents are to be
 * stopped, or they would be launched again. What a task that cannot start yet still needs goes on.
 */
export async function cancelRest(
  ctx: RunContext,
  tx: GraphWriter,
  plan: string,
  awaited: ReadonlySet<TaskId>,
): Promise<void> {
  const loaded = await loadPlan(ctx, tx, plan);
  const first = [...awaited].find((id) => loaded.graph.tasks.get(id)?.status === "completed");
  const rest = [...awaited].filter((id) => {
    const status = loaded.graph.tasks.get(id)?.status;
    return status !== undefined && !hasEnded(status) && !isStillNeeded(loaded, id);
  });
  if (first === undefined || rest.length === 0) return;
  await tx.append(loaded.stored.id, {
    type: "decision.taken",
    decision: "stop",
    reason: `${first} completed and any one was waited for: ${rest.join(", ")} ${rest.length === 1 ? "is" : "are"} not needed any more.`,
  });
  const cause = `not needed: any one was waited for, and ${first} completed`;
  for (const id of rest) await cancelTask(ctx, tx, loaded, id, cause);
}

/** Cancels a task; the scope of its agent stays held until that has ended. */
export async function cancelTask(
  ctx: RunContext,
  tx: GraphWriter,
  loaded: LoadedPlan,
  id: TaskId,
  cause: string,
): Promise<void> {
  const { id: planId, slug } = loaded.stored;
  // First of all that ends: an attempt that is cancelled would otherwise send its task back to pending.
  if (taskOf(loaded, id).status !== "cancelled") {
    await tx.append(planId, { type: "task.status", task: id, status: "cancelled", cause });
  }
  const claim = loaded.graph.claimsOf(id).find(isLive);
  if (claim?.state === "offered") {
    await tx.append(planId, { type: "claim.returned", task: id, attempt: claim.id, cause });
  } else if (claim?.state === "running") {
    await endAttempt(ctx, tx, { planId, plan: slug, claim }, { outcome: "cancelled", cause, draining: true });
  }
}

function isStillNeeded({ graph }: LoadedPlan, id: TaskId): boolean {
  return [...graph.tasks.values()].some(
    (task) =>
      task.status === "pending" &&
      task.dependencies.includes(id) &&
      !needsHold(task.needs, statusesOf(task, graph.tasks)),
  );
}
