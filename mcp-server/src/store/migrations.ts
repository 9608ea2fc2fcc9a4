import { type Kysely, sql } from "kysely";
import type { Database } from "./schema.ts";

/**
 * Version of the database's layout. Minor versions only add, so an older server of the same major can go on
 * working beside a newer one; a newer major is refused.
 */
export const SCHEMA_VERSION = { major: 1, minor: 0 } as const;

/** Brings an empty database to `SCHEMA_VERSION`. Runs inside the caller's transaction. */
export async function createSchema(db: Kysely<Database>): Promise<void> {
  await db.schema
    .createTable("meta")
    .addColumn("key", "text", (c) => c.primaryKey())
    .addColumn("value", "text", (c) => c.notNull())
    .execute();

  await db.schema
    .createTable("plans")
    .addColumn("id", "integer", (c) => c.primaryKey())
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
    .addColumn("id", "integer", (c) => c.primaryKey())
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
  await sql`create unique index claims_live on claims (plan_id, task_id) where state in ('offered', 'running')`.execute(
    db,
  );
  await sql`create index claims_held on claims (checkout) where state in ('offered', 'running') or drains_until_ms is not null`.execute(
    db,
  );
  await db.schema.createIndex("claims_changed").on("claims").columns(["plan_id", "changed_seq"]).execute();
  await db.schema.createIndex("claims_agent").on("claims").column("agent_id").execute();
  await db.schema.createIndex("claims_owner").on("claims").columns(["plan_id", "owner_pid"]).execute();

  await db.schema
    .createTable("events")
    .addColumn("seq", "integer", (c) => c.primaryKey().autoIncrement())
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

  await db
    .insertInto("meta")
    .values([{ key: "schema", value: `${SCHEMA_VERSION.major}.${SCHEMA_VERSION.minor}` }])
    .execute();
}
