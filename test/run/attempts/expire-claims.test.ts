import { describe, expect, it } from "vitest";
import { idsOf, launchFor, task, tokenIn } from "../../support/checkout.ts";
import { planOf } from "../../support/plan-of.ts";

/** A clock that goes on when the test says so. */
function clock() {
  let nowMs = Date.UTC(2026, 2, 2, 9);
  return {
    now: () => nowMs,
    passes: (minutes: number) => {
      nowMs += minutes * 60_000;
    },
  };
}

describe("an attempt without a sign of life", () => {
  it("an attempt without a sign of life is lost when its lease ends; its files stay held for one more lease", async () => {
    const time = clock();
    const { server, next } = await planOf(
      [task("1", { writes: ["src/a.ts"] }), task("2", { writes: ["src/a.ts"] }), task("3")],
      { leaseMinutes: 10 },
      time,
    );
    const { launch } = await next();
    const token = tokenIn(launchFor(launch, "1").prompt);
    await server.call("task_get", { task: "p/1", token });
    time.passes(10);
    const after = await next();
    expect((await server.call("task_get", { task: "p/1" })).attempts).toMatchObject([{ outcome: "lost" }]);
    // Neither the task itself nor its rival: the lost agent may still be writing.
    expect(idsOf(after.launch)).toEqual(["3"]);
    time.passes(10);
    expect(idsOf((await next()).launch)).toContain("1");
    expect((await server.refused("task_get", { task: "p/1", token })).kind).toBe("refused_token");
  });

  it("an attempt without a sign of life is lost when its own time is over, though it still gives signs of life", async () => {
    const time = clock();
    const { server, next } = await planOf([task("1", { timeoutMinutes: 20 }), task("2")], {}, time);
    const { launch } = await next();
    const tokens = launch.map(({ prompt }) => tokenIn(prompt));
    const renew = () =>
      Promise.all(tokens.map((token, at) => server.raw("task_get", { task: `p/${at + 1}`, token })));
    await renew();
    time.passes(12);
    expect((await renew()).map(({ isError }) => isError ?? false)).toEqual([false, false]);
    time.passes(8);
    expect((await renew()).map(({ isError }) => isError ?? false)).toEqual([true, false]);
    expect((await server.call("task_get", { task: "p/1" })).attempts).toMatchObject([{ outcome: "lost" }]);
  });

  it("an attempt without a sign of life fails for good after three lost ones", async () => {
    const time = clock();
    const { server, next } = await planOf([task("1")], { leaseMinutes: 2 }, time);
    for (let n = 1; n <= 3; n++) {
      const [item] = (await next()).launch;
      await server.call("task_get", { task: "p/1", token: tokenIn(item?.prompt ?? "") });
      time.passes(2);
      await next();
      time.passes(2);
    }
    expect(await next()).toMatchObject({ launch: [], done: true, counts: { failed: 1 } });
    expect((await server.call("task_get", { task: "p/1" })).task.cause).toBe("3 attempts were lost");
  });
});
