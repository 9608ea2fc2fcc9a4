import type { Task, TaskId, TaskOutline } from "../../graph/task.ts";
import { lastSteps, waitForReviews } from "../../policy/review.ts";
import { dependOnParts } from "./replacements.ts";

/**
 * The definition as it has to wait in a plan with these tasks: for the parts of what was split, for the alternative
 * that was taken, and for the reviews of what is reviewed. Every definition that names dependencies anew goes through
 * it, or a task could start before the work that it builds on is accepted.
 * @throws CallerError when a split task has no single part that stands for it.
 */
export function dependOnWork<Waiting extends TaskOutline>(
  task: Waiting,
  tasks: ReadonlyMap<TaskId, Task>,
  steps: ReadonlyMap<TaskId, TaskId> = lastSteps(tasks.values()),
): Waiting {
  const taskOf = (id: TaskId) => tasks.get(id);
  return waitForReviews(dependOnParts(task, taskOf), taskOf, steps);
}
