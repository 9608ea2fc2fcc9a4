import type { TaskOutline } from "../graph/task.ts";

/** Whether the two are approaches to the same thing: then they may write the same files, each in its own worktree. */
export function areAlternatives(
  a: Pick<TaskOutline, "alternatives"> | undefined,
  b: Pick<TaskOutline, "alternatives"> | undefined,
): boolean {
  return a?.alternatives !== undefined && a.alternatives === b?.alternatives;
}
