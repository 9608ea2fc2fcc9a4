import { describe, expect, it } from "vitest";
import type { AttemptId } from "../../mcp-server/src/graph/attempt.ts";
import type { Observation } from "../../mcp-server/src/store/rows.ts";
import { CHECKOUT, claim, completed, makePlan, NOW, started } from "./changes.ts";
import { ENGINES, freshDatabase, stopPostgresAfterAll } from "./databases.ts";

stopPostgresAfterAll();

function look(seq: number, atWork: readonly AttemptId[]): Observation {
  const files = new Map([["src/a\tb.ts", "print"]]);
  return { fromMs: NOW, toMs: NOW + 5, seq, head: "abc", files, atWork };
}

describe.each(ENGINES)("the last look at a checkout, in %s", (engine) => {
  it("is kept for every process until the next one, and apart from other checkouts'", async () => {
    const database = await freshDatabase(engine);
    const [one, two] = [await database.open(), await database.open()];
    expect(await one.read((reader) => reader.observation(CHECKOUT))).toBeUndefined();
    await one.write(
      () => NOW,
      "main",
      (tx) => tx.keepObservation(CHECKOUT, look(1, [])),
    );
    await two.write(
      () => NOW,
      "main",
      (tx) => tx.keepObservation(CHECKOUT, look(7, [3 as AttemptId])),
    );
    await two.write(
      () => NOW,
      "main",
      (tx) => tx.keepObservation("elsewhere", look(2, [])),
    );
    const kept = await one.read((reader) => reader.observation(CHECKOUT));
    expect(kept).toEqual(look(7, [3 as AttemptId]));
  });

  it("finds who has been at work since: those of then, and those who started after it", async () => {
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
    const seq = await store.read((reader) => reader.lastSeq());
    await store.write(
      () => NOW,
      "main",
      async (tx) => {
        await tx.append(planId, ...started("t2", second), ...completed("t2", second));
        await claim(tx, planId, "t4");
      },
    );
    const since = (after: number, ids: AttemptId[]) =>
      store.read(async (reader) =>
        (await reader.attemptsSince(CHECKOUT, after, ids)).map(({ plan, claim: { id, state } }) => [
          plan,
          id,
          state,
        ]),
      );
    expect(await since(seq, [])).toEqual([["shop", second, "ended"]]);
    expect(await since(seq, [first, third])).toEqual([
      ["shop", first, "running"],
      ["shop", second, "ended"],
      ["shop", third, "offered"],
    ]);
    expect(await since(0, [])).toHaveLength(2);
    expect(await store.read((reader) => reader.attemptsSince("elsewhere", 0, [first]))).toEqual([]);
  });
});
