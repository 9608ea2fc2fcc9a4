import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { DatabaseSync, type DatabaseSyncInstance } from "@photostructure/sqlite";
import { Kysely, SqliteDialect } from "kysely";
import type { EstimatesFrom } from "../../graph/task-estimates.ts";
import { type GraphInspection, readerOn, versionOf } from "../inspection.ts";
import { minorVersion } from "../tables/migrations.ts";
import type { Database } from "../tables/schema.ts";
import { corrupt, forKysely, hasTable, readSqlite, unusable } from "./sqlite.ts";

/**
 * Opens the graph at `path` for looking, and has SQLite check that it is whole. It must exist.
 * @throws StoreUnusable when it is corrupt, no graph, or of a newer major version.
 */
export async function inspectSqlite(path: string, estimatesFrom: EstimatesFrom): Promise<GraphInspection> {
  let opened: Opened | undefined;
  try {
    opened = openUntouched(path);
    const { connection, close } = opened;
    refuseDamage(connection, path);
    const statements = forKysely(connection, path);
    const db = new Kysely<Database>({ dialect: new SqliteDialect({ database: statements }) });
    const version = versionOf(await minorVersion(db, hasTable, path));
    return {
      engine: "sqlite",
      place: path,
      version,
      read: (work) => readSqlite(db, statements, (transaction) => work(readerOn(transaction, estimatesFrom))),
      close: async () => close(),
    };
  } catch (error) {
    opened?.close();
    throw unusable(error, path);
  }
}

interface Opened {
  readonly connection: DatabaseSyncInstance;
  close(): void;
}

/**
 * A reader of a database in WAL mode needs the files beside it and makes those that are missing. So one that nobody
 * uses is read as the unchanging file that it is, and one whose log was left without its index as a copy.
 */
function openUntouched(path: string): Opened {
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
      },
    };
  } catch (error) {
    discard();
    throw error;
  }
}

function plain(connection: DatabaseSyncInstance): Opened {
  return { connection, close: () => connection.close() };
}

function refuseDamage(connection: DatabaseSyncInstance, path: string): void {
  const rows = connection.prepare("pragma integrity_check(3)").all() as { integrity_check: string }[];
  const damage = rows.map((row) => row.integrity_check).filter((line) => line !== "ok");
  if (damage.length > 0) throw corrupt(path, damage.join("; "));
}
