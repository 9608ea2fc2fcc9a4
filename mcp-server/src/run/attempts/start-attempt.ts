import { CallerError } from "../../errors/caller-error.ts";
import { type AttemptId, type Claim, isAttempt, type RunningAttempt } from "../../graph/attempt.ts";
import type { Change } from "../../graph/event.ts";
import { type Task, type TaskId, taskName } from "../../graph/task.ts";
import { isRenewalDue, type LeaseLimits, leaseEnd } from "../../policy/liveness/lease.ts";
import { type LoadedPlan, taskOf } from "../plan/load-plan.ts";
import type { GraphTransaction, PlanTransaction } from "../plan/plan-transaction.ts";
import type { PlanView } from "../plan/plan-view.ts";
import { type ClaimByToken, claimOfToken, isRefusal } from "./claim-by-token.ts";

/**
 * Takes up the offer, or finds the attempt running, and notes the agent if it is known by now.
 * @throws CallerError when another agent is bound to the attempt, or the agent to another attempt.
 */
export function startOrContinue(found: ClaimByToken<PlanTransaction>, agentId: string | undefined): void {
  const refusal = refusalFor(found, agentId);
  if (refusal) throw refusal;
  const { loaded: plan, task } = found;
  const { claim } = found.held;
  if (claim.state === "offered") {
    plan.append(...startOf(plan, task, claim.id, plan.nowMs, agentId));
    return;
  }
  if (claim.state !== "running") return;
  if (agentId !== undefined && claim.agentId === undefined) {
    plan.append({ type: "attempt.bound", task: task.id, attempt: claim.id, agentId });
  }
  renew(plan, claim);
}

/** Why the agent may not take the claim up or go on with it; undefined where it may. */
export function refusalFor(
  { held: { claim }, loaded: plan }: ClaimByToken<PlanTransaction>,
  agentId: string | undefined,
): CallerError | undefined {
  const atAnother = refusalOfSecondTask(plan, agentId, claim.id);
  if (atAnother) return atAnother;
  const bound = claim.state === "running" ? claim.agentId : undefined;
  if (agentId === undefined || bound === undefined || bound === agentId) return undefined;
  return new CallerError(
    "refused_token",
    "This token belongs to another agent.",
    "Use the token of your own brief; without one, end your turn.",
    "token",
  );
}

/**
 * As `startOrContinue`, for a call that is about one task.
 * @throws CallerError for a token that is dead, or speaks for another task; nothing is changed then
 */
export async function continueByToken(
  tx: GraphTransaction,
  plan: PlanTransaction,
  task: Task,
  token: string,
  agentId: string | undefined,
): Promise<void> {
  const found = await claimOfToken(tx, token);
  if (isRefusal(found) || found.held.planId !== plan.id || found.task.id !== task.id) {
    throw new CallerError(
      "refused_token",
      `token: refused, ${isRefusal(found) ? found.why : "it belongs to another task"}. Nothing was changed.`,
      "Use the token of your own brief.",
      "token",
    );
  }
  startOrContinue(found, agentId);
}

/**
 * An agent works at one task at a time.
 * @param attempt the one that it may be at work at.
 * @returns the refusal when it is at work at another one.
 */
export function refusalOfSecondTask(
  { writer }: PlanTransaction,
  agentId: string | undefined,
  attempt?: AttemptId,
): CallerError | undefined {
  const own = writer.holding.find(
    ({ claim }) => claim.state === "running" && claim.agentId === agentId && claim.id !== attempt,
  );
  if (agentId === undefined || !own) return undefined;
  return new CallerError(
    "refused_token",
    `You work on ${taskName(own.plan, own.claim.task)}; this is another task.`,
    "Report that one first, with the token of its brief.",
    "token",
  );
}

/** What happens when an offer is taken up. */
export function startOf(
  loaded: LoadedPlan,
  task: Task,
  attempt: AttemptId,
  nowMs: number,
  agentId: string | undefined,
): readonly Change[] {
  return [
    {
      type: "attempt.started",
      task: task.id,
      attempt,
      number: nextNumber(loaded, task.id),
      leaseUntilMs: leaseEnd(limitsOf(loaded, task), { startedAtMs: nowMs, lastSeenMs: nowMs }, []),
      ...(agentId !== undefined && { agentId }),
    },
    { type: "task.status", task: task.id, status: "in_progress" },
  ];
}

/** Which attempt at its task a claim is, or would be if it were taken up now: 1 for the first. */
export function attemptNumber(loaded: LoadedPlan, claim: Claim): number {
  return isAttempt(claim) ? claim.number : nextNumber(loaded, claim.task);
}

function nextNumber({ graph }: LoadedPlan, task: TaskId): number {
  return graph.claimsOf(task).filter(isAttempt).length + 1;
}

/** Prolongs the lease: any sign of life does, and none shortens it. */
export function renew(plan: PlanTransaction, claim: RunningAttempt): void {
  if (!isRenewalDue(plan.policy.leaseMs, claim.lastSeenMs, plan.nowMs)) return;
  const untilMs = leaseOf(plan, taskOf(plan, claim.task), claim.startedAtMs, plan.nowMs);
  plan.writer.prolong(claim.id, untilMs, plan.nowMs);
}

/** When the lease of an attempt ends whose last sign of life is known. */
export function leaseOf(plan: PlanView, task: Task, startedAtMs: number, lastSeenMs: number): number {
  return leaseEnd(limitsOf(plan, task), { startedAtMs, lastSeenMs }, plan.ctx.clock.standstills);
}

function limitsOf({ policy }: LoadedPlan, { timeoutMs }: Task): LeaseLimits {
  return { leaseMs: policy.leaseMs, maxLeaseMs: policy.maxLeaseMs, timeoutMs };
}
