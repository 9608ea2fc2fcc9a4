import { hasEnded } from "../../graph/readiness.ts";
import { outlineOf, type TaskId } from "../../graph/task.ts";
import { areAlternatives } from "../../policy/alternatives.ts";
import { lastSteps } from "../../policy/review.ts";
import { dependOnWork } from "../plan/dependencies-on-work.ts";
import { taskOf } from "../plan/load-plan.ts";
import type { PlanTransaction } from "../plan/plan-transaction.ts";
import { cancelTask } from "./cancel-unneeded.ts";

/**
 * The first of several approaches to complete is taken: the others are cancelled, their agents are to be stopped,
 * their worktrees stay, and whatever waits for one of them waits for the one that was taken.
 */
export function takeAlternative(plan: PlanTransaction, taken: TaskId): void {
  const { graph } = plan;
  const winner = taskOf(plan, taken);
  if (winner.alternatives === undefined) return;
  const others = [...graph.tasks.values()].filter(
    (task) => task.id !== taken && areAlternatives(task, winner) && task.status !== "completed",
  );
  for (const { id } of others) cancelTask(plan, id, { kind: "alternative", taken });
  if (others.length === 0) return;
  const steps = lastSteps(graph.tasks.values());
  for (const task of [...graph.tasks.values()]) {
    if (hasEnded(task.status) || task.status === "in_progress") continue;
    const definition = dependOnWork(outlineOf(task), graph.tasks, steps);
    if (definition.dependencies.join() !== task.dependencies.join())
      plan.append({ type: "task.defined", task: task.id, definition });
  }
}
