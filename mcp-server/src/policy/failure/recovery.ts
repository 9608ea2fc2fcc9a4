import type { FailurePolicy } from "../policy.ts";
import { errorSignature, sameCause } from "./error-signature.ts";

/** A task whose last ended attempt failed and that waits for no recovery. */
export interface TaskFailure {
  readonly task: string;
  /** What its agent, or the server, said of it. */
  readonly text: string;
  /** It waits for another attempt: neither are its attempts used up, nor is it being tried again already. */
  readonly mayRetry: boolean;
}

export interface RecoveryFacts {
  readonly failure: FailurePolicy;
  readonly failures: readonly TaskFailure[];
  /** Tasks of the plan that completed. */
  readonly completed: number;
  /** Attempts that still run, or are about to. */
  readonly running: number;
}

/** A task that was made to look for the cause of failures. */
export interface KnownRecovery {
  readonly task: string;
  /** The signatures of those failures. */
  readonly causes: readonly string[];
}

/** Tasks that failed for what looks like one cause. */
export interface SharedCause {
  readonly tasks: readonly string[];
  readonly signature: string;
}

/** What is to be done before any failed task is tried again; undefined: each is tried again by itself. */
export interface Recovery {
  /**
   * `shared-cause`: several share a cause, which is looked for and fixed first. `approach`: nothing has worked, so the
   * approach is looked at, and after that one task runs at a time.
   */
  readonly kind: "shared-cause" | "approach";
  readonly tasks: readonly string[];
  /** One signature for each cause. */
  readonly causes: readonly string[];
  readonly reason: string;
}

/** Groups failures by what looks like one cause, in the order in which they are given. */
export function groupByCause(failures: readonly TaskFailure[]): SharedCause[] {
  const groups: { tasks: string[]; signature: string }[] = [];
  for (const { task, text } of failures) {
    const signature = errorSignature(text);
    const group = groups.find((other) => sameCause(other.signature, signature));
    if (group) group.tasks.push(task);
    else groups.push({ tasks: [task], signature });
  }
  return groups;
}

/**
 * What follows from the failures that nobody has dealt with: one failure is retried by itself, a shared cause is
 * fixed first, and when everything failed, the approach is looked at before anything is tried again.
 */
export function planRecovery({ failure, failures, completed, running }: RecoveryFacts): Recovery | undefined {
  const retriable = failures.filter(({ mayRetry }) => mayRetry);
  if (failure === "fail-fast" || failures.length < 2 || retriable.length === 0) return undefined;
  if (completed === 0 && running === 0) {
    const tasks = failures.map(({ task }) => task);
    return {
      kind: "approach",
      tasks,
      causes: groupByCause(failures).map(({ signature }) => signature),
      reason: `All that was tried failed (${tasks.join(", ")}): the approach is looked at first, then one task runs at a time.`,
    };
  }
  const cause = groupByCause(failures).find(
    ({ tasks }) => tasks.length > 1 && retriable.some(({ task }) => tasks.includes(task)),
  );
  const waiting = retriable.filter(({ task }) => cause?.tasks.includes(task)).map(({ task }) => task);
  const whose =
    waiting.length === cause?.tasks.length
      ? "they are"
      : `${waiting.join(", ")} ${waiting.length === 1 ? "is" : "are"}`;
  return (
    cause && {
      kind: "shared-cause",
      tasks: cause.tasks,
      causes: [cause.signature],
      reason: `${cause.tasks.join(", ")} seem to have failed for one cause: it is fixed before ${whose} tried again.`,
    }
  );
}

/**
 * The recovery that a failure comes too late for, because one like it was dealt with before: the last one made for
 * what looks like its cause. A cause is looked for once, whoever fails of it and however late.
 */
export function recoveryFor<R extends KnownRecovery>(text: string, recoveries: readonly R[]): R | undefined {
  const signature = errorSignature(text);
  return recoveries.findLast(({ causes }) => causes.some((cause) => sameCause(cause, signature)));
}
