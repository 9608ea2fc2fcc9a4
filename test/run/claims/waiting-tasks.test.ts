import { describe, expect, it } from "vitest";
import { report, task } from "../../support/checkout.ts";
import { offeredPlan } from "../../support/plan-of.ts";

const one = (id: string, fields: Readonly<Record<string, unknown>> = {}) =>
  task(id, { writes: [`src/${id}.ts`], ...fields });

/** A plan whose first batch is at work. */
async function atWork(tasks: Parameters<typeof offeredPlan>[0], policy = {}) {
  const plan = await offeredPlan(tasks, policy);
  for (const item of plan.offered) await plan.brief(item);
  const rows = async () => (await plan.server.call("task_list", { plan: "p" })).tasks;
  return {
    ...plan,
    fails: (id: string) => report(plan.server, "p", plan.item(id), { outcome: "failed", summary: "No." }),
    waitsOf: async (id: string) =>
      (await rows()).find((row) => row.task === `p/${id}`) as { waits?: unknown } | undefined,
  };
}

describe("a retry that is held back", () => {
  it("a retry that is held back says for what and until when, in each answer and in the list", async () => {
    const { server, fails, next, waitsOf } = await atWork([one("1"), one("2")]);
    await fails("1");
    const waits = [
      {
        task: "1",
        for: "nothing has completed yet, and others may fail of the same cause",
        until: expect.stringMatching(/^one has completed, or 2 ends(?:, expected in .+)?$/),
      },
    ];
    expect(await next()).toMatchObject({ launch: [], waits });
    const looks = { plan: "p", waitSeconds: 0 };
    expect(await server.call("batch_collect", looks)).toMatchObject({ waits });
    expect(await server.call("batch_collect", { ...looks, launch: true })).toMatchObject({
      launch: [],
      waits,
    });
    expect((await waitsOf("1"))?.waits).toMatchObject({ for: waits[0]?.for });
  });

  it("a retry that is held back holds nothing up once another task has completed", async () => {
    const { server, fails, item, next } = await atWork([one("1"), one("2"), one("3")]);
    await fails("1");
    await report(server, "p", item("2"));
    const answer = await next();
    expect(answer.launch.map((each) => each.task)).toEqual(["1"]);
    expect(answer).not.toHaveProperty("waits");
  });

  it("a retry is not held back for whoever cannot fail of the same cause", async () => {
    const reads = task("2", { writes: [], agent: "researcher" });
    const { fails, next } = await atWork([one("1"), reads]);
    await fails("1");
    expect((await next()).launch.map((each) => each.task)).toEqual(["1"]);
  });

  it("a retry holds up its part of the plan where the policy says so, and each says so", async () => {
    const tasks = [one("1"), one("2"), one("3", { dependencies: ["1", "2"] }), one("4")];
    const { server, fails, item, next, waitsOf } = await atWork(
      [...tasks, one("5", { dependencies: ["4"] }), one("6", { dependencies: ["2"] })],
      { failure: "retry" },
    );
    await report(server, "p", item("2"));
    await fails("1");
    const { launch } = await next();
    expect(launch.map((each) => each.task)).toEqual(["1"]);
    expect((await waitsOf("6"))?.waits).toMatchObject({
      for: "1 failed and is tried again before it",
      until: expect.stringMatching(/^1 ends/),
    });
  });
});
