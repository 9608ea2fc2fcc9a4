import { type Kysely, sql } from "kysely";
import { StoreUnusable } from "../../errors/store-unusable.ts";
import { IS_INDEXED } from "./indexed-events.ts";
import type { Database } from "./schema.ts";

/** Where the two engines need different words for the same column. */
export type EngineName = "sqlite" | "postgres";

/**
 * The layout's major version. Within it the steps below only add, so that an older server of the same major can
 * go on working beside a newer one; a newer major is refused.
 *
 * Older servers share the graph with newer ones every day, so what is stored obeys these rules:
 * - A new column has a default, because older servers insert rows without it.
 * - `claims.state`, `claims.outcome`, `tasks.status` and `plans.status` have no new words. A finer state has a column
 *   of its own, beside that one of the old words which makes an older server do the right thing: `running` with a lease
 *   that lasts, for whatever is live. Servers before 1.5 take any other state for an ended claim.
 * - What the policy has new goes where `storedPolicy` says. Servers before 1.5 refuse to read any plan of the
 *   repository when `policy` has a field or a value that they do not know.
 * - A new type of event is skipped by older servers, so the tables alone must tell them all that they need.
 */
const MAJOR = 1;

/** The step at index n makes version 1.n out of what the ones before it made. A released step never changes. */
const STEPS: readonly ((db: Kysely<Database>, engine: EngineName) => Promise<void>)[] = [
  createTables,
  addOrderOfEvents,
  addThrottle,
  addObservations,
  addUsage,
  addWhatOthersWrite,
  addCauses,
  dropUnneededIndexes,
  addServerOfClaim,
  addDelivering,
  addChosenModel,
  addRunners,
];

/** The layout that this server makes and expects. */
export const SCHEMA_VERSION = { major: MAJOR, minor: STEPS.length - 1 } as const;

/**
 * The minor version of the graph in the database; undefined when there is none.
 * @param place how messages name the database.
 * @throws StoreUnusable when it was made by a newer major version, or is no graph of this plugin.
 */
export async function minorVersion(
  db: Kysely<Database>,
  hasTable: (db: Kysely<Database>, name: string) => Promise<boolean>,
  place: string,
): Promise<number | undefined> {
  if (!(await hasTable(db, "meta"))) return undefined;
  const row = await db.selectFrom("meta").select("value").where("key", "=", "schema").executeTakeFirst();
  const [major, minor] = (row?.value ?? "").split(".").map(Number);
  if (!Number.isInteger(major) || !Number.isInteger(minor)) throw notAGraph(place);
  if (Number(major) > MAJOR) {
    throw new StoreUnusable(
      "newer",
      `The task graph ${place} was written by version ${major}.x of this plugin; this is ${MAJOR}.x.`,
      `Update the plugin: claude plugin update parallel (version ${major}.0.0 or later), then restart Claude Code.`,
    );
  }
  return Number(minor);
}

/** The database belongs to something else. */
export function notAGraph(place: string): StoreUnusable {
  return new StoreUnusable(
    "corrupt",
    `${place} is a database, but not a task graph of this plugin.`,
    "Move it away, or set PARALLEL_DATABASE_URL to another place.",
  );
}

/** Whether a graph of that version lacks something that this server needs. A newer minor lacks nothing. */
export function needsUpgrade(minor: number | undefined): boolean {
  return minor === undefined || minor < SCHEMA_VERSION.minor;
}

/**
 * Brings an empty database (`minor` undefined) or an older graph to `SCHEMA_VERSION`, inside the caller's
 * transaction: it is done as a whole or not at all.
 */
export async function upgrade(
  tx: Kysely<Database>,
  engine: EngineName,
  minor: number | undefined,
): Promise<void> {
  for (const step of STEPS.slice(minor === undefined ? 0 : minor + 1)) await step(tx, engine);
  const value = `${SCHEMA_VERSION.major}.${SCHEMA_VERSION.minor}`;
  await tx
    .insertInto("meta")
    .values({ key: "schema", value })
    .onConflict((row) => row.column("key").doUpdateSet({ value }))
    .execute();
}

/** 1.0 */
async function createTables(db: Kysely<Database>, engine: EngineName): Promise<void> {
  // SQLite's writers run one at a time over the whole file, so there the next number is the largest plus one.
  const numbered = engine === "postgres";

  await db.schema
    .createTable("meta")
    .addColumn("key", "text", (c) => c.primaryKey())
    .addColumn("value", "text", (c) => c.notNull())
    .execute();

  await db.schema
    .createTable("plans")
    .addColumn("id", "integer", (c) =>
      numbered ? c.primaryKey().generatedByDefaultAsIdentity() : c.primaryKey(),
    )
    .addColumn("repository", "text", (c) => c.notNull())
    .addColumn("slug", "text", (c) => c.notNull())
    .addColumn("title", "text", (c) => c.notNull())
    .addColumn("status", "text", (c) => c.notNull())
    .addColumn("cause", "text")
    .addColumn("source", "text", (c) => c.notNull())
    .addColumn("policy", "text", (c) => c.notNull())
    .addColumn("document", "text", (c) => c.notNull())
    .addColumn("created_at_ms", "bigint", (c) => c.notNull())
    .addColumn("version", "bigint", (c) => c.notNull())
    .addUniqueConstraint("plans_slug", ["repository", "slug"])
    .execute();

  await db.schema
    .createTable("tasks")
    .addColumn("plan_id", "integer", (c) => c.notNull().references("plans.id"))
    .addColumn("id", "text", (c) => c.notNull())
    .addColumn("position", "integer", (c) => c.notNull())
    .addColumn("definition", "text", (c) => c.notNull())
    .addColumn("status", "text", (c) => c.notNull())
    .addColumn("cause", "text")
    .addColumn("owner", "text")
    .addColumn("notes", "text", (c) => c.notNull().defaultTo("[]"))
    .addColumn("metadata", "text", (c) => c.notNull().defaultTo("{}"))
    .addColumn("failed_attempts", "integer", (c) => c.notNull().defaultTo(0))
    .addColumn("lost_attempts", "integer", (c) => c.notNull().defaultTo(0))
    .addColumn("times_blocked", "integer", (c) => c.notNull().defaultTo(0))
    .addColumn("ended_at_ms", "bigint")
    .addColumn("changed_seq", "bigint", (c) => c.notNull())
    .addPrimaryKeyConstraint("tasks_key", ["plan_id", "id"])
    .execute();
  await db.schema.createIndex("tasks_changed").on("tasks").columns(["plan_id", "changed_seq"]).execute();

  await db.schema
    .createTable("claims")
    .addColumn("id", "integer", (c) =>
      numbered ? c.primaryKey().generatedByDefaultAsIdentity() : c.primaryKey(),
    )
    .addColumn("plan_id", "integer", (c) => c.notNull().references("plans.id"))
    .addColumn("task_id", "text", (c) => c.notNull())
    .addColumn("state", "text", (c) => c.notNull())
    .addColumn("token_hash", "text", (c) => c.notNull().unique())
    .addColumn("offer_token", "text")
    .addColumn("agent_type", "text", (c) => c.notNull())
    .addColumn("role", "text", (c) => c.notNull())
    .addColumn("checkout", "text", (c) => c.notNull())
    .addColumn("scope", "text", (c) => c.notNull())
    .addColumn("widened", "text", (c) => c.notNull().defaultTo("[]"))
    .addColumn("isolation", "text", (c) => c.notNull())
    .addColumn("owner_host", "text", (c) => c.notNull())
    .addColumn("owner_pid", "integer", (c) => c.notNull())
    .addColumn("owner_started_at", "text", (c) => c.notNull())
    .addColumn("owner_session", "text")
    .addColumn("offered_at_ms", "bigint", (c) => c.notNull())
    .addColumn("expires_at_ms", "bigint")
    .addColumn("number", "integer")
    .addColumn("agent_id", "text")
    .addColumn("started_at_ms", "bigint")
    .addColumn("last_seen_ms", "bigint")
    .addColumn("reminded", "integer", (c) => c.notNull().defaultTo(0))
    .addColumn("ended_at_ms", "bigint")
    .addColumn("outcome", "text")
    .addColumn("report", "text")
    .addColumn("last_message", "text")
    .addColumn("cause", "text")
    .addColumn("drains_until_ms", "bigint")
    .addColumn("changed_seq", "bigint", (c) => c.notNull())
    .execute();
  // The database itself refuses a second live claim of a task, whatever a bug above it may try.
  await db.schema
    .createIndex("claims_live")
    .unique()
    .on("claims")
    .columns(["plan_id", "task_id"])
    .where(sql<boolean>`state in ('offered', 'running')`)
    .execute();
  await db.schema
    .createIndex("claims_held")
    .on("claims")
    .column("checkout")
    .where(sql<boolean>`state in ('offered', 'running') or drains_until_ms is not null`)
    .execute();
  await db.schema.createIndex("claims_changed").on("claims").columns(["plan_id", "changed_seq"]).execute();
  await db.schema.createIndex("claims_agent").on("claims").column("agent_id").execute();
  await db.schema.createIndex("claims_owner").on("claims").columns(["plan_id", "owner_pid"]).execute();

  await db.schema
    .createTable("events")
    .addColumn("seq", numbered ? "bigint" : "integer", (c) =>
      numbered ? c.primaryKey().generatedByDefaultAsIdentity() : c.primaryKey().autoIncrement(),
    )
    .addColumn("at_ms", "bigint", (c) => c.notNull())
    .addColumn("plan_id", "integer", (c) => c.notNull())
    .addColumn("task_id", "text")
    .addColumn("attempt_id", "integer")
    .addColumn("type", "text", (c) => c.notNull())
    .addColumn("actor", "text", (c) => c.notNull())
    .addColumn("v", "integer", (c) => c.notNull())
    .addColumn("data", "text", (c) => c.notNull())
    .execute();
  await db.schema.createIndex("events_plan").on("events").columns(["plan_id", "type", "seq"]).execute();
}

/** 1.1: a plan's whole log is read in order without sorting it, however many plans share the database. */
async function addOrderOfEvents(db: Kysely<Database>): Promise<void> {
  await db.schema.createIndex("events_order").on("events").columns(["plan_id", "seq"]).execute();
}

/** 1.2: how a plan goes on after a rate or usage limit. */
async function addThrottle(db: Kysely<Database>): Promise<void> {
  await db.schema.alterTable("plans").addColumn("throttle", "text").execute();
}

/** 1.3: the last look at each checkout, for servers that keep it there. It is not read or written any more. */
async function addObservations(db: Kysely<Database>): Promise<void> {
  await db.schema
    .createTable("observations")
    .addColumn("checkout", "text", (c) => c.primaryKey())
    .addColumn("from_ms", "bigint", (c) => c.notNull())
    .addColumn("to_ms", "bigint", (c) => c.notNull())
    .addColumn("seq", "bigint", (c) => c.notNull())
    .addColumn("head", "text", (c) => c.notNull())
    .addColumn("files", "text", (c) => c.notNull())
    .addColumn("at_work", "text", (c) => c.notNull())
    .execute();
}

/** 1.4: the tokens that each attempt used. */
async function addUsage(db: Kysely<Database>): Promise<void> {
  await db.schema.alterTable("claims").addColumn("usage", "text").execute();
}

/**
 * 1.5: settings that older servers do not know, and claims in a state that this one does not know. The condition is
 * the first of `UNRECOGNISED` in held-claim.ts, word for word. As long as no newer server makes such claims, the index is
 * empty and costs nothing.
 */
async function addWhatOthersWrite(db: Kysely<Database>): Promise<void> {
  await db.schema.alterTable("plans").addColumn("added_policy", "text").execute();
  await db.schema
    .createIndex("claims_unrecognised")
    .on("claims")
    .column("checkout")
    .where(sql<boolean>`state not in ('offered', 'running', 'returned', 'ended')`)
    .execute();
}

/** 1.6: causes of tasks that something follows from. */
async function addCauses(db: Kysely<Database>): Promise<void> {
  await db.schema.alterTable("tasks").addColumn("cause_value", "text").execute();
}

/**
 * 1.7: on SQLite a claim changes half as many pages, because every index that has an entry of it is one more.
 * - What has changed in a plan is found by its events.
 * - Events that nobody asks for by type, and claims of no agent, have no entry in the indexes of types and agents.
 *
 * Older servers answer as before, by reading all rows of the plan where these indexes led them to a few.
 * On PostgreSQL the indexes stay: the way to the database takes most of the time there.
 */
async function dropUnneededIndexes(db: Kysely<Database>, engine: EngineName): Promise<void> {
  if (engine === "postgres") return;
  for (const name of ["tasks_changed", "claims_changed", "claims_agent", "events_plan"]) {
    await db.schema.dropIndex(name).ifExists().execute();
  }
  await db.schema
    .createIndex("claims_by_agent")
    .on("claims")
    .column("agent_id")
    .where("agent_id", "is not", null)
    .execute();
  await db.schema
    .createIndex("events_by_type")
    .on("events")
    .columns(["plan_id", "type", "seq"])
    .where(sql<boolean>`${sql.raw(IS_INDEXED)}`)
    .execute();
}

/** 1.8: which server of a client made a claim, because no other may offer it again. Tokens are not stored any more. */
async function addServerOfClaim(db: Kysely<Database>): Promise<void> {
  await db.schema.alterTable("claims").addColumn("owner_server", "text").execute();
}

/** 1.9: attempts whose report was accepted, and whose commit is on its way; how their rows look is said in masked-claim.ts. */
async function addDelivering(db: Kysely<Database>): Promise<void> {
  await db.schema.alterTable("claims").addColumn("delivering", "text").execute();
}

/** 1.10: on which model and with which effort an attempt was to be made. */
async function addChosenModel(db: Kysely<Database>): Promise<void> {
  await db.schema.alterTable("claims").addColumn("chosen_model", "text").execute();
}

/** 1.11: which processes execute plans without a conversation, on which machines, and when they were heard of last. */
async function addRunners(db: Kysely<Database>): Promise<void> {
  await db.schema
    .createTable("runners")
    .addColumn("repository", "text", (c) => c.notNull())
    .addColumn("owner_host", "text", (c) => c.notNull())
    .addColumn("owner_pid", "integer", (c) => c.notNull())
    .addColumn("owner_started_at", "text", (c) => c.notNull())
    .addColumn("facts", "text", (c) => c.notNull())
    .addColumn("since_ms", "bigint", (c) => c.notNull())
    .addColumn("last_seen_ms", "bigint", (c) => c.notNull())
    .addColumn("lease_until_ms", "bigint", (c) => c.notNull())
    .addPrimaryKeyConstraint("runners_key", ["repository", "owner_host", "owner_pid", "owner_started_at"])
    .execute();
}
