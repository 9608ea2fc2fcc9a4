import { createHash } from "node:crypto";
import { CompiledQuery, Kysely, PostgresDialect, type PostgresPoolClient, sql } from "kysely";
import pg from "pg";
import { StoreUnusable } from "../../errors/store-unusable.ts";
import type { EstimatesFrom } from "../../graph/task-estimates.ts";
import type { Engine, EngineTransaction } from "../engine.ts";
import { GraphStore } from "../graph-store.ts";
import { minorVersion, needsUpgrade, upgrade } from "../tables/migrations.ts";
import type { Database } from "../tables/schema.ts";
import { storable } from "../tables/storable.ts";
import { PostgresListener } from "./postgres-listener.ts";
import { NOW_MS, postgresTransaction, SCHEMA } from "./postgres-transaction.ts";

const CONNECT_TIMEOUT_MS = 5_000;
/** How long a writer waits for another process's transaction; they last milliseconds. */
const LOCK_TIMEOUT_MS = 15_000;
/** A process whose host died in its transaction holds up the others for no longer than this. */
const IDLE_TIMEOUT_MS = 30_000;
/** A call whose connection went silent fails; longer than a writer may wait. */
const ANSWER_TIMEOUT_MS = 60_000;
/** After a host did not answer, every further call fails at once for this long: no session waits at each tool call. */
const OUT_OF_REACH_MS = 10_000;
/** A watcher whose notification was missed looks by itself. */
const SLOW_POLL_MS = 2_000;

/**
 * The graph of one repository in a PostgreSQL database that several machines may share.
 *
 * Writers of one repository run one at a time, by an advisory lock that every write transaction takes first. Rows
 * locked with SKIP LOCKED would let more of them in, but a claim decides over the whole plan (its needs, its cap,
 * its roles) and over the scopes of all plans of a checkout: two that looked at the same time would each miss the
 * other. The lock is to PostgreSQL what BEGIN IMMEDIATE is to SQLite, and writers of other repositories pass.
 */
export class PostgresGraph {
  readonly #config: pg.ClientConfig;
  readonly #place: Place;
  readonly #pool: pg.Pool;
  readonly #db: Kysely<Database>;
  readonly #repository: string;
  #outOfReach: { readonly error: unknown; readonly untilMs: number } | undefined;
  #store: GraphStore | undefined;

  /**
   * Connects with the first use.
   * @param heard is told what the database says that the time is, each time that it says so.
   */
  constructor(
    url: string,
    repository: string,
    private readonly estimatesFrom: EstimatesFrom,
    private readonly heard: (nowMs: number) => void = () => undefined,
  ) {
    this.#repository = repository;
    this.#config = {
      connectionString: url,
      application_name: "parallel",
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      keepAlive: true,
      types: { getTypeParser },
    };
    // What the address leaves out, the client takes from the environment; it knows what it will use.
    const { host, port, database, user } = new pg.Client(this.#config);
    this.#place = { host, port, database, user };
    // The store runs one transaction at a time, so a second connection would never be used.
    this.#pool = new pg.Pool({ ...this.#config, max: 1, allowExitOnIdle: true });
    // A connection that breaks says so to the query that needs it, or is dropped by the pool when it is idle. Said to
    // nobody, it would end the server.
    this.#pool.on("error", () => undefined);
    this.#pool.on("connect", (client) => client.on("error", () => undefined));
    const dialect = new PostgresDialect({
      pool: { connect: () => this.#connect(), end: () => this.#pool.end() },
    });
    this.#db = new Kysely<Database>({ dialect }).withSchema(SCHEMA);
  }

  /**
   * @returns undefined when the database holds no graph and `create` is not set.
   * @throws StoreUnusable when it cannot be reached or used, or was made by a newer major version.
   */
  async open(create: boolean): Promise<GraphStore | undefined> {
    if (this.#store) return this.#store;
    const minor = await this.#storedMinor(this.#db);
    if (minor === undefined && !create) return undefined;
    if (needsUpgrade(minor)) await this.#upgrade();
    await this.#askTheTime();
    this.#store = new GraphStore(this.#engine(), this.estimatesFrom);
    return this.#store;
  }

  /** Before anything is reckoned with it; later every reading tells it. */
  async #askTheTime(): Promise<void> {
    const { rows } = await sql<{ now: number }>`select ${sql.raw(NOW_MS)} as now`.execute(this.#db);
    for (const { now } of rows) this.heard(now);
  }

  /** The database as it is, for looking only: nothing is made and nothing upgraded. */
  async inspect(): Promise<{ db: Kysely<Database>; place: string; minor: number | undefined }> {
    return {
      db: this.#db,
      place: addressOf(this.#place),
      minor: await this.#storedMinor(this.#db),
    };
  }

  /** Ends the connection for good. */
  close(): Promise<void> {
    return this.#db.destroy();
  }

  #storedMinor(db: Kysely<Database>): Promise<number | undefined> {
    return minorVersion(db, hasTable, addressOf(this.#place));
  }

  /** In one transaction; a copy to go back to is made by whoever administers the database, as of all its tables. */
  async #upgrade(): Promise<void> {
    await inTransaction(this.#db, "begin", async (tx) => {
      await tx.executeQuery(CompiledQuery.raw(lockStatement("schema")));
      // Another process may have done it while this one waited for its turn.
      const minor = await this.#storedMinor(tx);
      if (!needsUpgrade(minor)) return;
      // `if not exists` would ask for the right to create schemas even where an administrator has made this one.
      const { rows } = await sql`select 1 from pg_catalog.pg_namespace where nspname = ${SCHEMA}`.execute(tx);
      if (rows.length === 0) await tx.schema.createSchema(SCHEMA).execute();
      await upgrade(tx, "postgres", minor);
    });
  }

  #engine(): Engine {
    const lock = `repository ${this.#repository}`;
    const channel = `parallel_${lockKey(lock).toString().replace("-", "m")}`;
    const listener = new PostgresListener(() => new pg.Client(this.#config), channel);
    const begin = `begin isolation level read committed; ${BY_INDEX}; ${lockStatement(lock)}`;
    return {
      read: (work) => readPostgres(this.#db, work, this.heard),
      // Beginning and waiting for the lock are one message. Each statement after it sees what was committed before it.
      write: (work) =>
        inTransaction(this.#db, begin, (db) => work(postgresTransaction(db, channel, this.heard))),
      state: async () => {
        const row = await this.#db
          .selectFrom("events")
          .select((e) => e.fn.max("seq").as("seq"))
          .executeTakeFirst();
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
      close: () => this.#db.destroy(),
    };
  }

  async #connect(): Promise<PostgresPoolClient> {
    if (this.#outOfReach && this.#outOfReach.untilMs > Date.now()) throw this.#outOfReach.error;
    this.#outOfReach = undefined;
    try {
      return reliable(await this.#pool.connect(), this.#place);
    } catch (error) {
      const failure = unusable(error, this.#place);
      if (timedOut(error)) this.#outOfReach = { error: failure, untilMs: Date.now() + OUT_OF_REACH_MS };
      throw failure;
    }
  }
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly database: string | undefined;
  readonly user: string | undefined;
}

/** The database as messages name it: never with a password. */
function addressOf({ host, port, database, user }: Place): string {
  return `postgres://${user ?? ""}@${host}:${port}/${database ?? ""}`;
}

/** 64-bit integers (times, sequence numbers, counts) are numbers here: none comes near the 53 bits of one. */
function getTypeParser(...[type, format]: Parameters<typeof pg.types.getTypeParser>) {
  return type === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(type, format);
}

/** A connection that is not used again after it fell silent, takes every string, and says what to do when it fails. */
function reliable(client: pg.PoolClient, place: Place): PostgresPoolClient {
  let silent: unknown;
  const query = async (text: string, values: readonly unknown[]) => {
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
    query: query as unknown as PostgresPoolClient["query"],
    release: () => client.release(silent !== undefined),
  };
}

/** Asks the catalogue's tables: `to_regclass` may answer from a cache that is older than the lock just taken. */
async function hasTable(db: Kysely<Database>, name: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from pg_catalog.pg_tables where schemaname = ${SCHEMA} and tablename = ${name}`.execute(db);
  return rows.length > 0;
}

/**
 * Every question has its index. Before a table has statistics, the planner takes nearly all claims for those that hold
 * their scope, and would read them all at each call.
 */
const BY_INDEX = "set local enable_seqscan = off";

/**
 * Takes a lock that is held until the transaction ends. The time-outs belong to the transaction too, so that poolers
 * keep them apart. It holds nothing but numbers: sent with `begin` as one message, it can have no parameters.
 */
function lockStatement(name: string): string {
  return `select set_config('lock_timeout', '${LOCK_TIMEOUT_MS}', true),
    set_config('idle_in_transaction_session_timeout', '${IDLE_TIMEOUT_MS}', true),
    pg_advisory_xact_lock(${lockKey(name)}::bigint)`;
}

async function inTransaction<T>(
  db: Kysely<Database>,
  begin: string,
  work: (db: Kysely<Database>) => Promise<T>,
): Promise<T> {
  return db.connection().execute(async (connection) => {
    const run = (command: string) => connection.executeQuery(CompiledQuery.raw(command));
    try {
      await run(begin);
      const result = await work(connection);
      await run("commit");
      return result;
    } catch (error) {
      // A connection that broke has ended its transaction by itself, and what failed first says more.
      await run("rollback").catch(() => undefined);
      throw error;
    }
  });
}

/** Runs `work` on one snapshot; it waits for no writer. */
export function readPostgres<T>(
  db: Kysely<Database>,
  work: (transaction: EngineTransaction) => Promise<T>,
  heard: (nowMs: number) => void = () => undefined,
): Promise<T> {
  const begin = `begin isolation level repeatable read read only; ${BY_INDEX}`;
  return inTransaction(db, begin, (connection) => work(postgresTransaction(connection, "", heard)));
}

/** Advisory locks are named by numbers that the whole database shares. */
function lockKey(name: string): bigint {
  return createHash("sha256").update(`parallel ${name}`).digest().readBigInt64BE();
}

function timedOut(error: unknown): boolean {
  return error instanceof Error && /timeout/i.test(error.message) && !("severity" in error);
}

/** Turns what PostgreSQL and its client throw into an error that says what is wrong and what to do; others pass. */
function unusable(error: unknown, place: Place): unknown {
  if (!(error instanceof Error)) return error;
  const code = "code" in error ? String(error.code) : "";
  const text = error.message;
  const server = `PostgreSQL at ${place.host}:${place.port}`;
  const fail = (problem: StoreUnusable["problem"], message: string, remedy: string) =>
    new StoreUnusable(problem, message, remedy, { cause: error });
  if (code === "28P01" || code === "28000" || /client password must be/.test(text)) {
    return fail(
      "refused",
      `${server} does not let the user ${place.user} in: ${text}.`,
      "Correct user and password in PARALLEL_DATABASE_URL (special characters percent-encoded), or leave the password out and set PGPASSWORD or ~/.pgpass; then restart Claude Code.",
    );
  }
  if (code === "3D000") {
    return fail(
      "refused",
      `${server} has no database ${place.database}.`,
      `Create it (createdb ${place.database}), or name another in PARALLEL_DATABASE_URL.`,
    );
  }
  if (code === "42501") {
    return fail(
      "refused",
      `The user ${place.user} lacks a right in the database ${place.database} of ${server}: ${text}.`,
      `As its owner: create schema ${SCHEMA} authorization "${place.user}"; if the schema is there already, grant its owner's role to that user.`,
    );
  }
  if (code === "25006") {
    return fail(
      "read-only",
      `${server} is read-only, for example a standby.`,
      "Name the primary server in PARALLEL_DATABASE_URL.",
    );
  }
  if (code === "55P03") {
    return fail(
      "busy",
      `The task graph ${addressOf(place)} stayed locked by another process for ${LOCK_TIMEOUT_MS / 1000} s.`,
      "Try again; if it stays so, look for a hanging transaction in pg_stat_activity.",
    );
  }
  if (isConnectionProblem(code, text)) {
    return fail(
      "unreachable",
      `${server} cannot be reached: ${text || code}.`,
      "Start it, or correct host and port in PARALLEL_DATABASE_URL and restart Claude Code; unset, the graph lies inside the repository.",
    );
  }
  return error;
}

/** The network's errors, and PostgreSQL's own of the classes 08 (connection), 53 (resources) and 57P (shutdown). */
function isConnectionProblem(code: string, text: string): boolean {
  return (
    /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EHOST|ENET|EPIPE|ENOENT|EACCES|08|53|57P)/.test(code) ||
    /timeout|Connection terminated|connection error|SSL/i.test(text)
  );
}
