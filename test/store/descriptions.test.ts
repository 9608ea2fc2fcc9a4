import { describe, expect, it } from "vitest";
import type { Change } from "../../mcp-server/src/graph/event.ts";
import { outlineOf, type TaskId } from "../../mcp-server/src/graph/task.ts";
import type { GraphStore } from "../../mcp-server/src/store/graph-store.ts";
import { definitionOf } from "../support/task-definition.ts";
import { makePlan, NOW, REPOSITORY } from "./changes.ts";
import { ENGINES, freshDatabase, stopPostgresAfterAll } from "./databases.ts";

stopPostgresAfterAll();

const T1 = "t1" as TaskId;
const T2 = "t2" as TaskId;
const NEW = "new" as TaskId;
const TEXTS = {
  "plain text": "Write it.",
  "every kind of character":
    'quotes \' " \\ $1 ?; tab\t, line\n, NUL \0, emoji 🛒, half of one \ud83d, {"description":"no"}',
  nothing: "",
};

/** A task with as many kinds of values as a breakdown may have, in an order that means something to its author. */
function created(id: TaskId, description: string): Change {
  const definition = definitionOf(id, {
    description,
    subject: `Subject of ${description}`,
    extra: { z: 1.5, a: { description: "of something else", list: [null, true, "\0"] }, m: "2" },
  });
  return { type: "task.created", task: id, definition, position: 9 };
}

async function outline(store: GraphStore, id: TaskId) {
  const task = await store.read(async (reader) => {
    const plan = await reader.plan(REPOSITORY, "shop");
    return plan && (await reader.graph(plan)).tasks.get(id);
  });
  if (!task) throw new Error(`no task ${id}`);
  return outlineOf(task);
}

describe.each(ENGINES)("descriptions in %s", (engine) => {
  it.each(Object.entries(TEXTS))(
    "a plan is loaded without descriptions, which are read by name: %s",
    async (_, text) => {
      const database = await freshDatabase(engine);
      const store = await database.open();
      const planId = await makePlan(store, 2);
      await store.write(
        () => NOW,
        "main",
        (tx) => tx.append(planId, created(NEW, text)),
      );
      const fresh = await database.open();
      expect(await outline(fresh, NEW)).not.toHaveProperty("description");
      expect(JSON.stringify(await outline(fresh, NEW))).toBe(JSON.stringify(await outline(store, NEW)));
      expect(await fresh.read((reader) => reader.descriptions(planId, [NEW, "other" as TaskId]))).toEqual(
        new Map([[NEW, text]]),
      );
      expect([...(await fresh.read((reader) => reader.descriptions(planId))).keys()].sort()).toEqual([
        NEW,
        T1,
        T2,
      ]);
    },
  );

  it("a task keeps its description when it is redefined without one, in the table and in the log", async () => {
    const database = await freshDatabase(engine);
    const store = await database.open();
    const planId = await makePlan(store, 2);
    const before = await outline(store, T1);
    const seen = await store.write(
      () => NOW,
      "main",
      async (tx) => {
        const definition = { ...before, subject: "Another subject" };
        await tx.append(planId, { type: "task.defined", task: T1, definition });
        await tx.append(planId, {
          type: "task.defined",
          task: T2,
          definition: definitionOf(T2, { description: "New." }),
        });
        await tx.append(planId, { type: "task.defined", task: T2, definition: { ...before, id: T2 } });
        await tx.append(planId, created(NEW, "Made now."));
        return tx.descriptions(planId, [T1, T2, NEW]);
      },
    );
    const after = new Map([
      [T1, "Write src/t1.ts."],
      [T2, "New."],
      [NEW, "Made now."],
    ]);
    expect(seen).toEqual(after);
    const fresh = await database.open();
    expect(await fresh.read((reader) => reader.descriptions(planId))).toEqual(after);
    expect((await outline(fresh, T1)).subject).toBe("Another subject");
    const defined = await database.query("select data from events where type = 'task.defined' order by seq");
    expect(defined.map(({ data }) => JSON.parse(String(data)).definition.description)).toEqual([
      "Write src/t1.ts.",
      "New.",
      "New.",
    ]);
  });

  it("what is read as a transaction is written is what was there, with what that has changed", async () => {
    const database = await freshDatabase(engine);
    const store = await database.open();
    const planId = await makePlan(store, 2);
    const seen: Change = { type: "checkout.unmeasured", atWork: [], why: "before" };
    await store.write(
      () => NOW,
      "main",
      (tx) => tx.append(planId, { ...seen, why: "too early" }),
    );
    const later = NOW + 1_000;
    await store.write(
      () => later,
      "main",
      (tx) => tx.append(planId, seen, { type: "task.annotated", task: T1, owner: "w" }),
    );
    const { reading, before } = await store.write(
      () => later + 1,
      "main",
      async (tx) => {
        await tx.append(planId, { ...seen, why: "now" }, created(NEW, "Made now."));
        const events = { types: ["checkout.unmeasured"] as const, sinceMs: later };
        const reading = tx.readWithSave({ planId, tasks: [T1, NEW], events });
        expect(() => tx.readWithSave({ planId, tasks: [] })).toThrow("something else is read");
        await tx.append(planId, { ...seen, why: "last" });
        const definition = definitionOf(T1, { description: "Another." });
        await tx.append(planId, { type: "task.defined", task: T1, definition });
        return { reading: { found: reading }, before: await tx.events(planId) };
      },
    );
    const { descriptions, events } = await reading.found;
    expect(descriptions).toEqual(
      new Map([
        [T1, "Another."],
        [NEW, "Made now."],
      ]),
    );
    const whys = events.flatMap(({ change }) => (change.type === "checkout.unmeasured" ? [change.why] : []));
    expect(whys).toEqual(["before", "now", "last"]);
    expect(events).toEqual(before.filter(({ seq }) => events.some((one) => one.seq === seq)));
  });

  it("what only reads as it would be written gets its answer as well", async () => {
    const store = await (await freshDatabase(engine)).open();
    const planId = await makePlan(store, 1);
    const reading = await store.write(
      () => NOW,
      "main",
      async (tx) => ({ found: tx.readWithSave({ planId, tasks: [T1] }) }),
    );
    expect((await reading.found).descriptions).toEqual(new Map([[T1, "Write src/t1.ts."]]));
  });
});
