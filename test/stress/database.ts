import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "@photostructure/sqlite";
import pg from "pg";
import {
  type OwnPostgresServer,
  type PostgresServer,
  startOwnPostgres,
  startPostgres,
} from "../store/postgres-server.ts";
import type { DatabaseState, LoggedEvent, Row } from "./evidence.ts";

export const ENGINES = ["sqlite", "postgres"] as const;
export type Engine = (typeof ENGINES)[number];

/** The database of one run. */
export interface RunDatabase {
  /** What the servers are told of it; nothing where they find it by themselves. */
  readonly env: Readonly<Record<string, string>>;
  /** Reads all of it, when nobody writes any more. */
  read(): Promise<DatabaseState>;
  remove(): Promise<void>;
}

/** @param checkout the git repository whose graph it is. */
export async function databaseFor(engine: Engine, checkout: string): Promise<RunDatabase> {
  return engine === "sqlite" ? sqliteIn(checkout) : databaseOn(await startPostgres());
}

function sqliteIn(checkout: string): RunDatabase {
  return {
    env: {},
    async read() {
      const db = new DatabaseSync(join(checkout, ".git", "parallel", "graph.sqlite"));
      try {
        const all = (sql: string) => db.prepare(sql).all() as Row[];
        const problems = [...all("pragma integrity_check"), ...all("pragma foreign_key_check")];
        const said = problems.map((row) => Object.values(row).join(" ")).join("; ");
        return await stateOf(async (table, order) => all(`select * from ${table} order by ${order}`), said);
      } finally {
        db.close();
      }
    },
    remove: async () => undefined,
  };
}

/** A database of a server of its own, which may be ended and started again. */
export type CrashingDatabase = RunDatabase & Pick<OwnPostgresServer, "crash">;

export async function crashingDatabase(): Promise<CrashingDatabase> {
  const server = await startOwnPostgres();
  return { ...(await databaseOn(server)), crash: server.crash };
}

async function databaseOn(server: PostgresServer): Promise<RunDatabase> {
  const name = `stress_${randomBytes(6).toString("hex")}`;
  await query(server.url, [`create database ${name}`]);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return {
    env: { PARALLEL_DATABASE_URL: url.href },
    async read() {
      const integrity = await postgresIntegrity(url.href);
      const all = (table: string, order: string) =>
        query(url.href, [`select * from parallel.${table} order by ${order}`]);
      return stateOf(all, integrity);
    },
    async remove() {
      await query(server.url, [`drop database ${name} with (force)`]);
      await server.stop();
    },
  };
}

/** Every index against its table, by PostgreSQL's own extension for that. */
async function postgresIntegrity(url: string): Promise<string> {
  const checks = `select bt_index_check(index => indexrelid, heapallindexed => true) from pg_index
    join pg_class on pg_class.oid = indrelid
    where relnamespace = 'parallel'::regnamespace`;
  try {
    const checked = await query(url, ["create extension amcheck", checks]);
    return checked.length > 0 ? "ok" : "no index was checked";
  } catch (error) {
    return String(error);
  }
}

async function stateOf(
  all: (table: string, order: string) => Promise<Row[]>,
  integrity: string,
): Promise<DatabaseState> {
  return {
    events: (await all("events", "seq")).map(eventOf),
    plans: await all("plans", "id"),
    tasks: await all("tasks", "plan_id, id"),
    claims: await all("claims", "id"),
    integrity,
  };
}

function eventOf(row: Row): LoggedEvent {
  return {
    seq: Number(row.seq),
    atMs: Number(row.at_ms),
    planId: Number(row.plan_id),
    task: row.task_id === null ? null : String(row.task_id),
    attempt: row.attempt_id === null ? null : Number(row.attempt_id),
    type: String(row.type),
    data: JSON.parse(String(row.data)),
  };
}

/** Runs the statements one after another; the rows of the last. */
async function query(url: string, statements: readonly string[]): Promise<Row[]> {
  const client = new pg.Client({
    connectionString: url,
    types: {
      getTypeParser: (...[type, format]: Parameters<typeof pg.types.getTypeParser>) =>
        type === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(type, format),
    },
  });
  await client.connect();
  try {
    let rows: Row[] = [];
    for (const statement of statements) rows = (await client.query<Row>(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}
