import type { Selectable } from "kysely";
import type { AnyClaim, AttemptId, Outcome, Report } from "../graph/attempt.ts";
import type { Change, GraphEvent } from "../graph/event.ts";
import type { PlanSource, PlanStatus, Throttle } from "../graph/plan.ts";
import type { Scope } from "../graph/scope/scope.ts";
import type { Isolation, PlanSlug, Task, TaskDefinition, TaskId, TaskStatus } from "../graph/task.ts";
import type { Usage } from "../graph/usage.ts";
import type { ClaimsTable, EventsTable, ObservationsTable, PlansTable, TasksTable } from "./schema.ts";

/** A plan as it is stored; `policy` holds only what the plan itself states. */
export interface StoredPlan {
  readonly id: number;
  readonly repository: string;
  readonly slug: PlanSlug;
  readonly title: string;
  readonly status: PlanStatus;
  readonly cause?: string;
  readonly source: PlanSource;
  readonly policy: Readonly<Record<string, unknown>>;
  readonly document: Readonly<Record<string, unknown>>;
  readonly createdAtMs: number;
  readonly throttle?: Throttle;
  readonly version: number;
}

/** The last look at a checkout. Times are milliseconds since the epoch. */
export interface Observation {
  readonly fromMs: number;
  readonly toMs: number;
  /** The database's last event at that time. */
  readonly seq: number;
  /** Commit that was checked out; empty before the first one. */
  readonly head: string;
  /** Fingerprints of the files that differed from it, by path. */
  readonly files: ReadonlyMap<string, string>;
  /** Attempts that were at work after it. */
  readonly atWork: readonly AttemptId[];
}

export function observationFromRow(row: Selectable<ObservationsTable>): Observation {
  return {
    fromMs: Number(row.from_ms),
    toMs: Number(row.to_ms),
    seq: Number(row.seq),
    head: row.head,
    files: new Map(JSON.parse(row.files) as [string, string][]),
    atWork: JSON.parse(row.at_work) as AttemptId[],
  };
}

export function planFromRow(row: Selectable<PlansTable>): StoredPlan {
  return {
    id: row.id,
    repository: row.repository,
    slug: row.slug as PlanSlug,
    title: row.title,
    status: row.status as PlanStatus,
    ...(row.cause !== null && { cause: row.cause }),
    source: JSON.parse(row.source) as PlanSource,
    policy: JSON.parse(row.policy) as Record<string, unknown>,
    document: JSON.parse(row.document) as Record<string, unknown>,
    createdAtMs: Number(row.created_at_ms),
    ...(row.throttle !== null && { throttle: JSON.parse(row.throttle) as Throttle }),
    version: Number(row.version),
  };
}

export function taskFromRow(row: Selectable<TasksTable>): Task {
  return {
    ...(JSON.parse(row.definition) as TaskDefinition),
    position: row.position,
    status: row.status as TaskStatus,
    ...(row.cause !== null && { cause: row.cause }),
    ...(row.owner !== null && { owner: row.owner }),
    notes: JSON.parse(row.notes) as string[],
    metadata: JSON.parse(row.metadata) as Record<string, unknown>,
    failedAttempts: row.failed_attempts,
    lostAttempts: row.lost_attempts,
    timesBlocked: row.times_blocked,
    ...(row.ended_at_ms !== null && { endedAtMs: Number(row.ended_at_ms) }),
  };
}

export function claimFromRow(row: Selectable<ClaimsTable>): AnyClaim {
  const base = {
    id: row.id as AttemptId,
    task: row.task_id as TaskId,
    tokenHash: row.token_hash,
    agentType: row.agent_type,
    role: row.role,
    checkout: row.checkout,
    scope: JSON.parse(row.scope) as Scope,
    widened: JSON.parse(row.widened) as string[],
    isolation: row.isolation as Isolation,
    owner: {
      host: row.owner_host,
      pid: row.owner_pid,
      startedAt: row.owner_started_at,
      ...(row.owner_session !== null && { session: row.owner_session }),
    },
    offeredAtMs: Number(row.offered_at_ms),
  };
  if (row.state === "offered") return { ...base, state: "offered", expiresAtMs: Number(row.expires_at_ms) };
  if (row.state === "returned") {
    return { ...base, state: "returned", endedAtMs: Number(row.ended_at_ms), cause: row.cause ?? "" };
  }
  const attempt = {
    ...base,
    number: row.number ?? 1,
    startedAtMs: Number(row.started_at_ms),
    reminded: row.reminded !== 0,
    ...(row.agent_id !== null && { agentId: row.agent_id }),
    ...(row.usage !== null && { usage: JSON.parse(row.usage) as Usage }),
  };
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
    endedAtMs: Number(row.ended_at_ms),
    outcome: row.outcome as Outcome,
    ...(row.report !== null && { report: JSON.parse(row.report) as Report }),
    ...(row.last_message !== null && { lastMessage: row.last_message }),
    ...(row.cause !== null && { cause: row.cause }),
    ...(row.drains_until_ms !== null && { drainsUntilMs: Number(row.drains_until_ms) }),
  };
}

/** The change is stored without the parts that have columns of their own. */
export function eventFromRow(row: Selectable<EventsTable>): GraphEvent {
  return {
    seq: Number(row.seq),
    atMs: Number(row.at_ms),
    v: 1,
    actor: row.actor,
    change: {
      type: row.type,
      ...(row.task_id !== null && { task: row.task_id }),
      ...(row.attempt_id !== null && { attempt: row.attempt_id }),
      ...(JSON.parse(row.data) as object),
    } as unknown as Change,
  };
}
