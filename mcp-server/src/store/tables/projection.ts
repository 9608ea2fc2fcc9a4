import type { AnyClaim } from "../../graph/attempt.ts";
import type { Change } from "../../graph/event.ts";
import { type Task, unstarted, withoutDescription } from "../../graph/task.ts";
import type { Unrecognised } from "../../graph/unrecognised.ts";
import { type PolicyParts, policyOfParts, type StoredPlan } from "./rows.ts";

/**
 * What the tables hold is the projection of the log: these functions alone say how a change makes a plan, a task and a
 * claim out of what they were. They serve the transaction that appends the change and the replay of the log alike, so
 * the log rebuilds the same tables, but for lease renewals and the secrets of open offers, which are not in it. What a
 * change does not concern is returned as it was.
 */

/** The plan after the change; its version is counted elsewhere. */
export function planAfter(
  plan: StoredPlan | undefined,
  change: Change,
  { planId, atMs }: { readonly planId: number; readonly atMs: number },
): StoredPlan | undefined {
  if (change.type === "plan.created") {
    const { repository, slug, title, source, document } = change;
    const made = { repository, slug, title, source, document, createdAtMs: atMs };
    return { ...made, ...policyOfParts(partsOf(change)), id: planId, status: "open", version: 0 };
  }
  if (!plan) return undefined;
  switch (change.type) {
    case "plan.updated": {
      const { title, source, policy = plan.policyParts.policy, document } = change;
      const parts = { ...plan.policyParts, ...partsOf({ ...change, policy }) };
      return {
        ...plan,
        ...(title !== undefined && { title }),
        ...(source && { source }),
        ...policyOfParts(parts),
        ...(document && { document }),
      };
    }
    case "plan.status": {
      const { cause: _, ...rest } = plan;
      return {
        ...withKnownStatus(rest),
        status: change.status,
        ...(change.cause !== undefined && { cause: change.cause }),
      };
    }
    case "plan.throttled":
      return { ...plan, throttle: change.throttle };
    default:
      return plan;
  }
}

function partsOf({ policy, addedPolicy }: PolicyParts): PolicyParts {
  return { policy, ...(addedPolicy && { addedPolicy }) };
}

/** A status that is set now is no word of a newer version any more. */
function withKnownStatus<T extends { readonly unrecognised?: Unrecognised }>(thing: T): T {
  if (thing.unrecognised?.status === undefined) return thing;
  const { unrecognised, ...rest } = thing;
  const { status: _, ...words } = unrecognised;
  return { ...rest, ...(Object.keys(words).length > 0 && { unrecognised: words }) } as T;
}

/** The task that the change names, after it. */
export function taskAfter(task: Task | undefined, change: Change, atMs: number): Task | undefined {
  if (change.type === "task.created") return unstarted(change.definition, change.position);
  if (!task) return undefined;
  switch (change.type) {
    case "task.defined":
      return { ...stateOf(task), ...withoutDescription(change.definition) };
    case "task.status": {
      const { cause: _cause, endedAtMs: _endedAtMs, ...rest } = withKnownStatus(task);
      const isOpen = change.status === "pending" || change.status === "in_progress";
      return {
        ...rest,
        status: change.status,
        ...(change.cause !== undefined && { cause: change.cause }),
        ...(!isOpen && { endedAtMs: atMs }),
      };
    }
    case "task.annotated": {
      const { note, owner, metadata } = change;
      return {
        ...task,
        ...(note !== undefined && { notes: [...task.notes, note] }),
        ...(metadata && { metadata: { ...task.metadata, ...metadata } }),
        ...(owner !== undefined && { owner }),
      };
    }
    case "scope.touched":
      return { ...task, notes: [...task.notes, change.note] };
    case "attempt.ended":
      return counted(task, change);
    case "attempt.revived":
      return { ...task, lostAttempts: Math.max(0, task.lostAttempts - 1) };
    default:
      return task;
  }
}

/** What has happened to a task, without what it is. */
function stateOf({
  position,
  status,
  cause,
  owner,
  notes,
  metadata,
  failedAttempts,
  lostAttempts,
  timesBlocked,
  endedAtMs,
  unrecognised,
}: Task) {
  return {
    position,
    status,
    ...(cause !== undefined && { cause }),
    ...(owner !== undefined && { owner }),
    notes,
    metadata,
    failedAttempts,
    lostAttempts,
    timesBlocked,
    ...(endedAtMs !== undefined && { endedAtMs }),
    ...(unrecognised?.status !== undefined && { unrecognised: { status: unrecognised.status } }),
  };
}

/** Keeps the task's counters, by which retries are limited, in step with how its attempts ended. */
function counted(task: Task, change: Extract<Change, { type: "attempt.ended" }>): Task {
  if (change.throttled || change.interrupted) return task;
  switch (change.outcome) {
    case "failed":
    case "unreported":
      return { ...task, failedAttempts: task.failedAttempts + 1 };
    case "lost":
      return { ...task, lostAttempts: task.lostAttempts + 1 };
    case "blocked":
      return { ...task, timesBlocked: task.timesBlocked + 1 };
    default:
      return task;
  }
}

/**
 * The claim that the change names, after it. Every change expects the claim in a certain state: one that comes too
 * late changes nothing.
 */
export function claimAfter(claim: AnyClaim | undefined, change: Change, atMs: number): AnyClaim | undefined {
  if (change.type === "claim.offered") {
    const { task, tokenHash, agentType, role, checkout, scope, isolation, owner, expiresAtMs } = change;
    const { chosenModel } = change;
    const base = { id: change.attempt, task, tokenHash, agentType, role, checkout, scope, isolation, owner };
    return {
      ...base,
      ...(chosenModel && { chosenModel }),
      widened: [],
      offeredAtMs: atMs,
      state: "offered",
      expiresAtMs,
    };
  }
  switch (claim?.state) {
    case "offered":
      return offerAfter(claim, change, atMs);
    case "running":
      return runningAfter(claim, change, atMs);
    case "delivering":
      return deliveringAfter(claim, change, atMs);
    case "ended":
      return endedAfter(claim, change, atMs);
    default:
      return claim;
  }
}

function offerAfter(claim: Extract<AnyClaim, { state: "offered" }>, change: Change, atMs: number): AnyClaim {
  const { state: _state, expiresAtMs: _expiresAtMs, ...base } = claim;
  if (change.type === "claim.returned") {
    return { ...base, state: "returned", endedAtMs: atMs, cause: change.cause };
  }
  if (change.type !== "attempt.started") return claim;
  return {
    ...base,
    number: change.number,
    startedAtMs: atMs,
    reminded: false,
    ...(change.agentId !== undefined && { agentId: change.agentId }),
    state: "running",
    lastSeenMs: atMs,
    leaseUntilMs: change.leaseUntilMs,
  };
}

function runningAfter(
  claim: Extract<AnyClaim, { state: "running" }>,
  change: Change,
  atMs: number,
): AnyClaim {
  switch (change.type) {
    case "attempt.bound":
      return { ...claim, agentId: change.agentId };
    case "attempt.widened":
      return { ...claim, widened: [...claim.widened, change.path] };
    case "attempt.reminded":
      return { ...claim, reminded: true };
    case "attempt.measured":
      return { ...claim, usage: change.usage };
    case "delivery.accepted": {
      const { lastSeenMs: _lastSeenMs, leaseUntilMs: _leaseUntilMs, ...attempt } = claim;
      const { type: _type, task: _task, attempt: _attempt, report, lastMessage, ...accepted } = change;
      return {
        ...attempt,
        state: "delivering",
        acceptedAtMs: atMs,
        accepted,
        ...(report && { report }),
        ...(lastMessage !== undefined && { lastMessage }),
      };
    }
    case "attempt.ended": {
      const { lastSeenMs: _lastSeenMs, leaseUntilMs: _leaseUntilMs, ...attempt } = claim;
      return { ...attempt, ...endOf(change, atMs) };
    }
    default:
      return claim;
  }
}

/** What was handed in stays, however the attempt ends. */
function deliveringAfter(
  claim: Extract<AnyClaim, { state: "delivering" }>,
  change: Change,
  atMs: number,
): AnyClaim {
  if (change.type === "attempt.measured") return { ...claim, usage: change.usage };
  if (change.type !== "attempt.ended") return claim;
  const { accepted: _accepted, ...attempt } = claim;
  return { ...attempt, ...endOf(change, atMs) };
}

function endOf(
  { outcome, report, lastMessage, cause, drainsUntilMs }: Extract<Change, { type: "attempt.ended" }>,
  atMs: number,
) {
  return {
    state: "ended" as const,
    endedAtMs: atMs,
    outcome,
    ...(report && { report }),
    ...(lastMessage !== undefined && { lastMessage }),
    ...(cause !== undefined && { cause }),
    ...(drainsUntilMs !== undefined && { drainsUntilMs }),
  };
}

function endedAfter(claim: Extract<AnyClaim, { state: "ended" }>, change: Change, atMs: number): AnyClaim {
  switch (change.type) {
    case "attempt.measured":
      return { ...claim, usage: change.usage };
    case "attempt.drained": {
      const { drainsUntilMs: _, ...rest } = claim;
      return rest;
    }
    case "attempt.revived": {
      const {
        endedAtMs: _endedAtMs,
        outcome: _outcome,
        report: _report,
        lastMessage: _lastMessage,
        cause: _cause,
        drainsUntilMs: _drainsUntilMs,
        acceptedAtMs: _acceptedAtMs,
        ...attempt
      } = claim;
      return { ...attempt, state: "running", lastSeenMs: atMs, leaseUntilMs: change.leaseUntilMs };
    }
    default:
      return claim;
  }
}
