import { describe, expect, it } from "vitest";
import { BundledServer } from "../../support/bundled-server.ts";
import {
  idsOf,
  launchFor,
  report,
  repository,
  type TaskInput,
  task,
  tokenIn,
} from "../../support/checkout.ts";
import { graphOf, logOf } from "../../support/graph-file.ts";
import { ParallelServer, type StartOptions } from "../../support/parallel-server.ts";

/** A server whose first batch runs. */
async function running(
  tasks: readonly TaskInput[],
  policy: Readonly<Record<string, unknown>> = {},
  start: StartOptions = {},
) {
  const folder = await repository();
  const server = await ParallelServer.start(folder, start);
  await server.call("plan_create", { plan: "p", tasks, policy });
  const { launch } = await server.call("batch_next", { plan: "p" });
  for (const item of launch) {
    await server.call("task_get", { task: `p/${item.task}`, token: tokenIn(item.prompt) });
  }
  const item = (id: string) => launchFor(launch, id);
  const collect = (fields: Readonly<Record<string, unknown>> = {}) =>
    server.call("batch_collect", { plan: "p", waitSeconds: 20, ...fields });
  return { folder, server, item, collect };
}

/** By then a call waits in the server, as a rule; what it answers is the same if it does not. */
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("batch_collect", () => {
  it("batch_collect waits in the server for the next one that ends, completed or not", async () => {
    const { server, item, collect } = await running([task("1"), task("2")], { retries: 0 });
    const waiting = collect();
    await pause(300);
    await report(server, "p", item("2"), { outcome: "failed", summary: "No\nport." });
    expect(await waiting).toMatchObject({
      satisfied: true,
      ended: [{ task: "2", outcome: "failed", line: "No port." }],
      decision: "wait",
    });
  });

  it("batch_collect leaves to the report what went well, and says a verdict once", async () => {
    const own = { agent: "code-reviewer", writes: [] };
    const reviews = ["2", "3", "4"].map((id) => task(id, own));
    const { server, item, collect } = await running([task("1"), ...reviews]);
    await report(server, "p", item("1"));
    await report(server, "p", item("2"), { verdict: "accepted" });
    const rejected = { verdict: "rejected", findings: [{ severity: "low", text: "A typo" }] };
    await report(server, "p", item("3"), { ...rejected, summary: "A typo is left." });
    await report(server, "p", item("4"), { ...rejected, summary: "Rejected: a typo is left." });
    expect((await collect()).ended).toEqual([
      { task: "1", outcome: "completed" },
      { task: "2", outcome: "completed", line: "accepted" },
      { task: "3", outcome: "completed", line: "rejected: A typo is left." },
      { task: "4", outcome: "completed", line: "Rejected: a typo is left." },
    ]);
  });

  it("batch_collect tells each ended one once", async () => {
    const { server, item, collect } = await running([task("1"), task("2")]);
    await report(server, "p", item("1"));
    expect((await collect()).ended.map(({ task }) => task)).toEqual(["1"]);
    expect(await collect({ waitSeconds: 0 })).toMatchObject({ satisfied: false, ended: [] });
    await report(server, "p", item("2"));
    expect((await collect()).ended.map(({ task }) => task)).toEqual(["2"]);
  });

  it("batch_collect until any waits for one that completed and cancels the rest, whose agents it says to stop", async () => {
    const { folder, server, item, collect } = await running(
      [task("1"), task("2"), task("3"), task("4", { dependencies: ["1", "2", "3"], needs: "any" })],
      { retries: 1 },
    );
    await server.hook({ event: "PreToolUse", agent: "a3", use: "u3", tool: "Read" });
    const token = tokenIn(item("3").prompt);
    await server.call("task_get", { task: "p/3", token }, { toolUseId: "u3" });
    const waiting = collect({ until: "any" });
    await report(server, "p", item("1"), { outcome: "failed" });
    await pause(300);
    await report(server, "p", item("2"));
    expect(await waiting).toMatchObject({ satisfied: true, stop: [{ task: "3", agentId: "a3" }] });
    const decided = logOf(graphOf(folder)).flatMap((event) =>
      event.type === "decision.taken" ? [event.data] : [],
    );
    expect(decided.at(-1)).toEqual({
      decision: "stop",
      reason: "2 completed and any one was waited for: 1, 3 are not needed any more.",
    });
    expect(idsOf((await server.call("batch_next", { plan: "p" })).launch)).toEqual(["4"]);
  });

  it("batch_collect until any lets those go on that something else still needs", async () => {
    const both = task("4", { dependencies: ["1", "3"] });
    const { server, item, collect } = await running([task("1"), task("2"), task("3"), both]);
    const waiting = collect({ until: "any" });
    await report(server, "p", item("1"));
    expect(await waiting).toMatchObject({ satisfied: true, counts: { running: 1, cancelled: 1 } });
    await report(server, "p", item("3"));
    expect(idsOf((await server.call("batch_next", { plan: "p" })).launch)).toEqual(["4"]);
  });

  it("batch_collect until any gives up when none is left that could complete", async () => {
    const { server, item, collect } = await running([task("1"), task("2")], { retries: 0 });
    const waiting = collect({ until: "any" });
    await report(server, "p", item("1"), { outcome: "failed" });
    await report(server, "p", item("2"), { outcome: "failed" });
    expect(await waiting).toMatchObject({ satisfied: false, decision: "escalate", done: true });
  });

  it("batch_collect until all waits for every task that ran when it was called", async () => {
    const { server, item, collect } = await running([
      task("1"),
      task("2"),
      task("3", { dependencies: ["1"] }),
    ]);
    const waiting = collect({ until: "all" });
    await report(server, "p", item("1"));
    await pause(300);
    await report(server, "p", item("2"));
    expect(await waiting).toMatchObject({ satisfied: true, decision: "proceed" });
  });

  it("batch_collect until atLeast waits for so many of the named tasks to complete", async () => {
    const { server, item, collect } = await running([task("1"), task("2"), task("3")]);
    const waiting = collect({ until: { atLeast: 2 }, tasks: ["1", "p/2"] });
    await report(server, "p", item("3"));
    await report(server, "p", item("1"));
    await pause(300);
    await report(server, "p", item("2"));
    const { satisfied, counts } = await waiting;
    expect({ satisfied, completed: counts?.completed }).toEqual({ satisfied: true, completed: 3 });
  });

  it("batch_collect only looks with waitSeconds 0, and comes back when its time is over", async () => {
    const { collect } = await running([task("1")]);
    expect(await collect({ waitSeconds: 0 })).toMatchObject({ satisfied: false, decision: "wait" });
    const began = performance.now();
    expect(await collect({ waitSeconds: 0.5 })).toMatchObject({ satisfied: false, counts: { running: 1 } });
    expect(performance.now() - began).toBeGreaterThan(450);
  });

  it("batch_collect comes back at once when nothing runs", async () => {
    const { server, item, collect } = await running([task("1"), task("2", { dependencies: ["1"] })]);
    await report(server, "p", item("1"));
    await collect();
    expect(await collect()).toMatchObject({ satisfied: false, ended: [], decision: "proceed" });
  });

  it("batch_collect wants a retry after a failure that may be tried again", async () => {
    const { server, item, collect } = await running([task("1")]);
    await report(server, "p", item("1"), { outcome: "failed" });
    expect(await collect()).toMatchObject({ decision: "retry" });
  });

  it("batch_collect tells a session that knows nothing yet only of what ends from now on", async () => {
    const { folder, server, item } = await running([task("1"), task("2")]);
    await report(server, "p", item("1"));
    await server.close();
    const resumed = await ParallelServer.start(folder);
    const collect = (waitSeconds: number) => resumed.call("batch_collect", { plan: "p", waitSeconds });
    expect((await collect(0)).ended).toEqual([]);
    await report(resumed, "p", item("2"));
    expect((await collect(20)).ended.map(({ task }) => task)).toEqual(["2"]);
  });

  it("batch_collect learns of what another process completed", async () => {
    const { folder, item, collect } = await running([task("1"), task("2")]);
    const other = await BundledServer.start(folder);
    const waiting = collect({ waitSeconds: 600 });
    await report(other, "p", item("2"));
    expect((await waiting).ended.map(({ task }) => task)).toEqual(["2"]);
  });

  it("batch_collect waits for files that a lost agent may still write, where nothing else is left to wait for", async () => {
    let passedMs = 0;
    const now = () => Date.now() + passedMs;
    const { server, collect } = await running([task("1")], { leaseMinutes: 1 }, { now });
    passedMs = 60_000;
    expect(await collect()).toMatchObject({
      ended: [{ task: "1", outcome: "lost", line: "no sign of life for 1 min, or its time was over" }],
    });
    expect((await server.call("batch_next", { plan: "p" })).launch).toEqual([]);
    const waiting = collect({ until: "all" });
    passedMs = 120_000;
    expect(await waiting).toMatchObject({ ended: [], decision: "proceed" });
    expect(idsOf((await server.call("batch_next", { plan: "p" })).launch)).toEqual(["1"]);
  });

  it("batch_collect reports progress while it waits", async () => {
    const { server, item } = await running([task("1"), task("2")]);
    const heard: unknown[] = [];
    const waiting = server.call(
      "batch_collect",
      { plan: "p", waitSeconds: 20, until: "all" },
      { onProgress: (progress) => heard.push(progress) },
    );
    await report(server, "p", item("1"));
    await expect.poll(() => heard.length).toBeGreaterThan(0);
    expect(heard[0]).toMatchObject({ progress: 1, total: 2, message: "1 running, 1 of 2 completed" });
    await report(server, "p", item("2"));
    expect((await waiting).satisfied).toBe(true);
  });

  it("batch_collect lets other calls of the same session through while it waits", async () => {
    const { server, item, collect } = await running([task("1"), task("2", { dependencies: ["1"] })]);
    const waiting = collect();
    await pause(100);
    expect((await server.call("task_list", { plan: "p" })).tasks).toHaveLength(2);
    await report(server, "p", item("1"));
    await waiting;
    expect(idsOf((await server.call("batch_next", { plan: "p" })).launch)).toEqual(["2"]);
  });
});
