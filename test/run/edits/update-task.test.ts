import { describe, expect, it } from "vitest";
import { idsOf, launchFor, report, task, tokenIn } from "../../support/checkout.ts";
import { planOf } from "../../support/plan-of.ts";

describe("a task", () => {
  it("a task that is cancelled while its agent works stays cancelled, and the agent's token is dead", async () => {
    const { server, next } = await planOf([task("1"), task("2", { dependencies: ["1"] })]);
    const { launch } = await next();
    await server.call("task_get", { task: "p/1", token: tokenIn(launchFor(launch, "1").prompt) });
    await server.call("task_update", { task: "p/1", status: "cancelled" });
    await expect(report(server, "p", launchFor(launch, "1"))).rejects.toThrow(/refused/);
    expect((await server.call("task_get", { task: "p/1" })).task.status).toBe("cancelled");
    const after = await next();
    expect(after).toMatchObject({ launch: [], done: true });
    expect(after.why).toEqual([{ task: "2", reasons: ["1 cancelled"] }]);
  });

  it("a task that is cancelled while it is offered gives its place to others", async () => {
    const { server, next } = await planOf([task("1"), task("2")], { maxParallel: 1 });
    await next();
    await server.call("task_update", { task: "p/1", status: "cancelled" });
    expect(idsOf((await next()).launch)).toEqual(["2"]);
  });

  it("a task that is completed is final", async () => {
    const { server, next } = await planOf([task("1")]);
    await report(server, "p", launchFor((await next()).launch, "1"));
    for (const fields of [{ status: "pending" }, { status: "cancelled" }, { subject: "Other" }]) {
      const error = await server.refused("task_update", { task: "p/1", ...fields });
      expect(error.kind).toBe("wrong_state");
    }
    expect(await next()).toMatchObject({ launch: [], done: true });
  });

  it("a task can be made to wait for others, and freed again", async () => {
    const { server, next } = await planOf([task("1"), task("2"), task("3")]);
    await server.call("task_update", { task: "p/2", addBlockedBy: ["1"], addBlocks: ["p/3"] });
    expect(idsOf((await next()).launch)).toEqual(["1"]);
    await server.call("task_update", { task: "p/2", removeBlockedBy: ["1"] });
    expect(idsOf((await next()).launch)).toEqual(["1", "2"]);
  });
});
