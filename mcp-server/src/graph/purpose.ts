import type { TaskDefinition, TaskId } from "./task.ts";

/**
 * What a task is for that the server made of its own, kept in the task's `extra`, so that the log alone can tell.
 * Nobody else's `extra` means anything.
 */
export type Purpose =
  /** A review, or the work that mends what a review found; `of` is the reviewed task, absent: the whole plan. */
  | { readonly kind: "review" | "fix"; readonly of?: TaskId; readonly round: number }
  /** Merges the work of a task with that of others. */
  | { readonly kind: "merge"; readonly of: TaskId }
  /** Runs commands again that failed beside other writers, for these tasks. */
  | { readonly kind: "verify"; readonly of: readonly TaskId[] };

export const PURPOSES = ["review", "fix", "merge", "verify"] as const satisfies readonly Purpose["kind"][];

/** The purpose of a server's task; undefined for everybody else's, and for one that only a newer version knows. */
export function purposeOf(task: Pick<TaskDefinition, "origin" | "extra"> | undefined): Purpose | undefined {
  const purpose = storedPurpose(task);
  return purpose && (PURPOSES as readonly string[]).includes(purpose.kind) ? (purpose as Purpose) : undefined;
}

/** The same, of whatever kind. */
export function storedPurpose(
  task: Pick<TaskDefinition, "origin" | "extra"> | undefined,
): { readonly kind: string } | undefined {
  return task?.origin === "server" ? (task.extra.purpose as { kind: string } | undefined) : undefined;
}

/** Whether the task reviews, or mends what a review found. */
export function isReviewStep(task: Pick<TaskDefinition, "origin" | "extra"> | undefined): boolean {
  const kind = purposeOf(task)?.kind;
  return kind === "review" || kind === "fix";
}
