// import:node:crypto in store/engines/postgres.mjs
import { createHash } from "node:crypto";

// import:lib/kysely.mjs in store/engines/postgres.mjs
import { CompiledQuery, Kysely, PostgresDialect, sql } from "../../lib/kysely.mjs";

// import:lib/pg.mjs in store/engines/postgres.mjs
import { default as default2 } from "../../lib/pg.mjs";

// import:errors.mjs in store/engines/postgres.mjs
import { StoreUnusable } from "../../errors.mjs";

// import:store.mjs in store/engines/postgres.mjs
import { GraphStore } from "../../store.mjs";

// import:store/tables.mjs in store/engines/postgres.mjs
import { minorVersion, needsUpgrade, storable, upgrade } from "../tables.mjs";

// import:store/engines.mjs in store/engines/postgres.mjs
import { NOW_MS, PostgresListener, SCHEMA, postgresTransaction } from "../engines.mjs";

// mcp-server/src/store/engines/postgres.ts
var CONNECT_TIMEOUT_MS = 5e3;
var LOCK_TIMEOUT_MS = 15e3;
var IDLE_TIMEOUT_MS = 3e4;
var ANSWER_TIMEOUT_MS = 6e4;
var OUT_OF_REACH_MS = 1e4;
var SLOW_POLL_MS = 2e3;
var PostgresGraph = class {
  /**
   * Connects with the first use.
   * @param heard is told what the database says that the time is, each time that it says so.
   */
  constructor(url, repository, estimatesFrom, heard = () => void 0) {
    this.estimatesFrom = estimatesFrom;
    this.heard = heard;
    this.#repository = repository;
    this.#config = {
      connectionString: url,
      application_name: "parallel",
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      keepAlive: true,
      types: { getTypeParser }
    };
    const { host, port, database, user } = new default2.Client(this.#config);
    this.#place = { host, port, database, user };
    this.#pool = new default2.Pool({ ...this.#config, max: 1, allowExitOnIdle: true });
    this.#pool.on("error", () => void 0);
    this.#pool.on("connect", (client) => client.on("error", () => void 0));
    const dialect = new PostgresDialect({
      pool: { connect: () => this.#connect(), end: () => this.#pool.end() }
    });
    this.#db = new Kysely({ dialect }).withSchema(SCHEMA);
  }
  estimatesFrom;
  heard;
  #config;
  #place;
  #pool;
  #db;
  #repository;
  #outOfReach;
  #store;
  /**
   * @returns undefined when the database holds no graph and `create` is not set.
   * @throws StoreUnusable when it cannot be reached or used, or was made by a newer major version.
   */
  async open(create) {
    if (this.#store) return this.#store;
    const minor = await this.#storedMinor(this.#db);
    if (minor === void 0 && !create) return void 0;
    if (needsUpgrade(minor)) await this.#upgrade();
    await this.#askTheTime();
    this.#store = new GraphStore(this.#engine(), this.estimatesFrom);
    return this.#store;
  }
  /** Before anything is reckoned with it; later every reading tells it. */
  async #askTheTime() {
    const { rows } = await sql`select ${sql.raw(NOW_MS)} as now`.execute(this.#db);
    for (const { now } of rows) this.heard(now);
  }
  /** The database as it is, for looking only: nothing is made and nothing upgraded. */
  async inspect() {
    return {
      db: this.#db,
      place: addressOf(this.#place),
      minor: await this.#storedMinor(this.#db)
    };
  }
  /** Ends the connection for good. */
  close() {
    return this.#db.destroy();
  }
  #storedMinor(db) {
    return minorVersion(db, hasTable, addressOf(this.#place));
  }
  /** In one transaction; a copy to go back to is made by whoever administers the database, as of all its tables. */
  async #upgrade() {
    await inTransaction(this.#db, "begin", async (tx) => {
      await tx.executeQuery(CompiledQuery.raw(lockStatement("schema")));
      const minor = await this.#storedMinor(tx);
      if (!needsUpgrade(minor)) return;
      const { rows } = await sql`select 1 from pg_catalog.pg_namespace where nspname = ${SCHEMA}`.execute(tx);
      if (rows.length === 0) await tx.schema.createSchema(SCHEMA).execute();
      await upgrade(tx, "postgres", minor);
    });
  }
  #engine() {
    const lock = `repository ${this.#repository}`;
    const channel = `parallel_${lockKey(lock).toString().replace("-", "m")}`;
    const listener = new PostgresListener(() => new default2.Client(this.#config), channel);
    const begin = `begin isolation level read committed; ${BY_INDEX}; ${lockStatement(lock)}`;
    return {
      read: (work) => readPostgres(this.#db, work, this.heard),
      // Beginning and waiting for the lock are one message. Each statement after it sees what was committed before it.
      write: (work) => inTransaction(this.#db, begin, (db) => work(postgresTransaction(db, channel, this.heard))),
      state: async () => {
        const row = await this.#db.selectFrom("events").select((e) => e.fn.max("seq").as("seq")).executeTakeFirst();
        return Number(row?.seq ?? 0);
      },
      watch(wake) {
        const stopListening = listener.listen(wake);
        const timer = setInterval(wake, SLOW_POLL_MS);
        return () => {
          clearInterval(timer);
          stopListening();
        };
      },
      close: () => this.#db.destroy()
    };
  }
  async #connect() {
    if (this.#outOfReach && this.#outOfReach.untilMs > Date.now()) throw this.#outOfReach.error;
    this.#outOfReach = void 0;
    try {
      return reliable(await this.#pool.connect(), this.#place);
    } catch (error) {
      const failure = unusable(error, this.#place);
      if (timedOut(error)) this.#outOfReach = { error: failure, untilMs: Date.now() + OUT_OF_REACH_MS };
      throw failure;
    }
  }
};
function addressOf({ host, port, database, user }) {
  return `postgres://${user ?? ""}@${host}:${port}/${database ?? ""}`;
}
function getTypeParser(...[type, format]) {
  return type === default2.types.builtins.INT8 ? Number : default2.types.getTypeParser(type, format);
}
function reliable(client, place) {
  let silent;
  const query = async (text, values) => {
    if (silent) throw silent;
    try {
      return await client.query(text, values.map(storable));
    } catch (error) {
      const failure = unusable(error, place);
      if (timedOut(error)) silent = failure;
      throw failure;
    }
  };
  return {
    // Kysely's type also has cursors, which it uses only when it is given a class for them.
    query,
    release: () => client.release(silent !== void 0)
  };
}
async function hasTable(db, name) {
  const { rows } = await sql`
    select 1 from pg_catalog.pg_tables where schemaname = ${SCHEMA} and tablename = ${name}`.execute(db);
  return rows.length > 0;
}
var BY_INDEX = "set local enable_seqscan = off";
function lockStatement(name) {
  return `select set_config('lock_timeout', '${LOCK_TIMEOUT_MS}', true),
    set_config('idle_in_transaction_session_timeout', '${IDLE_TIMEOUT_MS}', true),
    pg_advisory_xact_lock(${lockKey(name)}::bigint)`;
}
async function inTransaction(db, begin, work) {
  return db.connection().execute(async (connection) => {
    const run = (command) => connection.executeQuery(CompiledQuery.raw(command));
    try {
      await run(begin);
      const result = await work(connection);
      await run("commit");
      return result;
    } catch (error) {
      await run("rollback").catch(() => void 0);
      throw error;
    }
  });
}
function readPostgres(db, work, heard = () => void 0) {
  const begin = `begin isolation level repeatable read read only; ${BY_INDEX}`;
  return inTransaction(db, begin, (connection) => work(postgresTransaction(connection, "", heard)));
}
function lockKey(name) {
  return createHash("sha256").update(`parallel ${name}`).digest().readBigInt64BE();
}
function timedOut(error) {
  return error instanceof Error && /timeout/i.test(error.message) && !("severity" in error);
}
function unusable(error, place) {
  if (!(error instanceof Error)) return error;
  const code = "code" in error ? String(error.code) : "";
  const text = error.message;
  const server = `PostgreSQL at ${place.host}:${place.port}`;
  const fail = (problem, message, remedy) => new StoreUnusable(problem, message, remedy, { cause: error });
  if (code === "28P01" || code === "28000" || /client password must be/.test(text)) {
    return fail(
      "refused",
      `${server} does not let the user ${place.user} in: ${text}.`,
      "Correct user and password in PARALLEL_DATABASE_URL (special characters percent-encoded), or leave the password out and set PGPASSWORD or ~/.pgpass; then restart Claude Code."
    );
  }
  if (code === "3D000") {
    return fail(
      "refused",
      `${server} has no database ${place.database}.`,
      `Create it (createdb ${place.database}), or name another in PARALLEL_DATABASE_URL.`
    );
  }
  if (code === "42501") {
    return fail(
      "refused",
      `The user ${place.user} lacks a right in the database ${place.database} of ${server}: ${text}.`,
      `As its owner: create schema ${SCHEMA} authorization "${place.user}"; if the schema is there already, grant its owner's role to that user.`
    );
  }
  if (code === "25006") {
    return fail(
      "read-only",
      `${server} is read-only, for example a standby.`,
      "Name the primary server in PARALLEL_DATABASE_URL."
    );
  }
  if (code === "55P03") {
    return fail(
      "busy",
      `The task graph ${addressOf(place)} stayed locked by another process for ${LOCK_TIMEOUT_MS / 1e3} s.`,
      "Try again; if it stays so, look for a hanging transaction in pg_stat_activity."
    );
  }
  if (isConnectionProblem(code, text)) {
    return fail(
      "unreachable",
      `${server} cannot be reached: ${text || code}.`,
      "Start it, or correct host and port in PARALLEL_DATABASE_URL and restart Claude Code; unset, the graph lies inside the repository."
    );
  }
  return error;
}
function isConnectionProblem(code, text) {
  return /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EHOST|ENET|EPIPE|ENOENT|EACCES|08|53|57P)/.test(code) || /timeout|Connection terminated|connection error|SSL/i.test(text);
}
export {
  PostgresGraph,
  readPostgres
};
