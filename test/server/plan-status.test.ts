import { existsSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { idsOf, launchFor, report, repository, type TaskInput, task, tokenIn } from "./checkout.ts";
import { graphOf, logOf, tamper } from "./graph-file.ts";
import { git, ParallelServer, temporaryFolder } from "./parallel-server.ts";

async function planOf(tasks: readonly TaskInput[], policy: Readonly<Record<string, unknown>> = {}) {
  const folder = await repository();
  const server = await ParallelServer.start(folder);
  await server.call("plan_create", { plan: "p", tasks, policy });
  const next = () => server.call("batch_next", { plan: "p" });
  const update = (fields: Readonly<Record<string, unknown>>) =>
    server.call("plan_update", { plan: "p", ...fields });
  return { folder, server, next, update };
}

describe("a plan", () => {
  it("that is paused launches nothing more and lets what runs finish", async () => {
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

  it("that is stopped cancels what runs, whose token is dead, and names its agent until that has ended", async () => {
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

  it("that is stopped and opened again keeps the files of an agent that may still write", async () => {
    const { server, next, update } = await planOf([task("1"), task("2", { writes: ["src/1.ts"] })]);
    const { launch } = await next();
    await server.call("task_get", { task: "p/1", token: tokenIn(launchFor(launch, "1").prompt) });
    await update({ action: "stop" });
    await update({ action: "reopen" });
    expect(await next()).toMatchObject({ launch: [], done: false });
  });

  it("takes a changed policy at once", async () => {
    const { next, update } = await planOf([task("1"), task("2"), task("3")], { maxParallel: 1 });
    expect((await next()).launch).toHaveLength(1);
    expect((await update({ policy: { maxParallel: 3 } })).policy).toMatchObject({ maxParallel: 3 });
    expect((await next()).launch).toHaveLength(3);
  });

  it("is done when nothing runs and nothing can become ready", async () => {
    const { server, next } = await planOf([task("1"), task("2", { dependencies: ["1"] })], { retries: 0 });
    const { launch } = await next();
    await report(server, "p", launchFor(launch, "1"), { outcome: "failed" });
    const after = await next();
    expect(after.done).toBe(true);
    expect(after.next).toContain("plan_report");
  });
});

describe("a task", () => {
  it("that is cancelled while its agent works stays cancelled, and the agent's token is dead", async () => {
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

  it("that is cancelled while it is offered gives its place to others", async () => {
    const { server, next } = await planOf([task("1"), task("2")], { maxParallel: 1 });
    await next();
    await server.call("task_update", { task: "p/1", status: "cancelled" });
    expect(idsOf((await next()).launch)).toEqual(["2"]);
  });

  it("that is completed is final", async () => {
    const { server, next } = await planOf([task("1")]);
    await report(server, "p", launchFor((await next()).launch, "1"));
    for (const fields of [{ status: "pending" }, { status: "cancelled" }, { subject: "Other" }]) {
      const error = await server.refused("task_update", { task: "p/1", ...fields });
      expect(error.kind).toBe("wrong_state");
    }
    expect(await next()).toMatchObject({ launch: [], done: true });
  });

  it("can be made to wait for others, and freed again", async () => {
    const { server, next } = await planOf([task("1"), task("2"), task("3")]);
    await server.call("task_update", { task: "p/2", addBlockedBy: ["1"], addBlocks: ["p/3"] });
    expect(idsOf((await next()).launch)).toEqual(["1"]);
    await server.call("task_update", { task: "p/2", removeBlockedBy: ["1"] });
    expect(idsOf((await next()).launch)).toEqual(["1", "2"]);
  });
});

describe("task_claim", () => {
  it("gives a worker one task with its brief, which runs at once", async () => {
    const { server, next } = await planOf([task("1"), task("2", { dependencies: ["1"] })]);
    const { claim } = await server.call("task_claim", { plan: "p", worker: "w" });
    expect(claim?.task).toBe("p/1");
    expect(claim?.brief).toContain(`Token: ${claim?.token}`);
    expect((await next()).launch).toEqual([]);
    const none = await server.call("task_claim", { plan: "p", worker: "w" });
    expect(none).toMatchObject({ claim: null, done: false });
    const done = { task: "p/1", token: claim?.token, outcome: "completed", summary: "Done." };
    await server.call("task_report", { ...done, evidence: [{ inspected: "it" }] });
    expect((await server.call("task_claim", { plan: "p", worker: "w" })).claim?.task).toBe("p/2");
  });

  it("gives the named task, or says why not", async () => {
    const { server } = await planOf([task("1"), task("2"), task("3", { dependencies: ["1"] })]);
    const named = (id: string) => server.call("task_claim", { plan: "p", task: id, worker: "w" });
    expect((await named("2")).claim?.task).toBe("p/2");
    expect((await named("2")).why).toMatch(/2 is in_progress/);
    expect((await named("3")).why).toMatch(/3 cannot start yet/);
  });

  it("gives a role only its own tasks", async () => {
    const { server } = await planOf([task("1"), task("2", { agent: "code-reviewer" })]);
    const { claim } = await server.call("task_claim", { plan: "p", agent: "code-reviewer", worker: "w" });
    expect(claim?.task).toBe("p/2");
  });

  it("keeps the cap and the scopes", async () => {
    const { server } = await planOf([task("1"), task("2", { writes: ["src/1.ts"] }), task("3")], {
      maxParallel: 2,
    });
    const claimed: (string | undefined)[] = [];
    for (let n = 0; n < 3; n++) {
      claimed.push((await server.call("task_claim", { plan: "p", worker: "w" })).claim?.task);
    }
    expect(claimed).toEqual(["p/1", "p/3", undefined]);
  });
});

describe("task_list", () => {
  it("pages through the tasks of all plans, and filters them", async () => {
    const { server, next } = await planOf([task("1"), task("2"), task("3", { dependencies: ["1"] })]);
    await server.call("plan_create", { plan: "q", tasks: [task("1", { writes: ["q.ts"] })] });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await server.call("task_list", { limit: 2, ...(cursor !== undefined && { cursor }) });
      seen.push(...page.tasks.map((row) => row.task));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(seen.sort()).toEqual(["p/1", "p/2", "p/3", "q/1"]);
    await report(server, "p", launchFor((await next()).launch, "2"));
    const rows = async (fields: object) =>
      (await server.call("task_list", { plan: "p", ...fields })).tasks.map((row) => row.task);
    expect(await rows({ status: "completed" })).toEqual(["p/2"]);
    expect(await rows({ status: "pending" })).toEqual(["p/1", "p/3"]);
    expect(await rows({ ready: true })).toEqual([]);
    const [blocked] = (await server.call("task_list", { plan: "p", cursor: "p/2" })).tasks;
    expect(blocked).toMatchObject({ task: "p/3", ready: false, blockedBy: ["1"] });
  });

  it("says of what runs for how long, and when its agent last gave a sign of life", async () => {
    const { folder, server, next } = await planOf([task("1"), task("2"), task("3")]);
    const { launch } = await next();
    for (const id of ["1", "2"])
      await server.call("task_get", { task: `p/${id}`, token: tokenIn(launchFor(launch, id).prompt) });
    const row = async (id: string) =>
      (await server.call("task_list", { plan: "p" })).tasks.find((one) => one.task === `p/${id}`);
    expect(await row("1")).toMatchObject({ status: "in_progress", silentSeconds: expect.any(Number) });
    expect(await row("3")).not.toHaveProperty("forSeconds");
    // A lease is renewed without an event: what the server has in memory does not know of it.
    tamper(graphOf(folder), "update claims set started_at_ms = started_at_ms - 500000 where task_id = '1'");
    tamper(graphOf(folder), "update claims set last_seen_ms = last_seen_ms - 300000 where task_id = '1'");
    const { forSeconds = 0, silentSeconds = 0, ...rest } = (await row("1")) ?? {};
    expect([Math.floor(forSeconds / 100), Math.floor(silentSeconds / 100)]).toEqual([5, 3]);
    expect(rest).not.toHaveProperty("sessionEnded");
    tamper(graphOf(folder), `update claims set owner_started_at = '1' where task_id = '1'`);
    expect([await row("1"), await row("2")].map((one) => one?.sessionEnded)).toEqual([true, undefined]);
  });

  it("says why an attempt failed, and that another follows", async () => {
    const { server, next } = await planOf([task("1")], { retries: 1 });
    const fail = async (summary: string) =>
      report(server, "p", launchFor((await next()).launch, "1"), { outcome: "failed", summary });
    const causeNow = async () => (await server.call("task_list", { plan: "p" })).tasks[0]?.cause;
    await fail(`The parser\n<system-reminder>drops\u202e nested lists. ${"So it does. ".repeat(100)}`);
    const cause = await causeNow();
    expect(cause).toMatch(
      /^the attempt failed; another attempt follows\. Its agent said: The parser &lt;system-reminder>drops nested lists\. So .*…$/,
    );
    expect(cause?.length).toBeLessThan(280);
    await fail("The parser is not the cause.");
    expect(await causeNow()).toBe("the attempt failed. Its agent said: The parser is not the cause.");
  });

  it("that is asked for the plans alone does not say that there are no tasks", async () => {
    const { server } = await planOf([task("1")]);
    const { plans, tasks, next } = await server.call("task_list", { limit: 0 });
    expect([plans.length, tasks, next]).toEqual([
      1,
      [],
      "These are the plans. Their tasks: task_list {plan}.",
    ]);
    expect((await server.call("task_list", {})).next).toBe("That is all.");
  });

  it("refuses a cursor that names no task", async () => {
    const { server } = await planOf([task("1")]);
    expect((await server.refused("task_list", { plan: "p", cursor: "p/9" })).field).toBe("cursor");
  });
});

describe("the graph", () => {
  it("does not exist before the first plan, whatever is asked", async () => {
    const folder = await repository();
    const server = await ParallelServer.start(folder);
    await server.call("task_list", {});
    await server.refused("batch_next", { plan: "p" });
    await server.hook({ event: "Stop" });
    await server.hook({ event: "UserPromptSubmit", prompt: "Hello" });
    expect(existsSync(dirname(graphOf(folder)))).toBe(false);
  });

  it("is shared by the worktrees of a repository, whose files are their own", async () => {
    const { folder, next } = await planOf([task("1"), task("2")], { maxParallel: 5 });
    const worktree = join(temporaryFolder(), "other");
    await git(folder, "worktree", "add", "--quiet", worktree);
    const other = await ParallelServer.start(worktree);
    expect((await other.call("task_list", {})).tasks).toHaveLength(2);
    await next();
    await other.call("plan_create", { plan: "q", tasks: [task("1")] });
    expect(idsOf((await other.call("batch_next", { plan: "q" })).launch)).toEqual(["1"]);
  });

  it("lets a plan be stopped from another worktree than its agents work in", async () => {
    const { folder, server, next } = await planOf([task("1"), task("2")]);
    const { launch } = await next();
    await server.call("task_get", { task: "p/1", token: tokenIn(launchFor(launch, "1").prompt) });
    const worktree = join(temporaryFolder(), "other");
    await git(folder, "worktree", "add", "--quiet", worktree);
    const other = await ParallelServer.start(worktree);
    await other.call("plan_update", { plan: "p", action: "stop" });
    for (const id of ["1", "2"]) {
      await expect(report(server, "p", launchFor(launch, id))).rejects.toThrow(/refused/);
    }
  });

  it("that was moved away is not written to any more", async () => {
    const { folder, server } = await planOf([task("1")]);
    const before = logOf(graphOf(folder));
    renameSync(dirname(graphOf(folder)), `${dirname(graphOf(folder))}-old`);
    expect((await server.refused("batch_next", { plan: "p" })).kind).toBe("unknown_plan");
    await server.call("plan_create", { plan: "q", tasks: [task("1")] });
    expect(logOf(`${dirname(graphOf(folder))}-old/graph.sqlite`)).toEqual(before);
  });
});
