import {
  type AnyClaim,
  type DeliveringAttempt,
  isAttempt,
  type RunningAttempt,
} from "../../graph/attempt.ts";
import { recoveryOf } from "../../graph/purpose.ts";
import { loosened, tightened } from "../../policy/throttle.ts";
import type { PlanTransaction } from "../plan/plan-transaction.ts";
import { decideAfterEnd, decideAfterFailure } from "../recovery/recover.ts";
import type { Ending } from "./ending.ts";
import { taskAfterAttempt } from "./task-after-attempt.ts";

/** Ends an attempt that runs or is delivering, and gives its task the status that follows from the failure policy. */
export function endAttempt(
  plan: PlanTransaction,
  claim: RunningAttempt | DeliveringAttempt,
  ending: Ending,
): void {
  const { task, id: attempt } = claim;
  const { draining, runLater: _runLater, waitsForUser: _waitsForUser, ...facts } = ending;
  const { failure, leaseMs } = plan.policy;
  const settled = taskAfterAttempt(plan, claim, ending);
  const wasOpen = plan.graph.tasks.get(task)?.status === "in_progress";
  const capBefore = plan.cap;
  const hasFailed = ending.outcome === "failed" || ending.outcome === "unreported";
  // The plan's limit ended it: that is no failure of the task's, and has no cause to be looked for.
  const isCutShort = hasFailed && settled.isForPlan === true;
  plan.append(
    {
      type: "attempt.ended",
      task,
      attempt,
      ...facts,
      ...(isCutShort && { interrupted: true as const }),
      ...(draining && { drainsUntilMs: plan.nowMs + leaseMs }),
    },
    ...settled.changes,
  );
  // Of what is delivered, the look was taken when its report was accepted.
  if (claim.state === "running") plan.ctx.snapshots.due = true;
  if (settled.status === "failed" && failure === "fail-fast") stopPlan(plan, task);
  if (hasFailed && !isCutShort) decideAfterFailure(plan, task);
  else if (wasOpen && ending.outcome !== "completed") decideAfterEnd(plan, task);
  adaptThrottle(plan, capBefore, claim, ending);
}

/** @param cap how many might run at once before the attempt ended. */
function adaptThrottle(plan: PlanTransaction, cap: number, claim: AnyClaim, ending: Ending): void {
  const { throttle: now } = plan.stored;
  const startedAtMs = isAttempt(claim) ? claim.startedAtMs : plan.nowMs;
  const task = plan.graph.tasks.get(claim.task);
  const looksForACause = recoveryOf(task) !== undefined;
  const throttle = ending.throttled
    ? tightened(now, cap, startedAtMs, plan.nowMs)
    : now && ending.outcome === "completed" && !looksForACause
      ? loosened(now)
      : now;
  if (throttle && throttle !== now) plan.append({ type: "plan.throttled", throttle });
}

/** Fail-fast: nothing more is launched, offers return, and what runs is to be stopped. */
function stopPlan(plan: PlanTransaction, failed: string): void {
  plan.append({ type: "plan.status", status: "stopped", cause: `${failed} failed` });
  releaseClaims(plan, `${failed} failed and the plan stops at the first failure`);
}

/**
 * Ends what has not reported yet of a plan: offers return, running attempts are cancelled and drain. What was accepted
 * is delivered all the same.
 */
export function releaseClaims(plan: PlanTransaction, cause: string): void {
  for (const { claim } of plan.holding) {
    if (claim.state === "offered")
      plan.append({ type: "claim.returned", task: claim.task, attempt: claim.id, cause });
    if (claim.state === "running") endAttempt(plan, claim, { outcome: "cancelled", cause, draining: true });
  }
}
