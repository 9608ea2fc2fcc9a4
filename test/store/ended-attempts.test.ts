import { describe, expect, it } from "vitest";
import { CHECKOUT, claim, completed, makePlan, NOW, started } from "./changes.ts";
import { ENGINES, freshDatabase, stopPostgresAfterAll } from "./databases.ts";

stopPostgresAfterAll();

describe.each(ENGINES)("attempts that ended after a time, in %s", (engine) => {
  it("attempts that ended after a time are those of the checkout, also in the transaction that ends them, and no offers", async () => {
    const store = await (await freshDatabase(engine)).open();
    const planId = await makePlan(store, 3);
    const ids = await store.write(
      () => NOW,
      "main",
      async (tx) => {
        const made = [
          await claim(tx, planId, "t1"),
          await claim(tx, planId, "t2"),
          await claim(tx, planId, "t3"),
        ];
        const [first = made[0], second = made[1]] = made;
        if (first === undefined || second === undefined) throw new Error("no claims were made");
        await tx.append(planId, ...started("t1", first), ...completed("t1", first));
        await tx.append(planId, ...started("t2", second));
        const endedBy = (afterMs: number) => tx.attemptsEndedAfter(CHECKOUT, afterMs);
        expect((await endedBy(tx.nowMs - 1)).map((held) => held.claim.id)).toEqual([first]);
        expect(await endedBy(tx.nowMs)).toEqual([]);
        return { first, nowMs: tx.nowMs };
      },
    );
    const ended = (checkout: string, afterMs: number) =>
      store.read(async (reader) =>
        (await reader.attemptsEndedAfter(checkout, afterMs)).map((held) => [held.plan, held.claim.id]),
      );
    expect(await ended(CHECKOUT, ids.nowMs - 1)).toEqual([["shop", ids.first]]);
    expect(await ended(CHECKOUT, ids.nowMs)).toEqual([]);
    expect(await ended("elsewhere", 0)).toEqual([]);
  });
});
