import type { TaskDefinition } from "../graph/task.ts";
import { CallerError } from "./errors.ts";

/** @throws CallerError for tasks that ask for what this version does not serve. */
export function refuseUnservedTasks(tasks: readonly TaskDefinition[]): void {
  for (const task of tasks) {
    if (task.review) {
      throw new CallerError(
        "not_served",
        `Task ${task.id}: review true is not served by this version.`,
        "Remove review from the task.",
        `tasks.${task.id}.review`,
      );
    }
  }
}
