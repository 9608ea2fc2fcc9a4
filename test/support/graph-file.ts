import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "@photostructure/sqlite";

/** Where the graph of a git repository lies. */
export function graphOf(repository: string): string {
  return join(repository, ".git", "parallel", "graph.sqlite");
}

/** One line of the event log, read without the code under test. */
export interface LogLine {
  readonly seq: number;
  readonly atMs: number;
  readonly planId: number;
  readonly task: string | null;
  readonly attempt: number | null;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

type Row = Readonly<Record<string, string | number | null>>;

/** The rows of a query on a database that other processes may be using. */
export function query(path: string, sql: string): Row[] {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    return db.prepare(sql).all() as Row[];
  } finally {
    db.close();
  }
}

/** Changes the database behind the server's back: time that passes, or damage. */
export function tamper(path: string, sql: string): void {
  const db = new DatabaseSync(path);
  try {
    db.exec("pragma busy_timeout = 5000");
    db.exec(sql);
  } finally {
    db.close();
  }
}

/** The whole event log in order; of a graph that does not exist, none. */
export function logOf(path: string): LogLine[] {
  if (!existsSync(path)) return [];
  return query(path, "select * from events order by seq").map((row) => ({
    seq: Number(row.seq),
    atMs: Number(row.at_ms),
    planId: Number(row.plan_id),
    task: row.task_id as string | null,
    attempt: row.attempt_id as number | null,
    type: String(row.type),
    data: JSON.parse(String(row.data)) as Record<string, unknown>,
  }));
}

/** `ok`, or what SQLite found wrong. */
export function integrityOf(path: string): string {
  return query(path, "pragma integrity_check")
    .map((row) => String(row.integrity_check))
    .join("\n");
}
