import { isDeepStrictEqual } from "node:util";
import type { DatabaseState, LoggedEvent, Row } from "./evidence.ts";

/**
 * Rebuilds the tables from nothing but the log (invariant 8) and says where they differ from what the database
 * holds. Written from the meaning of the events, not from the server's own projection.
 */

export type Table = Map<string, Record<string, unknown>>;

/** Signs of life and the secret of an open offer are no changes, so the log does not have them. */
const NOT_LOGGED = new Set(["last_seen_ms", "offer_token"]);
export const JSON_COLUMNS = new Set([
  "source",
  "policy",
  "added_policy",
  "throttle",
  "document",
  "definition",
  "notes",
  "metadata",
  "scope",
  "widened",
  "report",
  "cause_value",
  "chosen_model",
  "delivering",
  "usage",
]);
const COUNTER_OF: Readonly<Record<string, string>> = {
  failed: "failed_attempts",
  unreported: "failed_attempts",
  lost: "lost_attempts",
  blocked: "times_blocked",
};

export function rebuildProblems(state: DatabaseState): string[] {
  const tables = rebuilt(state.events);
  return [
    ...differences("plan", tables.plans, state.plans, (row) => String(row.id)),
    ...differences("task", tables.tasks, state.tasks, (row) => `${row.plan_id}/${row.id}`),
    ...differences("claim", tables.claims, state.claims, (row) => String(row.id)),
  ].map((difference) => `invariant 8: the log does not rebuild ${difference}`);
}

export function rebuilt(events: readonly LoggedEvent[]): { plans: Table; tasks: Table; claims: Table } {
  const plans: Table = new Map();
  const tasks: Table = new Map();
  const claims: Table = new Map();
  for (const event of events) {
    const { seq, atMs, planId, data } = event;
    const task = tasks.get(`${planId}/${event.task}`) ?? {};
    const claim = claims.get(String(event.attempt)) ?? {};
    const plan = plans.get(String(planId)) ?? {};
    switch (event.type) {
      case "plan.created":
        plans.set(String(planId), {
          id: planId,
          added_policy: null,
          ...planData(data),
          status: "open",
          cause: null,
          throttle: null,
          created_at_ms: atMs,
        });
        break;
      case "plan.updated":
        Object.assign(plan, planData(data));
        break;
      case "plan.status":
        Object.assign(plan, { status: data.status, cause: data.cause ?? null });
        break;
      case "plan.throttled":
        Object.assign(plan, { throttle: data.throttle });
        break;
      case "task.created":
        tasks.set(`${planId}/${event.task}`, newTask(event));
        break;
      case "task.defined":
        Object.assign(task, { definition: data.definition, changed_seq: seq });
        break;
      case "task.status": {
        const isOpen = data.status === "pending" || data.status === "in_progress";
        const ended_at_ms = isOpen ? null : atMs;
        Object.assign(task, {
          status: data.status,
          cause: data.cause ?? null,
          // A value stays as long as no other takes its place: without its text it says nothing.
          ...(data.causeValue !== undefined && { cause_value: data.causeValue }),
          ended_at_ms,
          changed_seq: seq,
        });
        break;
      }
      case "task.annotated":
        if (data.note !== undefined) task.notes = [...(task.notes as unknown[]), data.note];
        if (data.metadata) task.metadata = { ...(task.metadata as object), ...(data.metadata as object) };
        if (data.owner !== undefined) task.owner = data.owner;
        task.changed_seq = seq;
        break;
      case "claim.offered":
        claims.set(String(event.attempt), newClaim(event));
        break;
      case "claim.returned":
        Object.assign(claim, { state: "returned", cause: data.cause, ...endedAt(event) });
        break;
      case "attempt.started":
        Object.assign(claim, {
          state: "running",
          number: data.number,
          agent_id: data.agentId ?? null,
          started_at_ms: atMs,
          // Renewed without an event.
          expires_at_ms: undefined,
          changed_seq: seq,
        });
        break;
      case "delivery.accepted": {
        const { report = null, lastMessage = null, ...accepted } = data;
        Object.assign(claim, {
          // Servers that do not know the state see a running attempt of somebody whom they do not know.
          token_hash: hidden(claim.token_hash),
          owner_host: hidden(claim.owner_host),
          agent_id: hidden(claim.agent_id),
          expires_at_ms: Date.UTC(9999, 11, 31),
          report,
          last_message: lastMessage,
          delivering: { acceptedAtMs: atMs, accepted },
          changed_seq: seq,
        });
        break;
      }
      case "delivery.found":
      case "delivery.delayed":
      case "work.merged":
        break;
      case "attempt.ended": {
        const delivery = claim.delivering as { acceptedAtMs: number } | null;
        Object.assign(claim, {
          token_hash: shown(claim.token_hash),
          owner_host: shown(claim.owner_host),
          agent_id: shown(claim.agent_id),
          delivering: delivery && { acceptedAtMs: delivery.acceptedAtMs },
          state: "ended",
          outcome: data.outcome,
          report: data.report ?? (delivery && claim.report),
          last_message: data.lastMessage ?? (delivery && claim.last_message),
          cause: data.cause ?? null,
          drains_until_ms: data.drainsUntilMs ?? null,
          ...endedAt(event),
        });
        const counter = COUNTER_OF[String(data.outcome)];
        if (counter !== undefined && !data.throttled && !data.interrupted)
          Object.assign(task, { [counter]: Number(task[counter]) + 1, changed_seq: seq });
        break;
      }
      case "attempt.revived":
        Object.assign(claim, {
          state: "running",
          outcome: null,
          report: null,
          last_message: null,
          cause: null,
          drains_until_ms: null,
          ended_at_ms: null,
          // Renewed without an event.
          expires_at_ms: undefined,
          changed_seq: seq,
        });
        Object.assign(task, { lost_attempts: Math.max(0, Number(task.lost_attempts) - 1), changed_seq: seq });
        break;
      case "attempt.bound":
        Object.assign(claim, { agent_id: data.agentId, changed_seq: seq });
        break;
      case "attempt.widened":
        Object.assign(claim, { widened: [...(claim.widened as string[]), data.path], changed_seq: seq });
        break;
      case "attempt.reminded":
        Object.assign(claim, { reminded: 1, changed_seq: seq });
        break;
      case "attempt.measured":
        Object.assign(claim, { usage: data.usage, changed_seq: seq });
        break;
      case "attempt.drained":
        Object.assign(claim, { drains_until_ms: null, changed_seq: seq });
        break;
      case "scope.touched":
        task.notes = [...(task.notes as unknown[]), data.note];
        task.changed_seq = seq;
        break;
      case "attempt.compared":
      case "checkout.seen":
      case "checkout.unmeasured":
      case "decision.taken":
      case "engine.ended":
      case "engine.started":
      case "files.changed":
      case "isolation.decided":
      case "plan.reported":
      case "report.returned":
      case "token.refused":
      case "work.committed":
      case "work.conflicted":
      case "worktree.cut":
      case "worktree.removed":
      case "write.denied":
        break;
      default:
        throw new Error(`the suite causes no ${event.type}`);
    }
    Object.assign(plans.get(String(planId)) ?? {}, { version: seq });
  }
  return { plans, tasks, claims };
}

/** What an event says of a plan, by the columns that hold it. */
function planData({ addedPolicy, ...data }: LoggedEvent["data"]): Record<string, unknown> {
  return { ...data, ...(addedPolicy !== undefined && { added_policy: addedPolicy }) };
}

function newTask({ seq, planId, task, data }: LoggedEvent): Record<string, unknown> {
  return {
    plan_id: planId,
    id: task,
    position: data.position,
    definition: data.definition,
    status: "pending",
    cause: null,
    cause_value: null,
    owner: null,
    notes: [],
    metadata: {},
    failed_attempts: 0,
    lost_attempts: 0,
    times_blocked: 0,
    ended_at_ms: null,
    changed_seq: seq,
  };
}

function newClaim({ seq, atMs, planId, task, attempt, data }: LoggedEvent): Record<string, unknown> {
  const owner = data.owner as Row;
  return {
    id: attempt,
    plan_id: planId,
    task_id: task,
    state: "offered",
    token_hash: data.tokenHash,
    agent_type: data.agentType,
    role: data.role,
    checkout: data.checkout,
    scope: data.scope,
    widened: [],
    isolation: data.isolation,
    owner_host: owner.host,
    owner_pid: owner.pid,
    owner_started_at: owner.startedAt,
    owner_session: owner.session ?? null,
    owner_server: owner.server ? JSON.stringify(owner.server) : null,
    offered_at_ms: atMs,
    expires_at_ms: data.expiresAtMs,
    number: null,
    agent_id: null,
    started_at_ms: null,
    reminded: 0,
    ended_at_ms: null,
    outcome: null,
    report: null,
    last_message: null,
    cause: null,
    drains_until_ms: null,
    usage: null,
    chosen_model: data.chosenModel ?? null,
    delivering: null,
    changed_seq: seq,
  };
}

/** The words that hide a claim from servers that do not know its state. */
const HIDING = "delivering ";

function hidden(text: unknown): unknown {
  return typeof text === "string" ? `${HIDING}${text}` : text;
}

function shown(text: unknown): unknown {
  return typeof text === "string" && text.startsWith(HIDING) ? text.slice(HIDING.length) : text;
}

function endedAt({ seq, atMs }: LoggedEvent): Row {
  return { ended_at_ms: atMs, expires_at_ms: null, changed_seq: seq };
}

function differences(
  what: string,
  expected: Table,
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): string[] {
  const found = new Map(rows.map((row) => [keyOf(row), row]));
  const missing = [...expected.keys()]
    .filter((key) => !found.has(key))
    .map((key) => `${what} ${key}: it is gone`);
  const others = [...found].flatMap(([key, row]) => {
    const should = expected.get(key);
    if (!should) return [`${what} ${key}: nothing in the log made it`];
    return Object.entries(row).flatMap(([column, value]) => {
      const wanted = should[column];
      if (NOT_LOGGED.has(column) || (column === "expires_at_ms" && wanted === undefined)) return [];
      const has = JSON_COLUMNS.has(column) && value !== null ? JSON.parse(String(value)) : value;
      if (isDeepStrictEqual(has, wanted)) return [];
      return [`${what} ${key}: ${column} is ${JSON.stringify(has)}, not ${JSON.stringify(wanted)}`];
    });
  });
  return [...missing, ...others];
}
