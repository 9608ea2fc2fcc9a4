import { hasEnded } from "../../graph/readiness.ts";
import { definitionOf, type TaskId } from "../../graph/task.ts";
import { areAlternatives } from "../../policy/alternatives.ts";
import { lastSteps } from "../../policy/review.ts";
import type { GraphWriter } from "../../store/graph-store.ts";
import { waitForWork } from "../plan/dependencies-on-work.ts";
import { loadPlan, taskOf } from "../plan/load-plan.ts";
import { causeOfAlternative } from "../plan/replacements.ts";
import type { RunContext } from "../project/run-context.ts";
import { cancelTask } from "./cancel-unneeded.ts";

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
  const { id: planId } = before.stored;
  const winner = taskOf(before, taken);
  if (winner.alternatives === undefined) return;
  const others = [...before.graph.tasks.values()].filter(
    (task) => task.id !== taken && areAlternatives(task, winner) && task.status !== "completed",
  );
  const cause = causeOfAlternative(taken);
  for (const { id } of others) await cancelTask(ctx, tx, before, id, cause);
  if (others.length === 0) return;
  const { graph } = await loadPlan(ctx, tx, plan);
  const steps = lastSteps(graph.tasks.values());
  for (const task of graph.tasks.values()) {
    if (hasEnded(task.status) || task.status === "in_progress") continue;
    const definition = waitForWork(definitionOf(task), graph.tasks, steps);
    if (definition.dependencies.join() !== task.dependencies.join())
      await tx.append(planId, { type: "task.defined", task: task.id, definition });
  }
}
