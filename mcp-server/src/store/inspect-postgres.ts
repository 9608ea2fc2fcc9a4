import { sql } from "kysely";
import { type GraphInspection, readFrom, versionOf } from "./inspection.ts";
import { PostgresGraph } from "./postgres.ts";

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
    close: () => db.destroy(),
  };
}
