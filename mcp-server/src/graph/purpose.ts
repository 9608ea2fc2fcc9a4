import type { TaskId, TaskOutline } from "./task.ts";

/**
 * What a task is for that the server made of its own, kept in the task's `extra`, so that the log alone can tell.
 * Nobody else's `extra` means anything.
 */
export type Purpose =
  /** A review, or the work that fixes what a review found; `of` is the reviewed task, absent: the whole plan. */
  | { readonly kind: "review" | "fix"; readonly of?: TaskId; readonly round: number }
  /** Merges the work of a task with that of others. */
  | { readonly kind: "merge"; readonly of: TaskId }
  /** Runs commands again that failed beside other writers, for these tasks. */
  | { readonly kind: "verify"; readonly of: readonly TaskId[] }
  /** Looks for the one cause of which these tasks seem to have failed; `causes` is what their failures said. */
  | { readonly kind: "recover"; readonly failed: readonly TaskId[]; readonly causes: readonly string[] };

export type RecoveryPurpose = Extract<Purpose, { readonly kind: "recover" }>;

/** The kinds that stand in `extra.purpose`. */
export const PURPOSES = ["review", "fix", "merge", "verify"] as const satisfies readonly Purpose["kind"][];

/** The purpose of a server's task; undefined for everybody else's, and for one that only a newer version knows. */
export function purposeOf(task: Pick<TaskOutline, "origin" | "extra"> | undefined): Purpose | undefined {
  const recovery = recoveryOf(task);
  if (recovery) return recovery;
  const purpose = storedPurpose(task);
  return purpose && (PURPOSES as readonly string[]).includes(purpose.kind) ? (purpose as Purpose) : undefined;
}

/** Which failures a task of the server looks into; undefined for any other task. */
export function recoveryOf(
  task: Pick<TaskOutline, "origin" | "extra"> | undefined,
): RecoveryPurpose | undefined {
  if (task?.origin !== "server" || !Array.isArray(task.extra.recovers)) return undefined;
  const { recovers, causes } = task.extra;
  return {
    kind: "recover",
    failed: recovers as TaskId[],
    causes: Array.isArray(causes) ? (causes as string[]) : [],
  };
}

/** What stands in `extra.purpose`, of whatever kind. */
export function storedPurpose(
  task: Pick<TaskOutline, "origin" | "extra"> | undefined,
): { readonly kind: string } | undefined {
  return task?.origin === "server" ? (task.extra.purpose as { kind: string } | undefined) : undefined;
}

/**
 * How a purpose is kept in a task's `extra`. That of a recovery has fields of its own: servers of versions that share
 * the graph know it by them, and take whatever has an `extra.purpose` for the step of a review.
 */
export function extraFor(purpose: Purpose): TaskOutline["extra"] {
  return purpose.kind === "recover" ? { recovers: purpose.failed, causes: purpose.causes } : { purpose };
}

/** Whether the task reviews, or fixes what a review found. */
export function isReviewStep(task: Pick<TaskOutline, "origin" | "extra"> | undefined): boolean {
  const kind = purposeOf(task)?.kind;
  return kind === "review" || kind === "fix";
}
