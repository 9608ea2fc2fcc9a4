import { sql } from "kysely";
import type { EstimatesFrom } from "../../graph/task-estimates.ts";
import { type GraphInspection, readerOn, versionOf } from "../inspection.ts";
import { PostgresGraph, readPostgres } from "./postgres.ts";

/**
 * Connects to the database for looking.
 * @throws StoreUnusable when it cannot be reached, or its graph is of a newer major version.
 */
export async function inspectPostgres(
  url: string,
  repository: string,
  estimatesFrom: EstimatesFrom,
): Promise<GraphInspection> {
  const { db, place, minor } = await new PostgresGraph(url, repository, estimatesFrom).inspect();
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
    read: (work) => readPostgres(db, (transaction) => work(readerOn(transaction, estimatesFrom))),
    close: () => db.destroy(),
  };
}
