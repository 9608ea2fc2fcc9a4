import { expect, it } from "vitest";
import type { GraphWriter } from "../../mcp-server/src/store/graph-writer.ts";
import { processorTimer } from "../support/processor-time.ts";
import { CHECKOUT, claim, completed, makePlan, NOW, started } from "./changes.ts";
import { ENGINES, freshDatabase, stopPostgresAfterAll } from "./databases.ts";

stopPostgresAfterAll();

/** The least processor time of several tries, in milliseconds. */
async function leastMs(work: () => Promise<unknown>): Promise<number> {
  const tries: number[] = [];
  for (let i = 0; i < 9; i++) {
    const spentMs = processorTimer();
    await work();
    tries.push(spentMs());
  }
  return Math.min(...tries);
}

it("what is held is found without reading every claim that there ever was", async () => {
  const database = await freshDatabase("sqlite");
  const store = await database.open();
  const planId = await makePlan(store, 2);
  await store.write(
    () => NOW,
    "main",
    async (tx) => {
      const first = await claim(tx, planId, "t1");
      await tx.append(planId, ...started("t1", first), ...completed("t1", first));
      await claim(tx, planId, "t2");
    },
  );
  const copied = (await database.query("select * from claims where state = 'ended'")).flatMap(Object.keys);
  const columns = copied.filter((column) => !["id", "token_hash"].includes(column)).join(", ");
  await database.query(
    `with recursive n (i) as (select 10 union all select i + 1 from n where i < 30000)
     insert into claims (id, token_hash, ${columns})
     select i, 'hash ' || i, ${columns} from claims, n where state = 'ended' returning 1`,
  );

  const everything = await leastMs(() => database.query("select max(length(report)) from claims"));
  const held = await leastMs(() => store.read((reader) => reader.held()));
  const here = await leastMs(() => store.read((reader) => reader.held(CHECKOUT)));
  expect((await store.read((reader) => reader.held())).map((one) => one.claim.task)).toEqual(["t2"]);
  expect(Math.max(held, here)).toBeLessThan(everything / 3);
});

it("what is held is known anew after a write of the same transaction", async () => {
  const store = await (await freshDatabase("sqlite")).open();
  const planId = await makePlan(store, 1);
  await store.write(
    () => NOW,
    "main",
    async (tx) => {
      expect(await tx.held()).toEqual([]);
      const attempt = await claim(tx, planId, "t1");
      expect((await tx.held()).map((one) => one.claim.state)).toEqual(["offered"]);
      await tx.append(planId, ...started("t1", attempt));
      expect((await tx.held()).map((one) => one.claim.state)).toEqual(["running"]);
      await tx.append(planId, ...completed("t1", attempt));
      expect(await tx.held()).toEqual([]);
    },
  );
});

it.each(ENGINES)("what was held in a transaction that failed is not remembered, on %s", async (engine) => {
  const store = await (await freshDatabase(engine)).open();
  const planId = await makePlan(store, 2);
  const held = async () => (await store.read((reader) => reader.held())).map((one) => one.claim.task);
  const failing = store.write(
    () => NOW,
    "main",
    async (tx) => {
      await claim(tx, planId, "t1");
      expect(await tx.held()).toHaveLength(1);
      throw new Error("half way");
    },
  );
  await expect(failing).rejects.toThrow("half way");
  expect(await held()).toEqual([]);
  // The same numbers may be given again, to another claim.
  await store.write(
    () => NOW,
    "main",
    (tx) => claim(tx, planId, "t2"),
  );
  expect(await held()).toEqual(["t2"]);
});

it.each(ENGINES)("what other processes do to held claims is seen, on %s", async (engine) => {
  const database = await freshDatabase(engine);
  const [store, other] = [await database.open(), await database.open()];
  const planId = await makePlan(store, 2);
  const held = async () => (await store.read((reader) => reader.held())).map((one) => one.claim);
  const write = <T>(work: (tx: GraphWriter) => Promise<T>) => other.write(() => NOW, "main", work);
  const one = await write((tx) => claim(tx, planId, "t1"));
  await write((tx) => claim(tx, planId, "t2"));
  expect(await held()).toMatchObject([{ state: "offered" }, { state: "offered" }]);
  await write((tx) => tx.append(planId, ...started("t1", one)));
  expect(await held()).toMatchObject([{ state: "running" }, { state: "offered" }]);
  await write(async (tx) => tx.prolong(one, NOW + 9_999_999, NOW));
  expect(await held()).toMatchObject([{ leaseUntilMs: NOW + 9_999_999 }, { state: "offered" }]);
  await write((tx) => tx.append(planId, ...completed("t1", one)));
  expect(await held()).toMatchObject([{ task: "t2" }]);
});
