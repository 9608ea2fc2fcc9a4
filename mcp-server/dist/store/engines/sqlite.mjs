// import:node:fs in store/engines/sqlite.mjs
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";

// import:node:path in store/engines/sqlite.mjs
import { basename, dirname, join } from "node:path";

// import:node:timers/promises in store/engines/sqlite.mjs
import { setTimeout } from "node:timers/promises";

// import:lib/photostructure-sqlite.mjs in store/engines/sqlite.mjs
import { DatabaseSync } from "../../lib/photostructure-sqlite.mjs";

// import:lib/kysely.mjs in store/engines/sqlite.mjs
import { Kysely, SqliteDialect, sql } from "../../lib/kysely.mjs";

// import:errors.mjs in store/engines/sqlite.mjs
import { StoreUnusable } from "../../errors.mjs";

// import:store.mjs in store/engines/sqlite.mjs
import { GraphStore } from "../../store.mjs";

// import:store/tables.mjs in store/engines/sqlite.mjs
import { SCHEMA_VERSION, minorVersion, needsUpgrade, notAGraph, storable, upgrade } from "../tables.mjs";

// import:store/engines.mjs in store/engines/sqlite.mjs
import { OpenedFiles, freeName, refuseLeftLog, sqliteTransaction } from "../engines.mjs";

// mcp-server/src/store/engines/sqlite.ts
var MOVED = -1;
var BUSY_TIMEOUT_MS = 15e3;
var BUSY_INSIDE_MS = 10;
var BUSY_PAUSE_MS = { first: 5, last: 40 };
var WATCH_MS = 100;
var CACHE_KIB = 8192;
var MAX_PREPARED = 500;
function attemptAt(path, work) {
  try {
    return work();
  } catch (error) {
    throw unusable(error, path);
  }
}
function forKysely(db, path) {
  const attempt = (work) => attemptAt(path, work);
  const prepare = (query) => {
    const statement = attempt(() => db.prepare(query));
    const bound = (values) => values.map(storable);
    return {
      reader: statement.columns().length > 0,
      all: (values) => attempt(() => statement.all(...bound(values))),
      run: (values) => attempt(() => statement.run(...bound(values))),
      iterate: (values) => statement.iterate(...bound(values))
    };
  };
  const prepared = /* @__PURE__ */ new Map();
  return {
    close: () => db.close(),
    prepare(query) {
      const known = prepared.get(query);
      if (known) return known;
      const statement = prepare(query);
      if (prepared.size === MAX_PREPARED) prepared.clear();
      prepared.set(query, statement);
      return statement;
    }
  };
}
async function openSqlite(path, create, estimatesFrom) {
  if (!existsSync(path)) {
    refuseLeftLog(path);
    if (!create) return void 0;
    prepareFolder(path);
  }
  let db;
  try {
    writeFileSync(path, "", { flag: "a", mode: 384 });
    db = new DatabaseSync(path);
    db.exec(`pragma busy_timeout = ${BUSY_INSIDE_MS}`);
    const opened = db;
    await inItsTurn(() => attemptAt(path, () => opened.exec("pragma journal_mode = wal")));
    db.exec("pragma synchronous = full");
    db.exec(`pragma cache_size = -${CACHE_KIB}`);
    db.exec("pragma foreign_keys = on");
    const statements = forKysely(db, path);
    const kysely = new Kysely({ dialect: new SqliteDialect({ database: statements }) });
    await ensureSchema(kysely, statements, path);
    if (process.platform !== "win32") chmodSync(path, 384);
    return new GraphStore(engineOf(db, path, kysely, statements), estimatesFrom);
  } catch (error) {
    db?.close();
    throw unusable(error, path);
  }
}
function prepareFolder(path) {
  const folder = dirname(path);
  try {
    mkdirSync(folder, { recursive: true, mode: 448 });
    if (basename(folder) === ".parallel") writeFileSync(join(folder, ".gitignore"), "*\n");
    writeFileSync(path, "", { flag: "a", mode: 384 });
  } catch (error) {
    throw unusable(error, path);
  }
}
function dataVersionOf(statements) {
  return statements.prepare("pragma data_version").all([])[0].data_version;
}
function engineOf(db, path, kysely, statements) {
  const files = new OpenedFiles(path, () => copyTo(`${path}.moved-${process.pid}.backup`, db));
  const dataVersion = () => files.areInPlace ? dataVersionOf(statements) : MOVED;
  return {
    async read(work) {
      files.refuseMoved();
      return inTransaction(
        statements,
        "begin",
        (version) => work(sqliteTransaction(statements, kysely, version))
      );
    },
    async write(work) {
      files.refuseMoved();
      return inTransaction(statements, "begin immediate", async (version) => {
        const result = await work(sqliteTransaction(statements, kysely, version));
        if (!files.areInPlace) throw files.movedAway();
        return result;
      });
    },
    state: () => inItsTurn(dataVersion),
    watch(wake) {
      let seen;
      const look = () => {
        try {
          const before = seen;
          seen = dataVersion();
          return seen !== before;
        } catch {
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
      try {
        files.refuseMoved();
        db.exec("pragma wal_checkpoint(truncate)");
      } catch {
      }
      await kysely.destroy();
    }
  };
}
async function inTransaction(statements, begin, work) {
  const run = (command) => statements.prepare(command).run([]);
  const rollBack = () => {
    try {
      run("rollback");
    } catch {
    }
  };
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
async function inItsTurn(work) {
  const giveUpMs = performance.now() + BUSY_TIMEOUT_MS;
  for (let pauseMs = BUSY_PAUSE_MS.first; ; pauseMs = Math.min(2 * pauseMs, BUSY_PAUSE_MS.last)) {
    try {
      return work();
    } catch (error) {
      const isBusy = error instanceof StoreUnusable && error.problem === "busy";
      if (!isBusy || performance.now() >= giveUpMs) throw error;
      await setTimeout(pauseMs);
    }
  }
}
function readSqlite(db, statements, work) {
  return inTransaction(statements, "begin", () => work(sqliteTransaction(statements, db, void 0)));
}
async function ensureSchema(db, statements, path) {
  const storedMinor = (reader) => minorVersion(reader, hasTable, path);
  if (!needsUpgrade(await inTransaction(statements, "begin", () => storedMinor(db)))) return;
  await inTransaction(statements, "begin immediate", async () => {
    const minor = await storedMinor(db);
    if (!needsUpgrade(minor)) return;
    if (minor !== void 0) backUp(path, minor);
    else if (await hasTable(db)) throw notAGraph(path);
    await upgrade(db, "sqlite", minor);
  });
}
async function hasTable(db, name) {
  const { rows } = await sql`select name from sqlite_master where type = 'table'`.execute(
    db
  );
  return name === void 0 ? rows.length > 0 : rows.some((row) => row.name === name);
}
function backUp(path, minor) {
  const db = new DatabaseSync(path);
  try {
    copyTo(`${path}.${SCHEMA_VERSION.major}.${minor}.backup`, db);
  } finally {
    db.close();
  }
}
function copyTo(name, db) {
  const partial = `${name}.partial`;
  rmSync(partial, { force: true });
  db.prepare("vacuum into ?").run(partial);
  if (process.platform !== "win32") chmodSync(partial, 384);
  const free = freeName(name);
  renameSync(partial, free);
  return free;
}
function corrupt(path, why, cause) {
  return new StoreUnusable(
    "corrupt",
    `The task graph ${path} is damaged: ${why}.`,
    "Keep the file for inspection by moving it (with its -wal and -shm files) to another folder; the next import makes a new graph from specs/NAME/03-tasks.json.",
    { cause }
  );
}
function nearestFolder(path) {
  const folder = dirname(path);
  return existsSync(folder) || folder === dirname(folder) ? folder : nearestFolder(folder);
}
function unusable(error, path) {
  if (error instanceof StoreUnusable) return error;
  const text = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const engine = code === "ERR_SQLITE_ERROR" ? text : "";
  if (/not a database|malformed|corrupt/i.test(engine)) {
    return corrupt(path, text, error);
  }
  if (/EACCES|EROFS|EPERM|EEXIST|ENOTDIR/.test(code) || /readonly|read-only|unable to open/i.test(engine)) {
    return new StoreUnusable(
      "read-only",
      `The task graph ${path} cannot be written: ${text}.`,
      `Give this user write access to ${nearestFolder(path)} and what is in it, or set PARALLEL_DATABASE_URL=sqlite:PATH to a writable place.`,
      { cause: error }
    );
  }
  if (/disk is full|disk I\/O error/i.test(engine) || code === "ENOSPC") {
    return new StoreUnusable(
      "read-only",
      `The task graph ${path} cannot be written: ${text}.`,
      `Make room on the disk of ${nearestFolder(path)}, then try again. Nothing was changed.`,
      { cause: error }
    );
  }
  if (/locked|busy/i.test(engine)) {
    return new StoreUnusable(
      "busy",
      `The task graph ${path} stayed locked by another process for ${BUSY_TIMEOUT_MS / 1e3} s.`,
      "Try again; if it stays so, end the process that holds the file.",
      { cause: error }
    );
  }
  return error;
}
export {
  corrupt,
  forKysely,
  hasTable,
  openSqlite,
  readSqlite,
  unusable
};
