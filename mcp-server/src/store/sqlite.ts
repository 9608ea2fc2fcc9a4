import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync, type DatabaseSyncInstance } from "@photostructure/sqlite";
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import { StoreUnusable } from "./errors.ts";
import { GraphStore } from "./graph-store.ts";
import { createSchema, SCHEMA_VERSION } from "./migrations.ts";
import type { Database } from "./schema.ts";

/** How long a writer waits for another process's transaction; they last milliseconds. */
const BUSY_TIMEOUT_MS = 15_000;

/** Kysely sends a plain `begin`, whose upgrade to a write lock fails at once when another process writes. */
class ImmediateSqliteDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("begin immediate"));
  }
}

class ImmediateSqliteDialect extends SqliteDialect {
  readonly #database: SqliteDatabase;
  constructor(database: SqliteDatabase) {
    super({ database });
    this.#database = database;
  }
  override createDriver(): Driver {
    return new ImmediateSqliteDriver({ database: this.#database });
  }
  override createQueryCompiler() {
    return new SqliteQueryCompiler();
  }
  override createAdapter() {
    return new SqliteAdapter();
  }
  override createIntrospector(db: Kysely<unknown>) {
    return new SqliteIntrospector(db);
  }
}

/** Presents the driver's statements with the few methods that Kysely asks of a SQLite library. */
function forKysely(db: DatabaseSyncInstance): SqliteDatabase {
  return {
    close: () => db.close(),
    prepare(query) {
      const statement = db.prepare(query);
      type Values = Parameters<typeof statement.all>;
      return {
        reader: statement.columns().length > 0,
        all: (values) => statement.all(...(values as Values)),
        run: (values) =>
          statement.run(...(values as Values)) as {
            changes: number | bigint;
            lastInsertRowid: number | bigint;
          },
        iterate: (values) => statement.iterate(...(values as Values)) as IterableIterator<unknown>,
      };
    },
  };
}

/**
 * Opens the graph at `path`, creating folder (mode 0700) and file (0600) when `create` is set.
 * @returns undefined when there is no database and `create` is not set.
 * @throws StoreUnusable when the file is corrupt, of a newer major version, or not writable.
 */
export async function openSqlite(path: string, create: boolean): Promise<GraphStore | undefined> {
  if (!existsSync(path)) {
    if (!create) return undefined;
    prepareFolder(path);
  }
  let db: DatabaseSyncInstance | undefined;
  try {
    db = new DatabaseSync(path);
    db.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`);
    db.exec("pragma journal_mode = wal");
    db.exec("pragma synchronous = full");
    db.exec("pragma foreign_keys = on");
    const kysely = new Kysely<Database>({ dialect: new ImmediateSqliteDialect(forKysely(db)) });
    await ensureSchema(kysely, path);
    if (process.platform !== "win32") chmodSync(path, 0o600);
    return new GraphStore(kysely, (error) => unusable(error, path));
  } catch (error) {
    db?.close();
    throw unusable(error, path);
  }
}

function prepareFolder(path: string): void {
  const folder = dirname(path);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Outside git's own folder the database would show up in `git status` of a repository made later.
    if (basename(folder) === ".parallel") writeFileSync(join(folder, ".gitignore"), "*\n");
    // SQLite gives the files that it puts beside the database the mode that this one has by then.
    writeFileSync(path, "", { flag: "a", mode: 0o600 });
  } catch (error) {
    throw unusable(error, path);
  }
}

async function ensureSchema(db: Kysely<Database>, path: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const tables = await tx.introspection.getTables();
    if (!tables.some((table) => table.name === "meta")) return createSchema(tx);
    const row = await tx.selectFrom("meta").select("value").where("key", "=", "schema").executeTakeFirst();
    const major = Number(row?.value.split(".")[0]);
    if (!Number.isInteger(major)) {
      throw new StoreUnusable(
        "corrupt",
        `${path} is a database, but not a task graph of this plugin.`,
        "Move that file away, or set PARALLEL_DATABASE_URL to another path.",
      );
    }
    if (major > SCHEMA_VERSION.major) {
      throw new StoreUnusable(
        "newer",
        `The task graph ${path} was written by version ${major}.x of this plugin; this is ${SCHEMA_VERSION.major}.x.`,
        `Update the plugin: claude plugin update parallel (version ${major}.0.0 or later), then restart Claude Code.`,
      );
    }
  });
}

/** Turns what SQLite throws into an error that says what is wrong and what to do; others pass. */
function unusable(error: unknown, path: string): unknown {
  if (error instanceof StoreUnusable) return error;
  const text = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  // A message that is not the engine's own may quote anything, so only that one is judged by its words.
  const engine = code === "ERR_SQLITE_ERROR" ? text : "";
  if (/not a database|malformed|corrupt/i.test(engine)) {
    return new StoreUnusable(
      "corrupt",
      `The task graph ${path} is damaged: ${text}.`,
      "Keep the file for inspection by moving it (with its -wal and -shm files) to another folder; the next import makes a new graph from specs/<slug>/03-tasks.json.",
      { cause: error },
    );
  }
  if (/EACCES|EROFS|EPERM|EEXIST|ENOTDIR/.test(code) || /readonly|read-only|unable to open/i.test(engine)) {
    return new StoreUnusable(
      "read-only",
      `The task graph ${path} cannot be written: ${text}.`,
      `Give this user write access to ${dirname(path)}, or set PARALLEL_DATABASE_URL=sqlite:PATH to a writable place.`,
      { cause: error },
    );
  }
  if (/locked|busy/i.test(engine)) {
    return new StoreUnusable(
      "busy",
      `The task graph ${path} stayed locked by another process for ${BUSY_TIMEOUT_MS / 1000} s.`,
      "Try again; if it stays so, end the process that holds the file.",
      { cause: error },
    );
  }
  return error;
}
