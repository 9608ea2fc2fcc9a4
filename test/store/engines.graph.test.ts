import { describe, expect, it } from "vitest";
import type { AttemptId } from "../../mcp-server/src/graph/attempt.ts";
import type { TaskId } from "../../mcp-server/src/graph/task.ts";
import { said } from "../../mcp-server/src/graph/task-cause.ts";
import type { GraphReader } from "../../mcp-server/src/store/graph-reader.ts";
import type { GraphStore } from "../../mcp-server/src/store/graph-store.ts";
import { eventFromRow } from "../../mcp-server/src/store/tables/rows.ts";
import {
  CHECKOUT,
  claim,
  completed,
  makePlan,
  NOW,
  offered,
  planCreated,
  REPOSITORY,
  started,
  taskCreated,
} from "./changes.ts";
import { ENGINES, freshDatabase, stopPostgresAfterAll, type TestDatabase } from "./databases.ts";
import { OtherProcess } from "./other-process.ts";

stopPostgresAfterAll();

const TABLES = { plans: "id", tasks: "plan_id, id", claims: "id", events: "seq" };

/** Everything that the database holds, but leases and secrets of open offers, which are no part of the log. */
async function contents(database: TestDatabase): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = {};
  for (const [table, order] of Object.entries(TABLES)) {
    const rows = await database.query(`select * from ${table} order by ${order}`);
    all[table] = rows.map(({ offer_token, last_seen_ms, ...row }) => row);
  }
  return all;
}

async function statusOf(store: GraphStore, task: string): Promise<string | undefined> {
  return store.read(async (reader) => {
    const plan = await reader.plan(REPOSITORY, "shop");
    return plan && (await reader.graph(plan)).tasks.get(task as TaskId)?.status;
  });
}

/** A promise with its resolve function. */
function gate(): { readonly passed: Promise<void>; open(): void } {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

describe.each(ENGINES)("the graph in %s", (engine) => {
  it("the graph is rebuilt from its log alone", async () => {
    const original = await freshDatabase(engine);
    const store = await original.open();
    const planId = await makePlan(store, 5);
    await makePlan(store, 2, "second");
    await store.write(
      () => NOW + 1,
      "main",
      async (tx) => {
        for (const task of ["t1", "t2", "t3", "t4"]) {
          const [attempt] = (await tx.nextAttemptIds(1)) as [AttemptId];
          await tx.append(planId, offered(task, attempt));
          if (task === "t4") {
            await tx.append(planId, {
              type: "claim.returned",
              task: task as TaskId,
              attempt,
              cause: "unused",
            });
            continue;
          }
          await tx.append(planId, ...started(task, attempt));
          const base = { task: task as TaskId, attempt };
          await tx.append(
            planId,
            { type: "attempt.bound", ...base, agentId: `agent of ${task}` },
            { type: "attempt.widened", ...base, path: "README.md" },
            { type: "attempt.widened", ...base, path: "LICENSE" },
            { type: "attempt.reminded", ...base },
          );
          if (task === "t1") await tx.append(planId, ...completed(task, attempt));
          if (task === "t2") {
            await tx.append(planId, {
              type: "attempt.ended",
              ...base,
              outcome: "lost",
              cause: "silence",
              drainsUntilMs: NOW + 5,
            });
            await tx.append(planId, { type: "attempt.drained", ...base, how: "time" });
          }
        }
        await tx.append(
          planId,
          { type: "task.annotated", task: "t5" as TaskId, note: "one", metadata: { a: 1 } },
          { type: "task.annotated", task: "t5" as TaskId, note: "two", owner: "me", metadata: { b: 2 } },
          {
            type: "scope.touched",
            task: "t5" as TaskId,
            paths: ["src/t5.ts"],
            by: ["shop/t1"],
            note: "Look before you write.",
          },
          taskCreated("t6", 6, ["t1"]),
          { type: "task.status", task: "t6" as TaskId, status: "cancelled", cause: { kind: "removed" } },
          { type: "plan.updated", title: "Another shop", policy: { maxParallel: 2 } },
          { type: "plan.status", status: "paused", cause: "asked" },
          { type: "plan.reported", session: "s" },
        );
      },
    );
    const before = await contents(original);

    const copy = await freshDatabase(engine);
    const empty = await copy.open();
    await replay(empty, before.events as Record<string, unknown>[]);

    expect(await contents(copy)).toEqual(before);
  });

  it("the graph keeps the cause of a task as text for older servers, and as a value beside it", async () => {
    const database = await freshDatabase(engine);
    const store = await database.open();
    const planId = await makePlan(store, 2);
    const split = { kind: "split", parts: ["t1a", "t1b"] as TaskId[] } as const;
    await store.write(
      () => NOW,
      "main",
      (tx) =>
        tx.append(
          planId,
          { type: "task.status", task: "t1" as TaskId, status: "cancelled", cause: split },
          { type: "task.status", task: "t2" as TaskId, status: "failed", cause: said("no parser") },
        ),
    );
    expect(await database.query("select cause, cause_value from tasks order by id")).toEqual([
      { cause: "split into t1a, t1b", cause_value: JSON.stringify(split) },
      { cause: "no parser", cause_value: null },
    ]);
    const events = await database.query("select v, data from events where type = 'task.status' order by seq");
    expect(events.map(({ v, data }) => [v, JSON.parse(String(data)).cause])).toEqual([
      [2, "split into t1a, t1b"],
      [1, "no parser"],
    ]);
    const causes = async () => {
      const fresh = await database.open();
      const [plan] = await fresh.read((reader) => reader.plans(REPOSITORY));
      const graph = plan && (await fresh.read((reader) => reader.graph(plan)));
      return ["t1", "t2"].map((id) => graph?.tasks.get(id as TaskId)?.cause);
    };
    expect(await causes()).toEqual([split, said("no parser")]);
    const log = await store.read((reader) => reader.events(planId));
    expect(log.find(({ change }) => change.type === "task.status")?.change).toMatchObject({ cause: split });

    // As a server before 1.6 does: it knows the text alone.
    await database.query(
      "update tasks set status = 'cancelled', cause = 'not needed after its alternative t9' where id = 't1' returning 1",
    );
    expect(await causes()).toEqual([{ kind: "alternative", taken: "t9" }, said("no parser")]);
  });

  it("the graph numbers the events of a large import in the order of its tasks", async () => {
    const database = await freshDatabase(engine);
    await makePlan(await database.open(), 1_003);
    const rows = await database.query(
      "select t.position, t.changed_seq, e.seq from tasks t join events e on e.task_id = t.id order by e.seq",
    );
    expect(rows.map((row) => row.position)).toEqual(Array.from({ length: 1_003 }, (_, i) => i + 1));
    expect(rows.every((row) => row.seq === row.changed_seq)).toBe(true);
    expect(
      await database.query("select max(seq) as last, max(version) as version from events, plans"),
    ).toEqual([{ last: rows.at(-1)?.seq, version: rows.at(-1)?.seq }]);
  });

  it("the graph is read in a transaction as its own changes have made it, whatever was read before", async () => {
    const database = await freshDatabase(engine);
    const [store, other] = [await database.open(), await database.open()];
    const planId = await makePlan(store, 2);
    const status = async (reader: GraphReader, task: string) => {
      const plan = await reader.plan(REPOSITORY, "shop");
      const graph = plan && (await reader.graph(plan));
      return [plan?.status, graph?.tasks.get(task as TaskId)?.status, graph?.live.length];
    };
    const decided = { type: "decision.taken", decision: "wait", reason: "Nothing runs." } as const;
    await store.write(
      () => NOW,
      "main",
      async (tx) => {
        expect(await status(tx, "t1")).toEqual(["open", "pending", 0]);
        await tx.append(planId, decided);
        expect(await status(tx, "t1")).toEqual(["open", "pending", 0]);
        const attempt = await claim(tx, planId, "t1");
        expect(await status(tx, "t1")).toEqual(["open", "pending", 1]);
        await tx.append(planId, ...started("t1", attempt), decided);
        expect(await status(tx, "t1")).toEqual(["open", "in_progress", 1]);
        await tx.append(planId, ...completed("t1", attempt));
        await tx.append(planId, decided);
        expect(await status(tx, "t1")).toEqual(["open", "completed", 0]);
        await tx.append(planId, { type: "plan.status", status: "paused" });
        expect(await status(tx, "t1")).toEqual(["paused", "completed", 0]);
        await tx.append(planId, decided);
      },
    );
    expect(await store.read((reader) => status(reader, "t1"))).toEqual(["paused", "completed", 0]);
    await other.write(
      () => NOW,
      "main",
      async (tx) => {
        await claim(tx, planId, "t2");
        await tx.append(planId, decided);
      },
    );
    expect(await store.read((reader) => status(reader, "t2"))).toEqual(["paused", "pending", 1]);
    const failing = store.write(
      () => NOW,
      "main",
      async (tx) => {
        await status(tx, "t2");
        await tx.append(planId, decided);
        throw new Error("half way");
      },
    );
    await expect(failing).rejects.toThrow("half way");
    await other.write(
      () => NOW,
      "main",
      (tx) => tx.append(planId, { type: "task.status", task: "t2" as TaskId, status: "in_progress" }),
    );
    expect(await store.read((reader) => status(reader, "t2"))).toEqual(["paused", "in_progress", 1]);
  });

  it("the graph answers several questions that are asked at once each with what was asked for", async () => {
    const database = await freshDatabase(engine);
    const store = await database.open();
    const planId = await makePlan(store, 3);
    const tasks = ["t1", "t2", "t3"];
    const ids = await store.write(
      () => NOW,
      "main",
      async (tx) => {
        const attempts = await tx.nextAttemptIds(3);
        const changes = tasks.flatMap((task, i) => {
          const attempt = attempts[i] as AttemptId;
          return [offered(task, attempt), ...started(task, attempt), ...completed(task, attempt)];
        });
        await tx.append(planId, ...changes);
        return attempts;
      },
    );
    const other = await database.open();
    await other.read((reader) => reader.plan(REPOSITORY, "shop"));
    const found = await other.read((reader) => Promise.all(ids.map((id) => reader.claimById(id))));
    expect(found.map((held) => held?.claim.task)).toEqual(tasks);
    const plans = await other.read((reader) =>
      Promise.all([
        reader.plan(REPOSITORY, "shop"),
        reader.mirror({ planId }),
        reader.plan(REPOSITORY, "shop"),
      ]),
    );
    expect(plans.map((plan) => plan !== undefined)).toEqual([true, true, true]);
  });

  it("the graph is left as it was by a transaction that fails, on disk and in memory", async () => {
    const database = await freshDatabase(engine);
    const store = await database.open();
    const planId = await makePlan(store, 2);
    const before = await contents(database);
    const failing = store.write(
      () => NOW,
      "main",
      async (tx) => {
        const attempt = await claim(tx, planId, "t1");
        await tx.append(planId, ...started("t1", attempt), ...completed("t1", attempt));
        const plan = await tx.plan(REPOSITORY, "shop");
        if (plan) expect((await tx.graph(plan)).tasks.get("t1" as TaskId)?.status).toBe("completed");
        throw new Error("changed its mind");
      },
    );
    const reading = statusOf(store, "t1");
    await expect(failing).rejects.toThrow("changed its mind");
    expect(await reading).toBe("pending");
    expect(await statusOf(store, "t1")).toBe("pending");
    expect(await contents(database)).toEqual(before);
  });

  it("the graph passes on an error that only sounds like one of the database", async () => {
    const database = await freshDatabase(engine);
    const store = await database.open();
    for (const words of ["connection terminated: timeout", "a busy, locked, corrupt SSL port"]) {
      const error = Object.assign(new Error(words), { code: "ENOENT" });
      const failing = store.write(
        () => NOW,
        "main",
        async () => {
          throw error;
        },
      );
      await expect(failing).rejects.toBe(error);
    }
  });

  it("the graph refuses a second live claim of a task by itself", async () => {
    const database = await freshDatabase(engine);
    const store = await database.open();
    const planId = await makePlan(store, 1);
    const first = await store.write(
      () => NOW,
      "main",
      (tx) => claim(tx, planId, "t1"),
    );
    await expect(
      store.write(
        () => NOW,
        "main",
        (tx) => claim(tx, planId, "t1"),
      ),
    ).rejects.toThrow(/unique/i);
    expect(await database.query("select id from claims")).toEqual([{ id: first }]);

    await store.write(
      () => NOW,
      "main",
      async (tx) => {
        await tx.append(planId, ...started("t1", first), ...completed("t1", first));
        await claim(tx, planId, "t1");
      },
    );
    expect(await database.query("select state from claims order by id")).toEqual([
      { state: "ended" },
      { state: "offered" },
    ]);
  });

  it("the graph shows a reader of another connection only what was committed", async () => {
    const database = await freshDatabase(engine);
    const [writer, reader] = [await database.open(), await database.open()];
    const planId = await makePlan(writer, 1);
    const appended = gate();
    const commit = gate();
    const writing = writer.write(
      () => NOW,
      "main",
      async (tx) => {
        await tx.append(planId, ...started("t1", await claim(tx, planId, "t1")));
        appended.open();
        await commit.passed;
      },
    );
    await appended.passed;
    expect(await statusOf(reader, "t1")).toBe("pending");
    expect(await reader.read((r) => r.held(CHECKOUT))).toEqual([]);
    commit.open();
    await writing;
    expect(await statusOf(reader, "t1")).toBe("in_progress");
    expect(await reader.read((r) => r.held(CHECKOUT))).toHaveLength(1);
  });

  it("the graph shows one reader one moment, whatever is committed while it reads", async () => {
    const database = await freshDatabase(engine);
    const [writer, other] = [await database.open(), await database.open()];
    const planId = await makePlan(writer, 1);
    await other.read(async (reader) => {
      const plan = await reader.plan(REPOSITORY, "shop");
      if (!plan) throw new Error("no plan");
      await writer.write(
        () => NOW,
        "main",
        async (tx) => {
          await tx.append(planId, ...started("t1", await claim(tx, planId, "t1")));
        },
      );
      const graph = await reader.graph(plan);
      expect(graph.tasks.get("t1" as TaskId)?.status).toBe("pending");
      expect(graph.claims).toEqual([]);
      expect(await reader.version(planId)).toBe(plan.version);
    });
    expect(await statusOf(other, "t1")).toBe("in_progress");
  });

  it("the graph makes a reader of the same process wait for the writer, so that it never sees half a change", async () => {
    const database = await freshDatabase(engine);
    const store = await database.open();
    const planId = await makePlan(store, 1);
    const order: string[] = [];
    const writing = store.write(
      () => NOW,
      "main",
      async (tx) => {
        const plan = await tx.plan(REPOSITORY, "shop");
        await tx.append(planId, ...started("t1", await claim(tx, planId, "t1")));
        if (plan) await tx.graph(plan);
        await new Promise((resolve) => setTimeout(resolve, 50));
        order.push("written");
      },
    );
    const reading = statusOf(store, "t1").then((status) => order.push(`read ${status}`));
    await Promise.all([writing, reading]);
    expect(order).toEqual(["written", "read in_progress"]);
  });

  it("the graph gives every task to one of several processes that work at once", async () => {
    const database = await freshDatabase(engine);
    const planId = await makePlan(await database.open(), 120);
    const workers = await Promise.all(
      ["a", "b", "c"].map((name) => OtherProcess.start(database.url, "work", name)),
    );
    for (const worker of workers) expect(await worker.said()).toBe("ready");
    for (const worker of workers) worker.tell();
    for (const worker of workers) expect(await worker.said()).toBe("done one");
    for (const worker of workers) worker.tell();
    for (const worker of workers) expect(await worker.said()).toBe("done");
    await Promise.all(workers.map((worker) => worker.end()));

    expect(await database.query("select count(*) as n from tasks where status = 'completed'")).toEqual([
      { n: 120 },
    ]);
    expect(
      await database.query("select count(*) as n, count(distinct task_id) as tasks from claims"),
    ).toEqual([{ n: 120, tasks: 120 }]);
    const actors = await database.query(
      "select distinct actor from events where type = 'claim.offered' order by actor",
    );
    expect(actors.map((row) => row.actor)).toEqual(["a", "b", "c"]);
    // What each claimed was committed in the order of the log: claims of one transaction stand together.
    const offers = await database.query(
      `select seq from events where plan_id = ${planId} and type = 'claim.offered' order by attempt_id`,
    );
    expect(offers.map((row) => row.seq)).toEqual(offers.map((row) => Number(row.seq)).sort((a, b) => a - b));
  });

  it("the graph is not held up, nor harmed, by a process that was killed", async () => {
    const database = await freshDatabase(engine);
    const store = await database.open();
    await makePlan(store, 2_000);
    const workers = await Promise.all(
      ["a", "b"].map((name) => OtherProcess.start(database.url, "work", name)),
    );
    for (const worker of workers) await worker.said();
    for (const worker of workers) worker.tell();
    for (const worker of workers) await worker.said();
    for (const worker of workers) worker.tell();
    const claims = async () => Number((await database.query("select count(*) as n from claims"))[0]?.n);
    while ((await claims()) < 10) await new Promise((resolve) => setTimeout(resolve, 20));
    for (const worker of workers) worker.kill();
    await store.write(
      () => NOW,
      "main",
      async (tx) => {
        const plan = await tx.plan(REPOSITORY, "shop");
        if (plan) await tx.append(plan.id, { type: "plan.status", status: "paused" });
      },
    );
    // Every claim came with its completion, in one transaction.
    const n = await claims();
    expect(await database.query("select count(*) as n from tasks where status = 'completed'")).toEqual([
      { n },
    ]);
    expect(await database.query("select count(*) as n from claims where state <> 'ended'")).toEqual([
      { n: 0 },
    ]);
  });

  it("the graph is made once by processes that open it at the same moment", async () => {
    const database = await freshDatabase(engine);
    const others = await Promise.all(
      Array.from({ length: 6 }, () => OtherProcess.start(database.url, "open")),
    );
    for (const other of others) expect(await other.said()).toBe("open");
    await makePlan(await database.open(), 1);
    expect(await database.query("select value from meta")).toEqual([{ value: "1.11" }]);
    expect(await database.query("select count(*) as n from plans")).toEqual([{ n: 1 }]);
  });

  it("the graph keeps every character, and numbers as numbers", async () => {
    const database = await freshDatabase(engine);
    const store = await database.open();
    const planId = await makePlan(store, 1);
    const text = 'quotes \' " \\ $1 ?; tab\t, line\n, NUL \0, emoji 🛒, half of one \ud83d, {"json":[]}';
    await store.write(
      () => NOW,
      `agent ${text}`,
      (tx) =>
        tx.append(
          planId,
          { type: "task.annotated", task: "t1" as TaskId, note: text, owner: text },
          { type: "plan.status", status: "paused", cause: text },
        ),
    );
    const fresh = await database.open();
    const [plan] = await fresh.read((reader) => reader.plans(REPOSITORY));
    const task = plan && (await fresh.read((reader) => reader.graph(plan))).tasks.get("t1" as TaskId);
    expect(task?.notes).toEqual([text]);
    // Text in a column of its own has neither NUL nor half a character.
    expect(plan?.cause).toBe(text.replace("\0", "\ufffd").replace("\ud83d,", "\ufffd,"));
    expect([typeof plan?.id, typeof plan?.createdAtMs, plan?.createdAtMs]).toEqual(["number", "number", NOW]);
    const [event] = await fresh.read((reader) => reader.events(planId, { types: ["plan.status"] }));
    expect(event).toMatchObject({ atMs: NOW, change: { cause: text } });
    expect(typeof event?.seq).toBe("number");
    expect(typeof (await fresh.read((reader) => reader.lastEvent(planId, "plan.status"))).seq).toBe("number");
  });
});

describe("one PostgreSQL database with several repositories", () => {
  it("one PostgreSQL database lets several repositories write at once, with different numbers for plans and claims", async () => {
    const database = await freshDatabase("postgres");
    const stores = { one: await database.open("one"), two: await database.open("two") };
    const met = gate();
    let inside = 0;
    const write = (name: "one" | "two") =>
      stores[name].write(
        () => NOW,
        "main",
        async (tx) => {
          const planId = await tx.nextPlanId();
          await tx.append(planId, planCreated("shop", name), taskCreated("t1", 1));
          inside += 1;
          if (inside === 2) met.open();
          await met.passed;
          await claim(tx, planId, "t1");
          return planId;
        },
      );
    const [a, b] = await Promise.all([write("one"), write("two")]);
    expect(a).not.toBe(b);
    expect(await database.query("select count(distinct id) as n from claims")).toEqual([{ n: 2 }]);
    expect(await stores.one.read((reader) => reader.plan("two", "shop"))).toMatchObject({ id: b });
  });

  it("one PostgreSQL database makes writers of one repository wait for each other, from several connections", async () => {
    const database = await freshDatabase("postgres");
    const [first, second] = [await database.open(), await database.open()];
    const planId = await makePlan(first, 1);
    const order: string[] = [];
    const inside = gate();
    const slow = first.write(
      () => NOW,
      "main",
      async () => {
        inside.open();
        await new Promise((resolve) => setTimeout(resolve, 200));
        order.push("first");
      },
    );
    await inside.passed;
    await second.write(
      () => NOW,
      "main",
      async (tx) => {
        order.push("second");
        await tx.append(planId, offered("t1", 77 as AttemptId));
      },
    );
    await slow;
    expect(order).toEqual(["first", "second"]);
  });
});

/** Appends the logged events, each in a transaction of its own, to an empty graph. */
async function replay(store: GraphStore, events: readonly Record<string, unknown>[]): Promise<void> {
  for (const row of events) {
    const { change, atMs, actor } = eventFromRow(row as unknown as Parameters<typeof eventFromRow>[0]);
    if (change.type === "unrecognised") throw new Error(`${change.storedType} cannot be read`);
    await store.write(
      () => atMs,
      actor,
      (tx) => tx.append(Number(row.plan_id), change),
    );
  }
}
