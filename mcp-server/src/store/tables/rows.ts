import type { Selectable } from "kysely";
import {
  type AnyClaim,
  type AttemptId,
  type DeliveringAttempt,
  OUTCOMES,
  type ServerProcess,
} from "../../graph/attempt.ts";
import { type Change, type GraphEvent, isReadable } from "../../graph/event.ts";
import { type ChosenModel, EFFORTS, INHERIT, MODELS } from "../../graph/model/model-choice.ts";
import { PLAN_STATUSES, type PlanSource, type PlanStatus, type Throttle } from "../../graph/plan.ts";
import { PURPOSES, storedPurpose } from "../../graph/purpose.ts";
import type { Scope } from "../../graph/scope/scope.ts";
import {
  ISOLATIONS,
  type PlanSlug,
  PRIORITIES,
  SIZES,
  TASK_STATUSES,
  type Task,
  type TaskId,
  type TaskOutline,
  type TaskRedefinition,
  withoutDescription,
} from "../../graph/task.ts";
import { storedCause } from "../../graph/task-cause.ts";
import { type Unrecognised, WordReader } from "../../graph/unrecognised.ts";
import type { Usage } from "../../graph/usage.ts";
import { unmasked } from "./masked-claim.ts";
import type { OutlineRow, TaskStateRow } from "./outline-row.ts";
import { reportFromRow } from "./report-row.ts";
import type { ClaimsTable, EventsTable, PlansTable } from "./schema.ts";

/**
 * A plan as it is stored; `policy` holds only what the plan itself states, and also what only a newer version of this
 * program knows.
 */
export interface StoredPlan {
  readonly id: number;
  readonly repository: string;
  readonly slug: PlanSlug;
  readonly title: string;
  readonly status: PlanStatus;
  readonly cause?: string;
  readonly source: PlanSource;
  readonly policy: Readonly<Record<string, unknown>>;
  /** The same as its two columns hold it; the rule is at `storedPolicy`. */
  readonly policyParts: PolicyParts;
  readonly document: Readonly<Record<string, unknown>>;
  readonly createdAtMs: number;
  readonly throttle?: Throttle;
  readonly version: number;
  readonly unrecognised?: Unrecognised;
}

/** A policy in the parts in which it is stored. */
export interface PolicyParts {
  readonly policy: Readonly<Record<string, unknown>>;
  /** What servers before 1.5 do not know. */
  readonly addedPolicy?: Readonly<Record<string, unknown>>;
}

/** An older server that changes a setting writes it to `policy`: that is the newer word. */
export function policyOfParts(parts: PolicyParts): Pick<StoredPlan, "policy" | "policyParts"> {
  return { policy: { ...parts.addedPolicy, ...parts.policy }, policyParts: parts };
}

const TASK_MODELS: readonly string[] = [...MODELS, INHERIT];
const TASK_EFFORTS: readonly string[] = [...EFFORTS, INHERIT];
const CLAIM_STATES: readonly string[] = ["offered", "running", "returned", "ended"];

/** A plan with a status of a newer version looks paused: nothing of it starts here until somebody resumes it. */
export function planFromRow(row: Selectable<PlansTable>): StoredPlan {
  const words = new WordReader();
  const status: PlanStatus = words.read("status", row.status, PLAN_STATUSES, "paused");
  return {
    id: row.id,
    repository: row.repository,
    slug: row.slug as PlanSlug,
    title: row.title,
    status,
    ...(row.cause !== null && { cause: row.cause }),
    source: JSON.parse(row.source) as PlanSource,
    ...policyOfParts({
      policy: JSON.parse(row.policy) as Record<string, unknown>,
      ...(row.added_policy != null && {
        addedPolicy: JSON.parse(row.added_policy) as Record<string, unknown>,
      }),
    }),
    document: JSON.parse(row.document) as Record<string, unknown>,
    createdAtMs: Number(row.created_at_ms),
    ...(row.throttle !== null && { throttle: JSON.parse(row.throttle) as Throttle }),
    version: Number(row.version),
    ...words.found,
  };
}

const NOTES: readonly string[] = [];
const METADATA: Readonly<Record<string, unknown>> = {};

/** A task with a status of a newer version looks as if it were in progress: it is open, and not to be started. */
export function taskFromRow(row: OutlineRow): Task {
  const outline = outlineFromRow(row);
  const words = new WordReader();
  const status = words.read("status", row.status, TASK_STATUSES, "in_progress");
  const { size, priority, isolation, model, effort } = outline;
  if (size !== undefined) words.note("size", size, SIZES);
  words.note("priority", priority, PRIORITIES);
  if (isolation !== undefined) words.note("isolation", isolation, ISOLATIONS);
  if (model !== undefined) words.note("model", model, TASK_MODELS);
  if (effort !== undefined) words.note("effort", effort, TASK_EFFORTS);
  const purpose = storedPurpose(outline);
  if (purpose) words.note("purpose", purpose.kind, PURPOSES);
  const { position } = row;
  const task = Object.assign(outline, {
    position,
    status,
    notes: NOTES,
    metadata: METADATA,
    failedAttempts: 0,
    lostAttempts: 0,
    timesBlocked: 0,
  });
  return row.state === null
    ? Object.assign(task, words.found)
    : { ...task, ...stateFrom(row.state), ...words.found };
}

/** An object of this row alone, to which a plan of many thousand tasks adds the rest instead of copying it. */
function outlineFromRow({ outline }: OutlineRow): TaskOutline {
  const read = JSON.parse(outline) as TaskRedefinition;
  return read.description === undefined ? read : withoutDescription(read);
}

function stateFrom(column: string): Partial<Task> {
  const state = JSON.parse(column) as TaskStateRow;
  return {
    ...(state.cause !== null && {
      cause: storedCause(state.cause, JSON.parse(state.cause_value ?? "null")),
    }),
    ...(state.owner !== null && { owner: state.owner }),
    notes: JSON.parse(state.notes) as string[],
    metadata: JSON.parse(state.metadata) as Record<string, unknown>,
    failedAttempts: state.failed_attempts,
    lostAttempts: state.lost_attempts,
    timesBlocked: state.times_blocked,
    ...(state.ended_at_ms !== null && { endedAtMs: Number(state.ended_at_ms) }),
  };
}

/** What the column `delivering` holds. */
type StoredDelivery = Pick<DeliveringAttempt, "acceptedAtMs" | "accepted">;

export function storedDelivery(column: string | null): Partial<StoredDelivery> {
  return JSON.parse(column ?? "{}") as Partial<StoredDelivery>;
}

/** What of a delivery is stored: all while it is under way, and when it was accepted ever after. */
export function deliveryColumn(claim: AnyClaim): Partial<StoredDelivery> | undefined {
  if (claim.state === "delivering") return { acceptedAtMs: claim.acceptedAtMs, accepted: claim.accepted };
  if (claim.state !== "ended" || claim.acceptedAtMs === undefined) return undefined;
  return { acceptedAtMs: claim.acceptedAtMs };
}

export function claimFromRow(row: Selectable<ClaimsTable>): AnyClaim {
  const words = new WordReader();
  const isStateKnown = words.note("state", row.state, CLAIM_STATES);
  // Where it does not say `worktree`, its agent may write into the shared checkout.
  const isolation = words.read("isolation", row.isolation, ISOLATIONS, "shared");
  const outcome = words.read("outcome", row.outcome ?? "cancelled", OUTCOMES, "cancelled");
  const base = {
    id: row.id as AttemptId,
    task: row.task_id as TaskId,
    tokenHash: unmasked(row.token_hash),
    agentType: row.agent_type,
    role: row.role,
    checkout: row.checkout,
    scope: JSON.parse(row.scope) as Scope,
    widened: JSON.parse(row.widened) as string[],
    isolation,
    owner: {
      host: unmasked(row.owner_host),
      pid: row.owner_pid,
      startedAt: row.owner_started_at,
      ...(row.owner_session !== null && { session: row.owner_session }),
      ...(row.owner_server && { server: JSON.parse(row.owner_server) as ServerProcess }),
    },
    offeredAtMs: Number(row.offered_at_ms),
    ...(row.chosen_model && { chosenModel: JSON.parse(row.chosen_model) as ChosenModel }),
    ...words.found,
  };
  if (!isStateKnown) {
    return { ...base, state: "unrecognised", ...(row.agent_id !== null && { agentId: row.agent_id }) };
  }
  if (row.state === "offered") return { ...base, state: "offered", expiresAtMs: Number(row.expires_at_ms) };
  if (row.state === "returned") {
    return { ...base, state: "returned", endedAtMs: Number(row.ended_at_ms), cause: row.cause ?? "" };
  }
  const attempt = {
    ...base,
    number: row.number ?? 1,
    startedAtMs: Number(row.started_at_ms),
    reminded: row.reminded !== 0,
    ...(row.agent_id !== null && { agentId: unmasked(row.agent_id) }),
    ...(row.usage !== null && { usage: JSON.parse(row.usage) as Usage }),
  };
  const handedIn = {
    ...(row.report !== null && { report: reportFromRow(row.report) }),
    ...(row.last_message !== null && { lastMessage: row.last_message }),
  };
  const { acceptedAtMs, accepted } = storedDelivery(row.delivering);
  if (row.state === "running" && acceptedAtMs !== undefined && accepted) {
    return { ...attempt, state: "delivering", acceptedAtMs, accepted, ...handedIn };
  }
  if (row.state === "running") {
    return {
      ...attempt,
      state: "running",
      lastSeenMs: Number(row.last_seen_ms),
      leaseUntilMs: Number(row.expires_at_ms),
    };
  }
  return {
    ...attempt,
    state: "ended",
    ...(acceptedAtMs !== undefined && { acceptedAtMs }),
    endedAtMs: Number(row.ended_at_ms),
    outcome,
    ...handedIn,
    ...(row.cause !== null && { cause: row.cause }),
    ...(row.drains_until_ms !== null && { drainsUntilMs: Number(row.drains_until_ms) }),
  };
}

export function eventFromRow(row: Selectable<EventsTable>): GraphEvent {
  const { actor, v, type } = row;
  return {
    seq: Number(row.seq),
    atMs: Number(row.at_ms),
    v,
    actor,
    change: isReadable(type, v) ? changeFromRow(row) : { type: "unrecognised", storedType: type },
  };
}

/** The change is stored without the parts that have columns of their own. */
function changeFromRow(row: Selectable<EventsTable>): Change {
  const { causeValue, ...data } = JSON.parse(row.data) as {
    readonly causeValue?: unknown;
    readonly cause?: string;
  };
  return {
    type: row.type,
    ...(row.task_id !== null && { task: row.task_id }),
    ...(row.attempt_id !== null && { attempt: row.attempt_id }),
    ...data,
    ...(row.type === "task.status" &&
      data.cause !== undefined && { cause: storedCause(data.cause, causeValue) }),
  } as unknown as Change;
}
