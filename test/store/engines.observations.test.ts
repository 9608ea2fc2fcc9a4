import { describe, expect, it } from "vitest";
import type { AttemptId } from "../../mcp-server/src/graph/attempt.ts";
import type { Observation } from "../../mcp-server/src/store/tables/rows.ts";
import { CHECKOUT, claim, completed, makePlan, NOW, started } from "./changes.ts";
import { ENGINES, freshDatabase, stopPostgresAfterAll } from "./databases.ts";

stopPostgresAfterAll();

function look(seq: number, atWork: readonly AttemptId[]): Observation {
  const files = new Map([["src/a\tb.ts", "print"]]);
  return { fromMs: NOW, toMs: NOW + 5, seq, head: "abc", files, atWork };
}

describe.each(ENGINES)("the last look at a checkout, in %s", (engine) => {
  it("the last look at a checkout is kept for every process until the next one, and apart from other checkouts'", async () => {
    const database = await freshDatabase(engine);
    const [one, two] = [await database.open(), await database.open()];
    expect(await one.read((reader) => reader.observation(CHECKOUT))).toBeUndefined();
    await one.write(
      () => NOW,
      "main",
      async (tx) => tx.keepObservation(CHECKOUT, look(1, [])),
    );
    await two.write(
      () => NOW,
      "main",
      async (tx) => tx.keepObservation(CHECKOUT, look(7, [3 as AttemptId])),
    );
    await two.write(
      () => NOW,
      "main",
      async (tx) => tx.keepObservation("elsewhere", look(2, [])),
    );
    const kept = await one.read((reader) => reader.observation(CHECKOUT));
    expect(kept).toEqual(look(7, [3 as AttemptId]));
  });

  it("the last look at a checkout finds who has been at work since: those of then, and those who started after it", async () => {
    const database = await freshDatabase(engine);
    const store = await database.open();
    const planId = await makePlan(store, 4);
    const [first, second, third] = await store.write(
      () => NOW,
      "main",
      async (tx) => {
        const ids = [
          await claim(tx, planId, "t1"),
          await claim(tx, planId, "t2"),
          await claim(tx, planId, "t3"),
        ];
        await tx.append(planId, ...started("t1", ids[0] as AttemptId));
        return ids as [AttemptId, AttemptId, AttemptId];
      },
    );
    const keep = (atWork: AttemptId[], seq?: number) =>
      store.write(
        () => NOW,
        "main",
        async (tx) => {
          const { seq: _, ...rest } = look(0, atWork);
          tx.keepObservation(CHECKOUT, { ...rest, ...(seq !== undefined && { seq }) });
        },
      );
    await keep([]);
    await store.write(
      () => NOW,
      "main",
      async (tx) => {
        await tx.append(planId, ...started("t2", second), ...completed("t2", second));
        await claim(tx, planId, "t4");
      },
    );
    const since = (checkout = CHECKOUT) =>
      store.read(async (reader) =>
        (await reader.attemptsSinceLook(checkout)).map(({ plan, claim: { id, state } }) => [plan, id, state]),
      );
    expect(await since()).toEqual([["shop", second, "ended"]]);
    const { seq } = (await store.read((reader) => reader.observation(CHECKOUT))) ?? {};
    await keep([first, third], seq);
    expect(await since()).toEqual([
      ["shop", first, "running"],
      ["shop", second, "ended"],
      ["shop", third, "offered"],
    ]);
    await keep([], 0);
    expect(await since()).toHaveLength(2);
    expect(await since("elsewhere")).toEqual([]);
  });

  it("the last look at a checkout is made after what its own transaction has logged before it", async () => {
    const store = await (await freshDatabase(engine)).open();
    const planId = await makePlan(store, 2);
    await store.write(
      () => NOW,
      "main",
      async (tx) => {
        const [first, second] = [await claim(tx, planId, "t1"), await claim(tx, planId, "t2")];
        await tx.append(planId, ...started("t1", first));
        const { seq: _, ...now } = look(0, []);
        tx.keepObservation(CHECKOUT, now);
        await tx.append(planId, ...started("t2", second));
      },
    );
    const since = await store.read((reader) => reader.attemptsSinceLook(CHECKOUT));
    expect(since.map(({ claim }) => claim.task)).toEqual(["t2"]);
  });
});
