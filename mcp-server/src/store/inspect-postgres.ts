import { type Kysely, sql } from "kysely";
import { type GraphInspection, type OpenTransaction, readFrom, versionOf } from "./inspection.ts";
import { PostgresGraph } from "./postgres.ts";
import type { Database } from "./schema.ts";

/**
 * Connects to the database for looking.
 * @throws StoreUnusable when it cannot be reached, or its graph is of a newer major version.
 */
export async function inspectPostgres(url: string, repository: string): Promise<GraphInspection> {
  const { db, place, minor } = await new PostgresGraph(url, repository).inspect();
  const { rows } = await sql<{ version: string; read_only: boolean }>`select
    current_setting('server_version') as version,
    pg_is_in_recovery() or current_setting('default_transaction_read_only') = 'on' as read_only`.execute(db);
  const [server] = rows;
  return {
    engine: "postgres",
    place,
    version: versionOf(minor),
    serverVersion: server?.version ?? "unknown",
    readOnly: server?.read_only === true,
    read: (work) => readFrom(db, work),
    openTransactions: (ms) => openTransactions(db, ms),
    close: () => db.destroy(),
  };
}

async function openTransactions(db: Kysely<Database>, ms: number): Promise<OpenTransaction[]> {
  const { rows } = await sql<{ pid: number; client: string; age_ms: number }>`select pid,
      coalesce(host(client_addr), 'this machine') as client,
      (extract(epoch from clock_timestamp() - xact_start) * 1000)::integer as age_ms
    from pg_stat_activity
    where application_name = 'parallel' and datname = current_database() and pid <> pg_backend_pid()
      and xact_start < clock_timestamp() - make_interval(secs => ${ms / 1000})
    order by xact_start`.execute(db);
  return rows.map(({ pid, client, age_ms }) => ({ pid, client, ageMs: age_ms }));
}
