// import:node:fs in store/engines/inspect-sqlite.mjs
import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from "node:fs";

// import:node:os in store/engines/inspect-sqlite.mjs
import { tmpdir } from "node:os";

// import:node:path in store/engines/inspect-sqlite.mjs
import { join } from "node:path";

// import:node:url in store/engines/inspect-sqlite.mjs
import { pathToFileURL } from "node:url";

// import:lib/photostructure-sqlite.mjs in store/engines/inspect-sqlite.mjs
import { DatabaseSync } from "../../lib/photostructure-sqlite.mjs";

// import:lib/kysely.mjs in store/engines/inspect-sqlite.mjs
import { Kysely, SqliteDialect } from "../../lib/kysely.mjs";

// import:store.mjs in store/engines/inspect-sqlite.mjs
import { readerOn, versionOf } from "../../store.mjs";

// import:store/tables.mjs in store/engines/inspect-sqlite.mjs
import { minorVersion } from "../tables.mjs";

// import:store/engines/sqlite.mjs in store/engines/inspect-sqlite.mjs
import { corrupt, forKysely, hasTable, readSqlite, unusable } from "./sqlite.mjs";

// mcp-server/src/store/engines/inspect-sqlite.ts
async function inspectSqlite(path, estimatesFrom) {
  let opened;
  try {
    opened = openUntouched(path);
    const { connection, close } = opened;
    refuseDamage(connection, path);
    const statements = forKysely(connection, path);
    const db = new Kysely({ dialect: new SqliteDialect({ database: statements }) });
    const version = versionOf(await minorVersion(db, hasTable, path));
    return {
      engine: "sqlite",
      place: path,
      version,
      read: (work) => readSqlite(db, statements, (transaction) => work(readerOn(transaction, estimatesFrom))),
      close: async () => close()
    };
  } catch (error) {
    opened?.close();
    throw unusable(error, path);
  }
}
function openUntouched(path) {
  const hasLog = existsSync(`${path}-wal`) && statSync(`${path}-wal`).size > 0;
  if (!hasLog) {
    const url = pathToFileURL(path);
    url.searchParams.set("immutable", "1");
    return plain(new DatabaseSync(url, { readOnly: true }));
  }
  if (existsSync(`${path}-shm`)) return plain(new DatabaseSync(path, { readOnly: true }));
  const folder = mkdtempSync(join(tmpdir(), "parallel-doctor-"));
  const copy = join(folder, "graph.sqlite");
  const discard = () => rmSync(folder, { recursive: true, force: true });
  try {
    for (const suffix of ["", "-wal"]) copyFileSync(`${path}${suffix}`, `${copy}${suffix}`);
    const { connection, close } = plain(new DatabaseSync(copy));
    return {
      connection,
      close: () => {
        close();
        discard();
      }
    };
  } catch (error) {
    discard();
    throw error;
  }
}
function plain(connection) {
  return { connection, close: () => connection.close() };
}
function refuseDamage(connection, path) {
  const rows = connection.prepare("pragma integrity_check(3)").all();
  const damage = rows.map((row) => row.integrity_check).filter((line) => line !== "ok");
  if (damage.length > 0) throw corrupt(path, damage.join("; "));
}
export {
  inspectSqlite
};
