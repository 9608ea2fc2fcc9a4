import { type Kysely, sql } from "kysely";
import type { Change, ChangeType } from "../graph/event.ts";
import type { Database } from "./schema.ts";

/** A change with its place in the log. */
export interface LoggedChange {
  readonly seq: number;
  readonly change: Change;
}

/** What only the log tells: of the tables it changes no more than the plan's version. */
const ONLY_LOGGED = [
  "conversation.measured",
  "token.refused",
  "batch.launched",
  "write.denied",
  "checkout.observed",
  "checkout.unmeasured",
  "attempt.compared",
  "decision.taken",
  "plan.reported",
  "checkout.seen",
  "worktree.cut",
  "worktree.removed",
  "work.committed",
  "work.merged",
  "work.conflicted",
  "commit.skipped",
] as const satisfies readonly ChangeType[];

type OnlyLogged = Extract<Change, { readonly type: (typeof ONLY_LOGGED)[number] }>;

export function isOnlyLogged(change: Change): change is OnlyLogged {
  return (ONLY_LOGGED as readonly ChangeType[]).includes(change.type);
}

/** Whether the plan itself becomes another, apart from its version. */
export function changesPlan({ type }: Change): boolean {
  return (
    type === "plan.created" || type === "plan.updated" || type === "plan.status" || type === "plan.throttled"
  );
}

/** Rows of one INSERT: enough that a large import takes few statements, few enough for every engine's limits. */
export const ROWS_AT_ONCE = 250;

/**
 * Applies logged changes of a plan to the tables, in order. This is the only code that writes them (except lease
 * renewals), so replaying the log into an empty database gives the same tables, but for the secrets of open offers.
 * @param tokens the secrets of offers among the changes.
 */
export async function project(
  db: Kysely<Database>,
  planId: number,
  atMs: number,
  logged: readonly LoggedChange[],
  tokens: ReadonlyMap<number, string>,
): Promise<void> {
  let tasks: ReturnType<typeof newTask>[] = [];
  let claims: ReturnType<typeof newClaim>[] = [];
  const insertNew = async () => {
    if (tasks.length > 0) await db.insertInto("tasks").values(tasks).execute();
    if (claims.length > 0) await db.insertInto("claims").values(claims).execute();
    tasks = [];
    claims = [];
  };
  for (const { seq, change } of logged) {
    if (change.type === "task.created") tasks.push(newTask(planId, seq, change));
    else if (change.type === "claim.offered")
      claims.push(newClaim(planId, seq, atMs, change, tokens.get(change.attempt)));
    else if (!isOnlyLogged(change)) {
      await insertNew();
      await projectOne(db, planId, seq, atMs, change);
    }
    if (tasks.length + claims.length === ROWS_AT_ONCE) await insertNew();
  }
  await insertNew();
  const last = logged.at(-1);
  if (last) await db.updateTable("plans").set({ version: last.seq }).where("id", "=", planId).execute();
}

/** Statements about a claim name the state that they expect: a change that comes too late changes nothing. */
async function projectOne(
  db: Kysely<Database>,
  planId: number,
  seq: number,
  atMs: number,
  change: Exclude<Change, OnlyLogged | { type: "task.created" | "claim.offered" }>,
): Promise<void> {
  switch (change.type) {
    case "plan.created":
      await db
        .insertInto("plans")
        .values({
          id: planId,
          repository: change.repository,
          slug: change.slug,
          title: change.title,
          status: "open",
          cause: null,
          source: JSON.stringify(change.source),
          policy: JSON.stringify(change.policy),
          added_policy: change.addedPolicy ? JSON.stringify(change.addedPolicy) : null,
          document: JSON.stringify(change.document),
          created_at_ms: atMs,
          version: seq,
        })
        .execute();
      break;
    case "plan.updated":
      await db
        .updateTable("plans")
        .set({
          ...(change.title !== undefined && { title: change.title }),
          ...(change.source && { source: JSON.stringify(change.source) }),
          ...(change.policy && { policy: JSON.stringify(change.policy) }),
          ...(change.addedPolicy && { added_policy: JSON.stringify(change.addedPolicy) }),
          ...(change.document && { document: JSON.stringify(change.document) }),
        })
        .where("id", "=", planId)
        .execute();
      break;
    case "plan.status":
      await db
        .updateTable("plans")
        .set({ status: change.status, cause: change.cause ?? null })
        .where("id", "=", planId)
        .execute();
      break;
    case "plan.throttled":
      await db
        .updateTable("plans")
        .set({ throttle: JSON.stringify(change.throttle) })
        .where("id", "=", planId)
        .execute();
      break;
    case "task.defined":
      await taskRow(db, planId, change.task)
        .set({ definition: JSON.stringify(change.definition), changed_seq: seq })
        .execute();
      break;
    case "task.status":
      await taskRow(db, planId, change.task)
        .set({
          status: change.status,
          cause: change.cause ?? null,
          ended_at_ms: change.status === "pending" || change.status === "in_progress" ? null : atMs,
          changed_seq: seq,
        })
        .execute();
      break;
    case "task.annotated": {
      const { task, note, metadata, owner } = change;
      const row = note === undefined && !metadata ? undefined : await remarksOf(db, planId, task);
      await taskRow(db, planId, task)
        .set({
          ...(row && note !== undefined && { notes: withNote(row.notes, note) }),
          ...(row &&
            metadata && {
              metadata: JSON.stringify({ ...(JSON.parse(row.metadata) as object), ...metadata }),
            }),
          ...(owner !== undefined && { owner }),
          changed_seq: seq,
        })
        .execute();
      break;
    }
    case "claim.returned":
      await claimRow(db, change.attempt, ["offered"])
        .set({
          state: "returned",
          offer_token: null,
          ended_at_ms: atMs,
          expires_at_ms: null,
          cause: change.cause,
          changed_seq: seq,
        })
        .execute();
      break;
    case "attempt.started":
      await claimRow(db, change.attempt, ["offered"])
        .set({
          state: "running",
          offer_token: null,
          number: change.number,
          agent_id: change.agentId ?? null,
          started_at_ms: atMs,
          last_seen_ms: atMs,
          expires_at_ms: change.leaseUntilMs,
          changed_seq: seq,
        })
        .execute();
      break;
    case "attempt.bound":
      await claimRow(db, change.attempt, ["running"])
        .set({ agent_id: change.agentId, changed_seq: seq })
        .execute();
      break;
    case "attempt.widened": {
      const row = await db
        .selectFrom("claims")
        .select("widened")
        .where("id", "=", change.attempt)
        .executeTakeFirstOrThrow();
      await claimRow(db, change.attempt, ["running"])
        .set({
          widened: JSON.stringify([...(JSON.parse(row.widened) as string[]), change.path]),
          changed_seq: seq,
        })
        .execute();
      break;
    }
    case "attempt.reminded":
      await claimRow(db, change.attempt, ["running"]).set({ reminded: 1, changed_seq: seq }).execute();
      break;
    case "attempt.ended":
      await claimRow(db, change.attempt, ["running"])
        .set({
          state: "ended",
          outcome: change.outcome,
          report: change.report ? JSON.stringify(change.report) : null,
          last_message: change.lastMessage ?? null,
          cause: change.cause ?? null,
          ended_at_ms: atMs,
          expires_at_ms: null,
          drains_until_ms: change.drainsUntilMs ?? null,
          changed_seq: seq,
        })
        .execute();
      await countAttempt(db, planId, seq, change);
      break;
    case "attempt.drained":
      await claimRow(db, change.attempt, ["ended"])
        .set({ drains_until_ms: null, changed_seq: seq })
        .execute();
      break;
    case "attempt.measured":
      await claimRow(db, change.attempt, ["running", "ended"])
        .set({ usage: JSON.stringify(change.usage), changed_seq: seq })
        .execute();
      break;
    case "scope.touched": {
      const { notes } = await remarksOf(db, planId, change.task);
      await taskRow(db, planId, change.task)
        .set({ notes: withNote(notes, change.note), changed_seq: seq })
        .execute();
      break;
    }
  }
}

/** What a task starts with; the table's defaults say the rest. */
function newTask(planId: number, seq: number, change: Extract<Change, { type: "task.created" }>) {
  return {
    plan_id: planId,
    id: change.task as string,
    position: change.position,
    definition: JSON.stringify(change.definition),
    status: "pending",
    changed_seq: seq,
  };
}

function newClaim(
  planId: number,
  seq: number,
  atMs: number,
  change: Extract<Change, { type: "claim.offered" }>,
  token: string | undefined,
) {
  return {
    id: change.attempt as number,
    plan_id: planId,
    task_id: change.task as string,
    state: "offered",
    token_hash: change.tokenHash,
    offer_token: token ?? null,
    agent_type: change.agentType,
    role: change.role,
    checkout: change.checkout,
    scope: JSON.stringify(change.scope),
    widened: "[]",
    isolation: change.isolation as string,
    owner_host: change.owner.host,
    owner_pid: change.owner.pid,
    owner_started_at: change.owner.startedAt,
    owner_session: change.owner.session ?? null,
    offered_at_ms: atMs,
    expires_at_ms: change.expiresAtMs,
    reminded: 0,
    changed_seq: seq,
  };
}

/** What has been added to a task since it was made. */
async function remarksOf(db: Kysely<Database>, planId: number, task: string) {
  return db
    .selectFrom("tasks")
    .select(["notes", "metadata"])
    .where("plan_id", "=", planId)
    .where("id", "=", task)
    .executeTakeFirstOrThrow();
}

function withNote(notes: string, note: string): string {
  return JSON.stringify([...(JSON.parse(notes) as string[]), note]);
}

function taskRow(db: Kysely<Database>, planId: number, task: string) {
  return db.updateTable("tasks").where("plan_id", "=", planId).where("id", "=", task);
}

function claimRow(db: Kysely<Database>, attempt: number, states: readonly string[]) {
  return db.updateTable("claims").where("id", "=", attempt).where("state", "in", states);
}

/** Keeps the task's counters, by which retries are limited, in step with how its attempts ended. */
async function countAttempt(
  db: Kysely<Database>,
  planId: number,
  seq: number,
  change: Extract<Change, { type: "attempt.ended" }>,
): Promise<void> {
  const counter = {
    failed: "failed_attempts",
    unreported: "failed_attempts",
    lost: "lost_attempts",
    blocked: "times_blocked",
    completed: undefined,
    cancelled: undefined,
  } as const;
  const column = counter[change.outcome];
  if (!column || change.throttled || change.interrupted) return;
  await taskRow(db, planId, change.task)
    .set({ [column]: sql`${sql.ref(column)} + 1`, changed_seq: seq })
    .execute();
}
