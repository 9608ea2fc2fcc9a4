import type { TaskStatus } from "../../graph/task.ts";

/** The sign of a task's status wherever people read it. */
export const MARKS: Readonly<Record<TaskStatus, string>> = {
  pending: "○",
  in_progress: "▶",
  completed: "✓",
  failed: "✗",
  cancelled: "⊘",
};

/** The sign of a task in progress that is done and on its way onto a branch. */
export const DELIVERING_MARK = "→";
