import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { task } from "../support/checkout.ts";
import { git } from "../support/git.ts";
import { plannedRun, scriptedClient } from "../support/plan-run.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const two = [{ client: scriptedClient(), slots: 2 }];

/** Files by which a test and an agent wait for each other. */
function meeting() {
  const folder = temporaryFolder();
  const [begun, until] = [join(folder, "begun"), join(folder, "until")];
  const hasBegun = () => expect.poll(() => existsSync(begun)).toBe(true);
  const pid = () => Number(readFileSync(begun, "utf8"));
  return { orders: `begun=${begun} until=${until}`, hasBegun, pid, release: () => writeFileSync(until, "") };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("a plan that a runner executes", () => {
  it("a plan that a runner executes is done with every task on its branch, and reported", async () => {
    const tasks = [task("1"), task("2"), task("3", { dependencies: ["1", "2"] })];
    const { run, folder, log, news } = await plannedRun(tasks);
    expect(await run(two)).toMatchObject({
      how: "done",
      exitCode: 0,
      text: expect.stringContaining("3 of 3"),
    });
    const files = await git(folder, "ls-tree", "-r", "--name-only", "parallel/p");
    expect(files.split("\n")).toEqual(expect.arrayContaining(["src/1.ts", "src/2.ts", "src/3.ts"]));
    expect(await git(folder, "show", "parallel/p:src/1.ts")).toContain(".claude/worktrees/p-1");
    expect(log("attempt.ended").map(({ data }) => data.outcome)).toEqual(Array(3).fill("completed"));
    expect(news).toHaveLength(3);
    expect(log("engine.started").map(({ data }) => data.engine)).toEqual(["run"]);
    expect(log("engine.ended").map(({ data }) => data.how)).toEqual(["done"]);
  });

  it("a plan that a runner executes has the tokens that its clients tell", async () => {
    const { run, log } = await plannedRun([task("1")]);
    await run(two);
    expect(log("attempt.measured")[0]?.data.usage).toEqual({
      ...{ input: 10, cacheWrite: 0, cacheRead: 5, output: 3, requests: 1 },
      byModel: { scripted: { input: 10, cacheWrite: 0, cacheRead: 5, output: 3 } },
    });
  });

  it("a plan that a runner executes ends with what failed and what waits for it", async () => {
    const tasks = [
      task("1", { description: "says=FAILED_for_want_of_a_key" }),
      task("2", { dependencies: ["1"] }),
      task("3", { description: "says=DONE" }),
    ];
    const { run, log } = await plannedRun(tasks);
    expect(await run(two)).toMatchObject({ exitCode: 1 });
    const ended = new Map(log("attempt.ended").map((line) => [line.task, line.data]));
    expect(ended.get("1")).toMatchObject({ outcome: "failed", lastMessage: "FAILED for want of a key" });
    expect(ended.get("3")).toMatchObject({ outcome: "completed" });
    expect(ended.has("2")).toBe(false);
  });

  it("a plan that a runner executes never has more agents at once than their clients' slots", async () => {
    const tasks = ["1", "2", "3", "4"].map((id) => task(id));
    const { run, log } = await plannedRun(tasks);
    await run([{ client: scriptedClient(), slots: 1 }]);
    const order = [...log("attempt.started"), ...log("attempt.ended")].sort((a, b) => a.seq - b.seq);
    expect(order.map(({ type }) => type)).toEqual(Array(4).fill(["attempt.started", "attempt.ended"]).flat());
  });
});

describe("a runner that is interrupted", () => {
  it("a runner that is interrupted once starts nothing more and lets its agents finish", async () => {
    const { orders, hasBegun, release } = meeting();
    const tasks = [task("1", { description: orders }), task("2", { dependencies: ["1"] })];
    const { run, log, drain } = await plannedRun(tasks);
    const end = run(two);
    await hasBegun();
    drain.abort();
    release();
    expect(await end).toMatchObject({
      how: "interrupted",
      exitCode: 130,
      text: expect.stringContaining("parallel run p goes on with it."),
    });
    expect(log("attempt.ended").map(({ task: id, data }) => [id, data.outcome])).toEqual([
      ["1", "completed"],
    ]);
    expect(log("attempt.started").map(({ task: id }) => id)).toEqual(["1"]);
    expect(log("engine.ended").map(({ data }) => data.how)).toEqual(["stopped"]);
  });

  it("a runner that is interrupted hands back at once what it has begun nothing of", async () => {
    const { orders, hasBegun, release } = meeting();
    // Of the client that both want there is one at a time, and room for somebody else.
    const tasks = [task("1", { description: orders, client: "wanted" }), task("2", { client: "wanted" })];
    const { run, log, drain } = await plannedRun(tasks);
    const clients = [scriptedClient("wanted"), scriptedClient("other")];
    const end = run(clients.map((client) => ({ client, slots: 1 })));
    await hasBegun();
    await expect.poll(() => log("claim.offered").map(({ task: id }) => id)).toContain("2");
    drain.abort();
    await expect
      .poll(() => log("claim.returned").map(({ task: id, data }) => [id, data.cause]))
      .toEqual([["2", "its runner starts nothing more"]]);
    release();
    expect(await end).toMatchObject({ how: "interrupted", exitCode: 130 });
  });

  it("a runner that is interrupted twice stops its agents, which costs their tasks nothing, and the next one goes on", async () => {
    const { orders, hasBegun, pid, release } = meeting();
    const { run, log, drain, stop } = await plannedRun([task("1", { description: orders })]);
    const end = run(two);
    await hasBegun();
    drain.abort();
    stop.abort();
    expect(await end).toMatchObject({ how: "interrupted", exitCode: 130 });
    await expect.poll(() => isAlive(pid())).toBe(false);
    expect(log("attempt.ended")[0]?.data).toMatchObject({
      ...{ outcome: "lost", cause: "its runner was stopped", interrupted: true },
    });
    expect(log("task.status").at(-1)?.data.status).toBe("pending");
    release();
  });
});

describe("a client that cannot work", () => {
  it("a client that is at its limit is waited for when there is no other, and the task loses nothing", async () => {
    const once = join(temporaryFolder(), "once");
    const { run, log, news } = await plannedRun([task("1", { description: `limit-ms=1500 once=${once}` })]);
    expect(await run(two)).toMatchObject({ exitCode: 0 });
    const [lost, completed] = log("attempt.ended");
    expect(lost?.data).toMatchObject({ outcome: "lost", cause: "scripted: the limit is reached" });
    const [throttled] = log("plan.throttled");
    const untilMs = Number((throttled?.data.throttle as { untilMs: number } | undefined)?.untilMs);
    expect(untilMs - (lost?.atMs ?? 0)).toBeGreaterThan(1_000);
    const [, started] = log("attempt.started");
    expect(started?.atMs).toBeGreaterThanOrEqual(untilMs);
    expect(completed?.data.outcome).toBe("completed");
    expect(news).toContainEqual(expect.objectContaining({ kind: "limit", client: "scripted", untilMs }));
  });

  it("a client that is at its limit is stood in for by the next one at once", async () => {
    const once = join(temporaryFolder(), "once");
    const { run, log, news } = await plannedRun([task("1", { description: `limit-ms=600000 once=${once}` })]);
    const clients = [scriptedClient("first"), scriptedClient("second")];
    expect(await run(clients.map((client) => ({ client, slots: 1 })))).toMatchObject({ exitCode: 0 });
    expect(news.flatMap((one) => (one.kind === "agent" ? [one.client] : []))).toEqual(["first", "second"]);
    expect(log("plan.throttled")).toEqual([]);
  });

  it("a client that comes to nothing twice is not asked any more, and the next one does the task", async () => {
    const broken = scriptedClient("broken", {
      start: () => ({ program: join(temporaryFolder(), "none"), args: [], env: {}, stdin: "", files: {} }),
    });
    const { run, news, log } = await plannedRun([task("1")]);
    const end = await run([
      { client: broken, slots: 1 },
      { client: scriptedClient(), slots: 1 },
    ]);
    expect(end).toMatchObject({ exitCode: 0 });
    expect(news.map(({ kind }) => kind)).toEqual(["agent", "agent", "given-up", "agent"]);
    expect(log("attempt.ended").map(({ data }) => data.outcome)).toEqual(["lost", "lost", "completed"]);
  });

  it("a client that comes to nothing, and is the only one, ends the run with what it says", async () => {
    const { run, log } = await plannedRun([task("1", { description: "exit-before=3" })]);
    const end = await run(two);
    expect(end).toMatchObject({ how: "stuck", exitCode: 1 });
    expect(end.text).toContain("scripted: scripted ended with exit code 3: it cannot start");
    expect(log("task.status").at(-1)?.data.status).toBe("pending");
  });

  it("a client without hooks is given no task that works in the checkout", async () => {
    const { run, log } = await plannedRun([task("1")], { isolation: "shared" });
    const end = await run(two);
    expect(end).toMatchObject({ how: "stuck", exitCode: 1 });
    expect(end.text).toContain("1 works in the checkout, and there is no client for it");
    expect(log("attempt.started")).toEqual([]);
  });
});
