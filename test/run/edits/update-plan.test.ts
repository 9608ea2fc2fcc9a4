import { describe, expect, it } from "vitest";
import { idsOf, launchFor, report, task, tokenIn } from "../../support/checkout.ts";
import { planOf } from "../../support/plan-of.ts";

describe("a plan", () => {
  it("a plan that is paused launches nothing more and lets what runs finish", async () => {
    const { server, next, update } = await planOf([task("1"), task("2", { dependencies: ["1"] })]);
    const { launch } = await next();
    expect((await update({ action: "pause" })).status).toBe("paused");
    const paused = await next();
    expect(paused).toMatchObject({ launch: [], done: false });
    expect(paused.next).toMatch(/paused.*resume/);
    expect((await report(server, "p", launchFor(launch, "1"))).status).toBe("completed");
    expect((await next()).launch).toEqual([]);
    await update({ action: "resume" });
    expect(idsOf((await next()).launch)).toEqual(["2"]);
  });

  it("a plan that is stopped cancels what runs, whose token is dead, and names its agent until that has ended", async () => {
    const { server, next, update } = await planOf([task("1"), task("2")]);
    const { launch } = await next();
    const token = tokenIn(launchFor(launch, "1").prompt);
    await server.hook({ event: "PreToolUse", agent: "a1", use: "u1", tool: "Read" });
    await server.call("task_get", { task: "p/1", token }, { toolUseId: "u1" });
    await update({ action: "stop" });
    const stopped = await next();
    expect(stopped).toMatchObject({ launch: [], stop: [{ task: "1", agentId: "a1" }] });
    await expect(report(server, "p", launchFor(launch, "1"))).rejects.toThrow(/refused/);
    await expect(report(server, "p", launchFor(launch, "2"))).rejects.toThrow(/refused/);
    await server.hook({ event: "SubagentStop", agent: "a1" });
    expect((await next()).stop).toBeUndefined();
    await update({ action: "reopen" });
    expect(idsOf((await next()).launch)).toEqual(["1", "2"]);
  });

  it("a plan that is stopped and opened again keeps the files of an agent that may still write", async () => {
    const { server, next, update } = await planOf([task("1"), task("2", { writes: ["src/1.ts"] })]);
    const { launch } = await next();
    await server.call("task_get", { task: "p/1", token: tokenIn(launchFor(launch, "1").prompt) });
    await update({ action: "stop" });
    await update({ action: "reopen" });
    expect(await next()).toMatchObject({ launch: [], done: false });
  });

  it("a plan takes a changed policy at once", async () => {
    const { next, update } = await planOf([task("1"), task("2"), task("3")], { maxParallel: 1 });
    expect((await next()).launch).toHaveLength(1);
    expect((await update({ policy: { maxParallel: 3 } })).policy).toMatchObject({ maxParallel: 3 });
    expect((await next()).launch).toHaveLength(3);
  });

  it("a plan is done when nothing runs and nothing can become ready", async () => {
    const { server, next } = await planOf([task("1"), task("2", { dependencies: ["1"] })], { retries: 0 });
    const { launch } = await next();
    await report(server, "p", launchFor(launch, "1"), { outcome: "failed" });
    const after = await next();
    expect(after.done).toBe(true);
    expect(after.next).toContain("plan_report");
  });
});
