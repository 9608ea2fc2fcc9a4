import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { DatabaseSync } from "@photostructure/sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { StoreUnusable } from "../../mcp-server/src/errors/store-unusable.ts";
import { estimatesFrom } from "../../mcp-server/src/schedule/estimate.ts";
import { PostgresGraph } from "../../mcp-server/src/store/engines/postgres.ts";
import { openSqlite } from "../../mcp-server/src/store/engines/sqlite.ts";
import { makePlan, NOW, REPOSITORY } from "./changes.ts";
import { asAdmin, databaseUrl, ENGINES, freshDatabase, postgres, stopPostgresAfterAll } from "./databases.ts";

stopPostgresAfterAll();

/** Fails with an error that says who must act, and returns it. */
async function refusal(opening: Promise<unknown>): Promise<StoreUnusable> {
  const error = await opening.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof StoreUnusable)) throw new Error(`not refused but ${inspect(error)}`);
  return error;
}

function withCredentials(url: string, user: string, password: string): string {
  const changed = new URL(url);
  changed.username = user;
  changed.password = password;
  return changed.href;
}

const openPostgres = (url: string, create = true) =>
  new PostgresGraph(url, REPOSITORY, estimatesFrom).open(create);

describe.each(ENGINES)("a graph in %s", (engine) => {
  it("a graph of a newer major version is refused with the version to install", async () => {
    const database = await freshDatabase(engine);
    await (await database.open()).close();
    await database.query("update meta set value = '3.4' where key = 'schema'");
    const error = await refusal(database.open());
    expect(error.problem).toBe("newer");
    expect(error.message).toContain("3.x");
    expect(error.remedy).toContain("version 3.0.0 or later");
  });

  it("a graph of a newer minor version is used, and keeps its version", async () => {
    const database = await freshDatabase(engine);
    await (await database.open()).close();
    await database.query("update meta set value = '1.99' where key = 'schema'");
    await makePlan(await database.open(), 1);
    expect(await database.query("select value from meta")).toEqual([{ value: "1.99" }]);
  });

  it("a graph that is something else is refused", async () => {
    const database = await freshDatabase(engine);
    await (await database.open()).close();
    await database.query("update meta set value = 'blue' where key = 'schema'");
    expect((await refusal(database.open())).problem).toBe("corrupt");
  });
});

it("a SQLite database of another program is left alone", async () => {
  const folder = mkdtempSync(join(tmpdir(), "parallel-store-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "recipes.sqlite");
  const db = new DatabaseSync(path);
  onTestFinished(() => db.close());
  db.exec("create table recipes (name text)");
  expect((await refusal(openSqlite(path, true, estimatesFrom))).problem).toBe("corrupt");
  expect(db.prepare("select name from sqlite_master").all()).toEqual([{ name: "recipes" }]);
});

describe("PostgreSQL", () => {
  it("PostgreSQL is looked into without making anything there", async () => {
    const database = await freshDatabase("postgres");
    expect(await openPostgres(database.url, false)).toBeUndefined();
    expect(await asAdmin(database.url, "select 1 from pg_namespace where nspname = 'parallel'")).toEqual([]);
  });

  it("PostgreSQL that does not run is named with host and port", async () => {
    const port = await closedPort();
    const error = await refusal(openPostgres(`postgres://me:hush-hush@127.0.0.1:${port}/graph`));
    expect(error.problem).toBe("unreachable");
    expect(error.message).toContain(`127.0.0.1:${port}`);
    expect(inspect(error, { depth: 9 })).not.toContain("hush-hush");
  });

  it("PostgreSQL that does not answer is waited for once, and not at every call", async () => {
    let tries = 0;
    const silent = createServer(() => {
      tries += 1;
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void silent.close());
    await new Promise((resolve) => silent.once("listening", resolve));
    const { port } = silent.address() as { port: number };
    const graph = new PostgresGraph(
      `postgres://me:hush-hush@127.0.0.1:${port}/graph`,
      REPOSITORY,
      estimatesFrom,
    );
    expect((await refusal(graph.open(false))).problem).toBe("unreachable");
    const before = tries;
    expect(before).toBeGreaterThan(0);
    expect((await refusal(graph.open(false))).problem).toBe("unreachable");
    expect(tries).toBe(before);
  });

  it("PostgreSQL that refuses the password is told so, without the password", async () => {
    const { url } = await postgres();
    const error = await refusal(openPostgres(withCredentials(url, "admin", "hush-hush")));
    expect(error.problem).toBe("refused");
    expect(error.message).toContain("admin");
    expect(error.remedy).toContain("PGPASSWORD");
    expect(inspect(error, { depth: 9 })).not.toContain("hush-hush");
  });

  it("PostgreSQL that lacks the database is told how to create it", async () => {
    const error = await refusal(openPostgres(databaseUrl((await postgres()).url, "no_such_one")));
    expect(error).toMatchObject({ problem: "refused" });
    expect(error.remedy).toContain("createdb no_such_one");
  });

  it("PostgreSQL that gives no right to create tables is told what its owner must do; then it works", async () => {
    const database = await freshDatabase("postgres");
    const user = `guest_${randomBytes(4).toString("hex")}`;
    await asAdmin(database.url, `create role ${user} login password 'guest-word'`);
    onTestFinished(async () => {
      await asAdmin(database.url, `drop owned by ${user} cascade; drop role ${user}`);
    });
    const url = withCredentials(database.url, user, "guest-word");
    const error = await refusal(openPostgres(url));
    expect(error.problem).toBe("refused");
    const advice = /create schema \w+ authorization "\w+"/.exec(error.remedy)?.[0] ?? "";
    await asAdmin(database.url, advice);
    const store = await openPostgres(url);
    expect(await store?.read((reader) => reader.plans(REPOSITORY))).toEqual([]);
    await store?.close();
  });

  it("PostgreSQL may restart: the call that notices it fails clearly, the next one works", async () => {
    const database = await freshDatabase("postgres");
    const store = await database.open();
    const planId = await makePlan(store, 1);
    const kill = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'parallel'";
    const error = await refusal(
      store.write(
        () => NOW,
        "main",
        async (tx) => {
          await asAdmin(database.url, `${kill} and datname = current_database()`);
          await tx.append(planId, { type: "plan.status", status: "paused" });
        },
      ),
    );
    expect(error.problem).toBe("unreachable");
    expect(await store.read((reader) => reader.plan(REPOSITORY, "shop"))).toMatchObject({ status: "open" });

    await asAdmin(database.url, `${kill} and datname = current_database()`);
    await expect
      .poll(() => store.read((reader) => reader.plan(REPOSITORY, "shop")))
      .toMatchObject({ status: "open" });
  });
});

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
