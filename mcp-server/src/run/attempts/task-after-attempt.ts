import type { AnyClaim, BlockedOn } from "../../graph/attempt.ts";
import type { Change } from "../../graph/event.ts";
import { outlineOf, type Task, type TaskOutline, type TaskStatus } from "../../graph/task.ts";
import { said } from "../../graph/task-cause.ts";
import { statusAfter } from "../../policy/failure/after-attempt.ts";
import { dependOnWork } from "../plan/dependencies-on-work.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { whyNotAchieved } from "./after-completion.ts";
import type { Ending } from "./ending.ts";

/** What becomes of the task: its status, if that changes. */
export function taskAfterAttempt(
  before: LoadedPlan,
  claim: AnyClaim,
  ending: Ending,
): { readonly status?: TaskStatus; readonly changes: readonly Change[]; readonly isForPlan?: boolean } {
  const task = before.graph.tasks.get(claim.task);
  // A task that was cancelled while its attempt ran stays cancelled, and completed is final.
  if (task?.status !== "in_progress") return { changes: [] };
  const counted = (outcomes: readonly string[]) => (outcomes.includes(ending.outcome) ? 1 : 0);
  const blockedOn = ending.report?.blockedOn;
  const limits = limitOf(task, claim);
  const after = statusAfter({
    outcome: ending.outcome,
    failure: before.policy.failure,
    retries: task.retries ?? before.policy.retries,
    failedAttempts: task.failedAttempts + counted(["failed", "unreported"]),
    lostAttempts: task.lostAttempts + (ending.throttled || ending.interrupted ? 0 : counted(["lost"])),
    timesBlocked: task.timesBlocked + counted(["blocked"]),
    asksQuestion: ending.waitsForUser ?? (blockedOn !== undefined && "question" in blockedOn),
    ...limits,
    notAchieved: whyNotAchieved(task, ending.report),
  });
  const { status } = after;
  // What only the user can help with says what that is.
  const cause = ending.waitsForUser ? ending.cause : after.cause;
  const changes: Change[] = [
    { type: "task.status", task: task.id, status, ...(cause !== undefined && { cause: said(cause) }) },
  ];
  if (after.status === "pending" && blockedOn) {
    const definition = withRequestedNeeds(before, task, blockedOn);
    changes.unshift({ type: "task.defined", task: task.id, definition });
  }
  return { status: after.status, changes, isForPlan: limits.planLimit !== undefined };
}

/** The limit for which the attempt's agent was asked to end, in words. */
function limitOf({ metadata }: Task, claim: AnyClaim): { limit?: string; planLimit?: string } {
  const { attempt, reason, ofPlan } = (metadata.limited ?? {}) as Readonly<Record<string, unknown>>;
  if (attempt !== claim.id || typeof reason !== "string") return {};
  return ofPlan === true ? { planLimit: reason } : { limit: reason };
}

/**
 * What a blocked agent asks for becomes part of the task, so that the next attempt has it.
 * @throws CallerError when it asks for a split task whose parts cannot stand for it.
 */
export function withRequestedNeeds({ graph }: LoadedPlan, of: Task, blockedOn: BlockedOn): TaskOutline {
  const task = outlineOf(of);
  if ("tasks" in blockedOn) {
    const dependencies = [...new Set([...task.dependencies, ...blockedOn.tasks])];
    return dependOnWork({ ...task, dependencies }, graph.tasks);
  }
  if ("question" in blockedOn) return task;
  // Paths that were only inferred stay so: asking for more must not turn them into a declaration.
  return task.writes === undefined
    ? { ...task, inferredWrites: [...new Set([...task.inferredWrites, ...blockedOn.writes])] }
    : { ...task, writes: [...new Set([...task.writes, ...blockedOn.writes])] };
}
