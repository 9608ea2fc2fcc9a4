import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "@photostructure/sqlite";
import pg from "pg";
import { afterAll, onTestFinished } from "vitest";
import { estimatesFrom } from "../../mcp-server/src/schedule/estimate.ts";
import { PostgresGraph } from "../../mcp-server/src/store/engines/postgres.ts";
import { openSqlite } from "../../mcp-server/src/store/engines/sqlite.ts";
import type { GraphStore } from "../../mcp-server/src/store/graph-store.ts";
import { REPOSITORY } from "./changes.ts";
import { type PostgresServer, startPostgres } from "./postgres-server.ts";

export const ENGINES = ["sqlite", "postgres"] as const;
export type EngineName = (typeof ENGINES)[number];

/** An empty database, gone when the test has ended. */
export interface TestDatabase {
  /** As in PARALLEL_DATABASE_URL. */
  readonly url: string;
  /** Opens the graph as one more process would; it is closed when the test has ended. */
  open(repository?: string): Promise<GraphStore>;
  /** Asks the database itself, past the store. Numbers are numbers on both engines. */
  query(sql: string): Promise<Record<string, unknown>[]>;
}

let server: Promise<PostgresServer> | undefined;

/** One PostgreSQL server for all tests of a file; started by the first that needs it. */
export function postgres(): Promise<PostgresServer> {
  server ??= startPostgres();
  return server;
}

/** To be called once by a test file that uses databases. The next file of this process starts a server of its own. */
export function stopPostgresAfterAll(): void {
  afterAll(async () => {
    const running = await server;
    server = undefined;
    await running?.stop();
  });
}

export function freshDatabase(engine: EngineName): Promise<TestDatabase> {
  return engine === "sqlite" ? freshSqlite() : freshPostgres();
}

async function freshSqlite(): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), "parallel-store-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "graph.sqlite");
  return {
    url: `sqlite:${path}`,
    open: async () => closedAfterTest(await openSqlite(path, true, estimatesFrom)),
    query: async (sql) => {
      const db = new DatabaseSync(path);
      try {
        return db.prepare(sql).all() as Record<string, unknown>[];
      } finally {
        db.close();
      }
    },
  };
}

async function freshPostgres(): Promise<TestDatabase> {
  const { url: adminUrl } = await postgres();
  const name = `test_${randomBytes(6).toString("hex")}`;
  await asAdmin(adminUrl, `create database ${name}`);
  onTestFinished(() => asAdmin(adminUrl, `drop database ${name} with (force)`).then(() => undefined));
  const url = databaseUrl(adminUrl, name);
  return {
    url,
    open: async (repository = REPOSITORY) =>
      closedAfterTest(await new PostgresGraph(url, repository, estimatesFrom).open(true)),
    query: (sql) => asAdmin(url, `set search_path to parallel; ${sql}`),
  };
}

/** The address of another database of the same server. */
export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

/** Rows of the last statement. */
export async function asAdmin(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({
    connectionString: url,
    types: {
      getTypeParser: (...[type, format]: Parameters<typeof pg.types.getTypeParser>) =>
        type === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(type, format),
    },
  });
  await client.connect();
  try {
    const results = await client.query(sql);
    const last = Array.isArray(results) ? results.at(-1) : results;
    return last.rows;
  } finally {
    await client.end();
  }
}

function closedAfterTest(store: GraphStore | undefined): GraphStore {
  if (!store) throw new Error("the graph was not created");
  onTestFinished(() => store.close());
  return store;
}
