import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, type DatabaseSyncInstance } from "@photostructure/sqlite";
import { expect, it, onTestFinished } from "vitest";
import type { PlanGraph } from "../../mcp-server/src/graph/plan-graph.ts";
import type { TaskId } from "../../mcp-server/src/graph/task.ts";
import { estimatesFrom } from "../../mcp-server/src/schedule/estimate.ts";
import { openSqlite } from "../../mcp-server/src/store/engines/sqlite.ts";
import { IS_INDEXED } from "../../mcp-server/src/store/tables/indexed-events.ts";
import { claim, completed, NOW, started } from "./changes.ts";
import { freshDatabase, stopPostgresAfterAll } from "./databases.ts";
import session from "./fixtures/session-1.0.json" with { type: "json" };
import { OtherProcess } from "./other-process.ts";

stopPostgresAfterAll();

const TABLES = ["plans", "tasks", "claims", "events"];
const GRAPH_1_0 = readFileSync(join(import.meta.dirname, "fixtures", "graph-1.0.sql"), "utf8");

/** A database as version 1.0 left it. */
function graphOfVersion1_0(): string {
  const folder = mkdtempSync(join(tmpdir(), "parallel-store-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "graph.sqlite");
  make(path);
  return path;
}

function make(path: string): void {
  inFile(path, (db) => {
    db.exec("pragma journal_mode = wal");
    db.exec(GRAPH_1_0);
  });
}

function inFile<T>(path: string, work: (db: DatabaseSyncInstance) => T): T {
  const db = new DatabaseSync(path);
  try {
    return work(db);
  } finally {
    db.close();
  }
}

function versionOf(path: string): unknown {
  return inFile(path, (db) => db.prepare("select value from meta where key = 'schema'").get())?.value;
}

function contents(path: string): unknown[] {
  return inFile(path, (db) => TABLES.map((table) => db.prepare(`select * from ${table}`).all()));
}

async function opened(path: string) {
  const store = await openSqlite(path, false, estimatesFrom);
  if (!store) throw new Error("no graph");
  onTestFinished(() => store.close());
  return store;
}

async function graphIn(path: string): Promise<PlanGraph> {
  const store = await opened(path);
  return store.read(async (reader) => {
    const plan = await reader.plan(".", "shop");
    if (!plan) throw new Error("no plan");
    return reader.graph(plan);
  });
}

it("the upgrade of a graph of version 1.0 keeps everything in it, and work goes on in it", async () => {
  const path = graphOfVersion1_0();
  const before = contents(path);
  const store = await opened(path);
  expect(versionOf(path)).toBe("1.11");
  // Columns that are new are beside what was there.
  expect(contents(path)).toMatchObject(before);
  const questions = [
    ["events where plan_id = 1 and seq > 3 order by seq", "events_order"],
    [
      `events where plan_id = 1 and type in ('attempt.ended') and ${IS_INDEXED} order by +seq`,
      "events_by_type",
    ],
    ["claims where agent_id = 'a'", "claims_by_agent"],
  ];
  for (const [question, index] of questions) {
    const plan = inFile(path, (db) => db.prepare(`explain query plan select * from ${question}`).all());
    expect(JSON.stringify(plan)).toContain(index);
  }

  await store.write(
    () => NOW,
    "main",
    async (tx) => {
      await tx.append(1, ...completed("price", 2 as Parameters<typeof completed>[1]));
      await tx.append(1, ...started("order", await claim(tx, 1, "order")));
    },
  );
  const graph = await graphIn(path);
  expect(graph.tasks.get("order" as TaskId)?.status).toBe("in_progress");
  expect(graph.count("completed")).toBe(2);
});

it("the upgrade keeps a copy of the graph as it was before, readable for its owner only", async () => {
  const path = graphOfVersion1_0();
  const before = contents(path);
  await opened(path);
  const backup = `${path}.1.0.backup`;
  expect(versionOf(backup)).toBe("1.0");
  expect(contents(backup)).toEqual(before);
  expect(inFile(backup, (db) => db.prepare("pragma integrity_check").all())).toEqual([
    { integrity_check: "ok" },
  ]);
  if (process.platform !== "win32") expect(statSync(backup).mode & 0o777).toBe(0o600);
});

it("the upgrade never overwrites a copy of an earlier graph", async () => {
  const path = graphOfVersion1_0();
  await (await openSqlite(path, false, estimatesFrom))?.close();
  const first = readFileSync(`${path}.1.0.backup`);
  for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true });
  make(path);
  inFile(path, (db) => db.exec("update plans set title = 'Restored'"));
  await opened(path);
  expect(readFileSync(`${path}.1.0.backup`).equals(first)).toBe(true);
  const second = inFile(`${path}.1.0.backup-2`, (db) => db.prepare("select title from plans").get());
  expect(second).toEqual({ title: "Restored" });
});

it("the upgrade and its copy happen once when several processes open the graph at the same moment", async () => {
  const path = graphOfVersion1_0();
  const others = await Promise.all(
    Array.from({ length: 4 }, () => OtherProcess.start(`sqlite:${path}`, "open")),
  );
  for (const other of others) expect(await other.said()).toBe("open");
  expect(versionOf(path)).toBe("1.11");
  expect(versionOf(`${path}.1.0.backup`)).toBe("1.0");
  expect(existsSync(`${path}.1.0.backup-2`)).toBe(false);
  expect(existsSync(`${path}.1.0.backup.partial`)).toBe(false);
});

it("the upgrade leaves the graph at its old version when it fails half-way", async () => {
  const path = graphOfVersion1_0();
  const before = contents(path);
  // The table's change works, the new index does not.
  inFile(path, (db) => db.exec("create index events_order on events (actor)"));
  await expect(openSqlite(path, false, estimatesFrom)).rejects.toThrow(/already exists/);
  expect(versionOf(path)).toBe("1.0");
  expect(contents(path)).toEqual(before);
});

it("the upgrade that the database ends by itself tells what went wrong first, not that there is nothing to roll back", async () => {
  const path = graphOfVersion1_0();
  // As a full disk does: the statement fails, and its transaction is over.
  inFile(path, (db) => {
    for (const when of ["insert", "update"])
      db.exec(
        `create trigger full_${when} before ${when} on meta begin select raise(rollback, 'database or disk is full'); end`,
      );
  });
  await expect(openSqlite(path, false, estimatesFrom)).rejects.toMatchObject({
    name: "StoreUnusable",
    message: expect.stringContaining("database or disk is full"),
    remedy: expect.stringContaining("Make room"),
  });
  expect(versionOf(path)).toBe("1.0");
});

it("the upgrade lets a server of version 1.0 go on in the graph, and what it writes is understood", async () => {
  const path = graphOfVersion1_0();
  const store = await opened(path);
  // Every statement that a server of version 1.0 sent for a batch: it claims, starts, loses and adds.
  inFile(path, (db) => {
    for (const { sql, values } of session) db.prepare(sql).all(...values);
  });
  const graph = await store.read(async (reader) => {
    const plan = await reader.plan(".", "shop");
    return plan && reader.graph(plan);
  });
  const statuses = [...(graph?.tasks.values() ?? [])].map((task) => [task.id, task.status]);
  expect(statuses).toEqual([
    ["cart", "completed"],
    ["price", "pending"],
    ["stock", "in_progress"],
    ["order", "pending"],
    ["+1", "pending"],
  ]);
  expect(graph?.claims.map((c) => [c.id, c.task, c.state])).toEqual([
    [1, "cart", "ended"],
    [2, "price", "ended"],
    [3, "stock", "running"],
    [4, "+1", "offered"],
  ]);
  expect(
    await store.write(
      () => NOW,
      "main",
      (tx) => tx.storedToken(4 as Parameters<typeof completed>[1]),
    ),
  ).toBe("4-abcdefghijklmnopqrstuvwxyz");
});

it("the upgrade of a graph in PostgreSQL is one transaction", async () => {
  const database = await freshDatabase("postgres");
  await (await database.open()).close();
  await database.query("drop index events_order");
  await database.query("drop table runners");
  await database.query("alter table claims drop column chosen_model");
  await database.query("alter table claims drop column delivering");
  await database.query("alter table claims drop column owner_server");
  await database.query("drop table observations");
  await database.query("alter table plans drop column throttle");
  await database.query("alter table claims drop column usage");
  await database.query("alter table tasks drop column cause_value");
  await database.query("alter table plans drop column added_policy");
  await database.query("drop index claims_unrecognised");
  await database.query("update meta set value = '1.0'");
  const others = await Promise.all(Array.from({ length: 3 }, () => OtherProcess.start(database.url, "open")));
  for (const other of others) expect(await other.said()).toBe("open");
  expect(await database.query("select value from meta")).toEqual([{ value: "1.11" }]);
  expect(
    await database.query("select indexname from pg_indexes where indexname = 'events_order'"),
  ).toHaveLength(1);
});
