import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseSync, type DatabaseSyncInstance } from "@photostructure/sqlite";
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement, sql } from "kysely";
import { StoreUnusable } from "../../errors/store-unusable.ts";
import type { EstimatesFrom } from "../../graph/task-estimates.ts";
import type { Engine, EngineTransaction } from "../engine.ts";
import { GraphStore } from "../graph-store.ts";
import { minorVersion, needsUpgrade, notAGraph, SCHEMA_VERSION, upgrade } from "../tables/migrations.ts";
import type { Database } from "../tables/schema.ts";
import { storable } from "../tables/storable.ts";
import { freeName, OpenedFiles, refuseLeftLog } from "./opened-files.ts";
import { sqliteTransaction } from "./sqlite-transaction.ts";

/** The state of a graph whose files were moved. */
const MOVED = -1;

/** How long a writer waits for another process's transaction; they last milliseconds. */
const BUSY_TIMEOUT_MS = 15_000;

/** How long it does so inside SQLite, where this process can do nothing else. */
const BUSY_INSIDE_MS = 10;

/** Then it looks again after this time, and after longer ones up to the second, in which it answers other calls. */
const BUSY_PAUSE_MS = { first: 5, last: 40 };

/** A watcher learns of another process's commit within this time. */
const WATCH_MS = 100;

/** Pages that stay in memory: with SQLite's own 2 MB, a claim in a plan of thousands of tasks reads from the file. */
const CACHE_KIB = 8_192;

/**
 * Statements are kept, because preparing one takes longer than executing it. There are some sixty, and one for each
 * number of rows that an import inserts at once.
 */
const MAX_PREPARED = 500;

/** @throws what SQLite throws, as an error that says what is wrong with the graph at `path`. */
function attemptAt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw unusable(error, path);
  }
}

/** Presents the driver's statements with the few methods that Kysely asks of a SQLite library. */
export function forKysely(db: DatabaseSyncInstance, path: string): SqliteDatabase {
  const attempt = <T>(work: () => T): T => attemptAt(path, work);
  const prepare = (query: string): SqliteStatement => {
    const statement = attempt(() => db.prepare(query));
    const bound = (values: readonly unknown[]) => values.map(storable) as Parameters<typeof statement.all>;
    return {
      reader: statement.columns().length > 0,
      all: (values) => attempt(() => statement.all(...bound(values))),
      run: (values) =>
        attempt(() => statement.run(...bound(values))) as {
          changes: number | bigint;
          lastInsertRowid: number | bigint;
        },
      iterate: (values) => statement.iterate(...bound(values)) as IterableIterator<unknown>,
    };
  };
  const prepared = new Map<string, SqliteStatement>();
  return {
    close: () => db.close(),
    prepare(query) {
      const known = prepared.get(query);
      if (known) return known;
      const statement = prepare(query);
      if (prepared.size === MAX_PREPARED) prepared.clear();
      prepared.set(query, statement);
      return statement;
    },
  };
}

/**
 * Opens the graph at `path`, creating folder (mode 0700) and file (0600) when `create` is set.
 * @returns undefined when there is no database and `create` is not set.
 * @throws StoreUnusable when the file is corrupt, of a newer major version, not writable, or gone without its log.
 */
export async function openSqlite(
  path: string,
  create: boolean,
  estimatesFrom: EstimatesFrom,
): Promise<GraphStore | undefined> {
  if (!existsSync(path)) {
    refuseLeftLog(path);
    if (!create) return undefined;
    prepareFolder(path);
  }
  let db: DatabaseSyncInstance | undefined;
  try {
    // SQLite gives the files that it puts beside the database the mode that this one has by then.
    writeFileSync(path, "", { flag: "a", mode: 0o600 });
    db = new DatabaseSync(path);
    db.exec(`pragma busy_timeout = ${BUSY_INSIDE_MS}`);
    const opened = db;
    await inItsTurn(() => attemptAt(path, () => opened.exec("pragma journal_mode = wal")));
    db.exec("pragma synchronous = full");
    db.exec(`pragma cache_size = -${CACHE_KIB}`);
    db.exec("pragma foreign_keys = on");
    const statements = forKysely(db, path);
    const kysely = new Kysely<Database>({ dialect: new SqliteDialect({ database: statements }) });
    await ensureSchema(kysely, statements, path);
    if (process.platform !== "win32") chmodSync(path, 0o600);
    return new GraphStore(engineOf(db, path, kysely, statements), estimatesFrom);
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

/** Changes with every commit of another connection, and is read from shared memory: cheap enough to ask often. */
function dataVersionOf(statements: SqliteDatabase): number {
  return (statements.prepare("pragma data_version").all([])[0] as { data_version: number }).data_version;
}

function engineOf(
  db: DatabaseSyncInstance,
  path: string,
  kysely: Kysely<Database>,
  statements: SqliteDatabase,
): Engine {
  // Several sessions may miss it at once, so each has a copy of its own.
  const files = new OpenedFiles(path, () => copyTo(`${path}.moved-${process.pid}.backup`, db));
  // Whoever compares it asks the database next, and is told.
  const dataVersion = () => (files.areInPlace ? dataVersionOf(statements) : MOVED);
  return {
    async read(work) {
      files.refuseMoved();
      return inTransaction(statements, "begin", (version) =>
        work(sqliteTransaction(statements, kysely, version)),
      );
    },
    async write(work) {
      files.refuseMoved();
      return inTransaction(statements, "begin immediate", async (version) => {
        const result = await work(sqliteTransaction(statements, kysely, version));
        // It may have waited long for its turn.
        if (!files.areInPlace) throw files.movedAway();
        return result;
      });
    },
    state: () => inItsTurn(dataVersion),
    watch(wake) {
      let seen: number | undefined;
      const look = () => {
        try {
          const before = seen;
          seen = dataVersion();
          return seen !== before;
        } catch {
          // Whoever is woken asks the database and gets the error as an answer; thrown here it would end the server.
          return true;
        }
      };
      look();
      const timer = setInterval(() => {
        if (look()) wake();
      }, WATCH_MS);
      return () => clearInterval(timer);
    },
    async close() {
      // The driver leaves the log behind. Emptied it does no harm to a graph that is moved or replaced later, and one that
      // is copied without it is whole; what is not in its place keeps what it has.
      try {
        files.refuseMoved();
        db.exec("pragma wal_checkpoint(truncate)");
      } catch {
        // The log stays, with all that is in it.
      }
      await kysely.destroy();
    },
  };
}

/**
 * Begun and ended past the query builder, which would send a plain `begin`: that fails at once where another process
 * writes, instead of waiting for it.
 */
async function inTransaction<T>(
  statements: SqliteDatabase,
  begin: "begin" | "begin immediate",
  work: (dataVersion: number) => Promise<T>,
): Promise<T> {
  const run = (command: string) => statements.prepare(command).run([]);
  const rollBack = () => {
    // An error of the database may have ended the transaction already.
    try {
      run("rollback");
    } catch {
      // What failed first says more.
    }
  };
  // A plain `begin` locks nothing: it is the first reading that has to wait.
  const version = await inItsTurn(() => {
    run(begin);
    try {
      return dataVersionOf(statements);
    } catch (error) {
      rollBack();
      throw error;
    }
  });
  try {
    const result = await work(version);
    run("commit");
    return result;
  } catch (error) {
    rollBack();
    throw error;
  }
}

/** Runs `work` again until no other process holds the database, for at most `BUSY_TIMEOUT_MS`. */
async function inItsTurn<T>(work: () => T): Promise<T> {
  const giveUpMs = performance.now() + BUSY_TIMEOUT_MS;
  for (let pauseMs = BUSY_PAUSE_MS.first; ; pauseMs = Math.min(2 * pauseMs, BUSY_PAUSE_MS.last)) {
    try {
      return work();
    } catch (error) {
      const isBusy = error instanceof StoreUnusable && error.problem === "busy";
      if (!isBusy || performance.now() >= giveUpMs) throw error;
      await sleep(pauseMs);
    }
  }
}

/** Runs `work` on one snapshot of a database that is only looked at. */
export function readSqlite<T>(
  db: Kysely<Database>,
  statements: SqliteDatabase,
  work: (transaction: EngineTransaction) => Promise<T>,
): Promise<T> {
  return inTransaction(statements, "begin", () => work(sqliteTransaction(statements, db, undefined)));
}

async function ensureSchema(db: Kysely<Database>, statements: SqliteDatabase, path: string): Promise<void> {
  const storedMinor = (reader: Kysely<Database>) => minorVersion(reader, hasTable, path);
  if (!needsUpgrade(await inTransaction(statements, "begin", () => storedMinor(db)))) return;
  await inTransaction(statements, "begin immediate", async () => {
    // Another process may have done it while this one waited for its turn.
    const minor = await storedMinor(db);
    if (!needsUpgrade(minor)) return;
    if (minor !== undefined) backUp(path, minor);
    else if (await hasTable(db)) throw notAGraph(path);
    await upgrade(db, "sqlite", minor);
  });
}

/** Whether the file has that table, or any at all. */
export async function hasTable(db: Kysely<Database>, name?: string): Promise<boolean> {
  const { rows } = await sql<{ name: string }>`select name from sqlite_master where type = 'table'`.execute(
    db,
  );
  return name === undefined ? rows.length > 0 : rows.some((row) => row.name === name);
}

/**
 * Copies the graph as it is before its upgrade, beside the file; an older copy is kept. The caller holds the write
 * lock, so the copy (made by a second connection, as SQLite allows no copy inside a transaction) has every commit.
 */
function backUp(path: string, minor: number): void {
  const db = new DatabaseSync(path);
  try {
    copyTo(`${path}.${SCHEMA_VERSION.major}.${minor}.backup`, db);
  } finally {
    db.close();
  }
}

/** @returns where it is: that name, or the first free one of that kind. */
function copyTo(name: string, db: DatabaseSyncInstance): string {
  const partial = `${name}.partial`;
  rmSync(partial, { force: true });
  db.prepare("vacuum into ?").run(partial);
  if (process.platform !== "win32") chmodSync(partial, 0o600);
  const free = freeName(name);
  renameSync(partial, free);
  return free;
}

/** The file does not hold what was written to it. */
export function corrupt(path: string, why: string, cause?: unknown): StoreUnusable {
  return new StoreUnusable(
    "corrupt",
    `The task graph ${path} is damaged: ${why}.`,
    "Keep the file for inspection by moving it (with its -wal and -shm files) to another folder; the next import makes a new graph from specs/NAME/03-tasks.json.",
    { cause },
  );
}

/** The folder of a file, or the first one above it that exists. */
function nearestFolder(path: string): string {
  const folder = dirname(path);
  return existsSync(folder) || folder === dirname(folder) ? folder : nearestFolder(folder);
}

/** Turns what SQLite throws into an error that says what is wrong and what to do; others pass. */
export function unusable(error: unknown, path: string): unknown {
  if (error instanceof StoreUnusable) return error;
  const text = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  // A message that is not the engine's own may quote anything, so only that one is judged by its words.
  const engine = code === "ERR_SQLITE_ERROR" ? text : "";
  if (/not a database|malformed|corrupt/i.test(engine)) {
    return corrupt(path, text, error);
  }
  if (/EACCES|EROFS|EPERM|EEXIST|ENOTDIR/.test(code) || /readonly|read-only|unable to open/i.test(engine)) {
    return new StoreUnusable(
      "read-only",
      `The task graph ${path} cannot be written: ${text}.`,
      `Give this user write access to ${nearestFolder(path)} and what is in it, or set PARALLEL_DATABASE_URL=sqlite:PATH to a writable place.`,
      { cause: error },
    );
  }
  if (/disk is full|disk I\/O error/i.test(engine) || code === "ENOSPC") {
    return new StoreUnusable(
      "read-only",
      `The task graph ${path} cannot be written: ${text}.`,
      `Make room on the disk of ${nearestFolder(path)}, then try again. Nothing was changed.`,
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
