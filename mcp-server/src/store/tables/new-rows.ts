import { type AnyClaim, isAttempt } from "../../graph/attempt.ts";
import type { Change, GraphEvent } from "../../graph/event.ts";
import type { Task, TaskDefinition } from "../../graph/task.ts";
import { causeText, causeValue } from "../../graph/task-cause.ts";
import { LASTING_LEASE_MS, masked } from "./masked-claim.ts";
import { deliveryColumn, type StoredPlan } from "./rows.ts";

/**
 * What one transaction writes, once, at its end, in parts of at most `MAX_EVENTS` events. `event` is the place of a row's last event among `events`,
 * counted from 1, because the sequence numbers are given only when they are written.
 */
export interface NewRows {
  readonly events: readonly EventRow[];
  /** Plans that are new, or another apart from their version. */
  readonly plans: readonly PlanRow[];
  /** Plans that have only another version. */
  readonly versions: readonly { readonly id: number; readonly event: number }[];
  readonly tasks: readonly StoredTaskRow[];
  /** In the order of their ids, so that a claim has ended before the next one of its task begins. */
  readonly claims: readonly ClaimRow[];
  /** Leases and offers that were prolonged, and nothing else of their claims has changed. */
  readonly leases: readonly LeaseRow[];
}

/** An event of this version of the program: all of it can be read here. */
export type OwnEvent = GraphEvent & { readonly change: Change };

/**
 * The change is stored without the parts that have columns of their own.
 * @param definition of a change that has one: the same with the description that the task keeps.
 */
export function eventRow(
  planId: number,
  { atMs, actor, v, change }: OwnEvent,
  definition: TaskDefinition | undefined,
) {
  const { type, task, attempt, ...data } = storedChange(change) as Change & {
    task?: string;
    attempt?: number;
  };
  return {
    at_ms: atMs,
    plan_id: planId,
    task_id: task ?? null,
    attempt_id: attempt ?? null,
    type,
    actor,
    v,
    data: JSON.stringify(definition ? { ...data, definition } : data),
  };
}

/** The version of the change's data, as `storedChange` makes them. */
export function eventVersion(change: Change): number {
  return change.type === "task.status" && causeValue(change.cause) ? 2 : 1;
}

/** A status as servers before 1.6 read it, with its cause in words; version 2 has the cause also as a value. */
function storedChange(change: Change): object {
  if (change.type !== "task.status" || !change.cause) return change;
  const causeAsValue = causeValue(change.cause);
  return { ...change, cause: causeText(change.cause), ...(causeAsValue && { causeValue: causeAsValue }) };
}

export type EventRow = ReturnType<typeof eventRow>;

export function planRow(plan: StoredPlan, event: number) {
  return {
    id: plan.id,
    repository: plan.repository,
    slug: plan.slug as string,
    title: plan.title,
    status: plan.unrecognised?.status ?? plan.status,
    cause: plan.cause ?? null,
    source: JSON.stringify(plan.source),
    policy: JSON.stringify(plan.policyParts.policy),
    added_policy: plan.policyParts.addedPolicy ? JSON.stringify(plan.policyParts.addedPolicy) : null,
    document: JSON.stringify(plan.document),
    created_at_ms: plan.createdAtMs,
    throttle: plan.throttle ? JSON.stringify(plan.throttle) : null,
    event,
  };
}

export type PlanRow = ReturnType<typeof planRow>;

/** @param definition absent: the task is done in the same way as before, and the row keeps what it has. */
export function taskRow(planId: number, task: Task, event: number, definition?: TaskDefinition) {
  return {
    plan_id: planId,
    id: task.id as string,
    position: task.position,
    definition: definition ? JSON.stringify(definition) : "",
    status: task.unrecognised?.status ?? task.status,
    cause: task.cause ? causeText(task.cause) : null,
    /** Null where the text says it all: what the row has stays, and is another text's. */
    cause_value: causeValue(task.cause) ? JSON.stringify(task.cause) : null,
    owner: task.owner ?? null,
    notes: JSON.stringify(task.notes),
    metadata: JSON.stringify(task.metadata),
    failed_attempts: task.failedAttempts,
    lost_attempts: task.lostAttempts,
    times_blocked: task.timesBlocked,
    ended_at_ms: task.endedAtMs ?? null,
    event,
  };
}

export type StoredTaskRow = ReturnType<typeof taskRow>;

/**
 * @param hasJustReported whether the report was accepted in this transaction.
 */
export function claimRow(
  planId: number,
  claim: AnyClaim,
  { hasJustReported, event }: { readonly hasJustReported: boolean; readonly event: number },
) {
  const attempt = isAttempt(claim) ? claim : undefined;
  const over = claim.state === "returned" || claim.state === "ended" ? claim : undefined;
  const ended = claim.state === "ended" ? claim : undefined;
  const delivering = claim.state === "delivering" ? claim : undefined;
  const reported = delivering ?? ended;
  const delivery = deliveryColumn(claim);
  const known = <Text extends string | null>(text: Text) => (delivering ? masked(text) : text);
  return {
    id: claim.id as number,
    plan_id: planId,
    task_id: claim.task as string,
    state: delivering ? "running" : (claim.state as string),
    token_hash: known(claim.tokenHash),
    offer_token: null,
    agent_type: claim.agentType,
    role: claim.role,
    checkout: claim.checkout,
    scope: JSON.stringify(claim.scope),
    widened: JSON.stringify(claim.widened),
    isolation: claim.unrecognised?.isolation ?? claim.isolation,
    chosen_model: claim.chosenModel ? JSON.stringify(claim.chosenModel) : null,
    owner_host: known(claim.owner.host),
    owner_pid: claim.owner.pid,
    owner_started_at: claim.owner.startedAt,
    owner_session: claim.owner.session ?? null,
    owner_server: claim.owner.server ? JSON.stringify(claim.owner.server) : null,
    offered_at_ms: claim.offeredAtMs,
    expires_at_ms: endOfTime(claim),
    number: attempt?.number ?? null,
    agent_id: known(attempt?.agentId ?? null),
    started_at_ms: attempt?.startedAtMs ?? null,
    /** Null where it is not known any more: what the row has stays. */
    last_seen_ms: claim.state === "running" ? claim.lastSeenMs : null,
    reminded: attempt?.reminded ? 1 : 0,
    ended_at_ms: over?.endedAtMs ?? null,
    outcome: ended?.unrecognised?.outcome ?? ended?.outcome ?? null,
    /** Null unless it came in this transaction: what another version has stored of it stays as it is. */
    report: reported?.report && hasJustReported ? JSON.stringify(reported.report) : null,
    last_message: reported?.lastMessage ?? null,
    cause: over?.cause ?? null,
    drains_until_ms: ended?.drainsUntilMs ?? null,
    usage: attempt?.usage ? JSON.stringify(attempt.usage) : null,
    delivering: delivery ? JSON.stringify(delivery) : null,
    event,
  };
}

/** When time ends the claim. */
function endOfTime(claim: AnyClaim): number | null {
  switch (claim.state) {
    case "offered":
      return claim.expiresAtMs;
    case "running":
      return claim.leaseUntilMs;
    case "delivering":
      return LASTING_LEASE_MS;
    default:
      return null;
  }
}

export type ClaimRow = ReturnType<typeof claimRow>;

export interface LeaseRow {
  readonly id: number;
  /** Null for an offer, at which nobody is at work. */
  readonly last_seen_ms: number | null;
  readonly expires_at_ms: number;
}
