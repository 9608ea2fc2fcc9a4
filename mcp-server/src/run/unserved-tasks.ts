import type { TaskDefinition } from "../graph/task.ts";
import { CallerError } from "./errors.ts";

/** @throws CallerError for tasks that ask for what this version does not serve. */
export function refuseUnservedTasks(tasks: readonly TaskDefinition[]): void {
  for (const task of tasks) {
    const field = task.isolation === "worktree" ? "isolation" : task.review ? "review" : undefined;
    if (field !== undefined) {
      throw new CallerError(
        "not_served",
        `Task ${task.id}: ${field} ${JSON.stringify(task[field])} is not served by this version.`,
        `Remove ${field} from the task.`,
        `tasks.${task.id}.${field}`,
      );
    }
  }
}
