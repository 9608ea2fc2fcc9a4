// import:lib/kysely.mjs in store/engines/inspect-postgres.mjs
import { sql } from "../../lib/kysely.mjs";

// import:store.mjs in store/engines/inspect-postgres.mjs
import { readerOn, versionOf } from "../../store.mjs";

// import:store/engines/postgres.mjs in store/engines/inspect-postgres.mjs
import { PostgresGraph, readPostgres } from "./postgres.mjs";

// mcp-server/src/store/engines/inspect-postgres.ts
async function inspectPostgres(url, repository, estimatesFrom) {
  const { db, place, minor } = await new PostgresGraph(url, repository, estimatesFrom).inspect();
  const { rows } = await sql`select
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
    close: () => db.destroy()
  };
}
export {
  inspectPostgres
};
