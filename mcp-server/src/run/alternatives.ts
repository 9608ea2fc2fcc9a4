import { isLive } from "../graph/attempt.ts";
import { hasEnded } from "../graph/readiness.ts";
import { definitionOf, type TaskId } from "../graph/task.ts";
import { areAlternatives } from "../policy/alternatives.ts";
import type { GraphWriter } from "../store/graph-store.ts";
import type { RunContext } from "./context.ts";
import { loadPlan, taskOf } from "./plan-access.ts";
import { causeOfAlternative, waitForParts } from "./split.ts";
import { endAttempt } from "./sweep.ts";

/**
 * The first of several approaches to complete is taken: the others are cancelled, their agents are to be stopped,
 * their worktrees stay, and whatever waits for one of them waits for the one that was taken.
 */
export async function takeAlternative(
  ctx: RunContext,
  tx: GraphWriter,
  plan: string,
  taken: TaskId,
): Promise<void> {
  const before = await loadPlan(ctx, tx, plan);
  const { id: planId, slug } = before.stored;
  const winner = taskOf(before, taken);
  if (winner.alternatives === undefined) return;
  const others = [...before.graph.tasks.values()].filter(
    (task) => task.id !== taken && areAlternatives(task, winner) && task.status !== "completed",
  );
  const cause = causeOfAlternative(taken);
  for (const { id, status } of others) {
    // First of all that ends: an attempt that is cancelled would otherwise send its task back to pending.
    if (status !== "cancelled") {
      await tx.append(planId, { type: "task.status", task: id, status: "cancelled", cause });
    }
    const claim = before.graph.claimsOf(id).find(isLive);
    if (claim?.state === "offered") {
      await tx.append(planId, { type: "claim.returned", task: id, attempt: claim.id, cause });
    } else if (claim) {
      await endAttempt(
        ctx,
        tx,
        { planId, plan: slug, claim },
        { outcome: "cancelled", cause, draining: true },
      );
    }
  }
  if (others.length === 0) return;
  const { graph } = await loadPlan(ctx, tx, plan);
  for (const task of graph.tasks.values()) {
    if (hasEnded(task.status) || task.status === "in_progress") continue;
    const definition = waitForParts(definitionOf(task), (id) => graph.tasks.get(id));
    if (definition.dependencies.join() !== task.dependencies.join())
      await tx.append(planId, { type: "task.defined", task: task.id, definition });
  }
}
