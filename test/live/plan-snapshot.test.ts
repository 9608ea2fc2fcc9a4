import { describe, expect, it } from "vitest";
import { rowGroups } from "../../mcp-server/src/live/groups.ts";
import type { PlanSnapshot, TaskRow } from "../../mcp-server/src/live/snapshot.ts";
import { endEngineRun, startEngineRun } from "../../mcp-server/src/run/engine/engine-runs.ts";
import { readSnapshot } from "../../mcp-server/src/run/live/plan-snapshot.ts";
import { existingGraph } from "../../mcp-server/src/run/plan/load-plan.ts";
import { launchFor, report, type TaskInput, task } from "../support/checkout.ts";
import { offeredPlan } from "../support/plan-of.ts";
import { contextOf } from "./graph-context.ts";

/** A plan whose first batch is at work, and how it stands. */
async function atWork(tasks: readonly TaskInput[], policy = {}) {
  const plan = await offeredPlan(tasks, policy);
  for (const item of plan.offered) await plan.brief(item);
  const context = await contextOf(plan.folder);
  return {
    ...plan,
    context,
    snapshot: async (): Promise<PlanSnapshot> =>
      readSnapshot(context, await existingGraph(context, "p"), "p"),
  };
}

const row = ({ tasks }: PlanSnapshot, id: string) => tasks.find((one) => one.id === id) as TaskRow;
const idsByGroup = (snapshot: PlanSnapshot) =>
  Object.fromEntries(rowGroups(snapshot.tasks).map(({ group, rows }) => [group, rows.map(({ id }) => id)]));

describe("a snapshot of a plan", () => {
  it("says of each task why it does not run", async () => {
    const shared = { writes: ["src/shared.ts"] };
    const { snapshot, server, item } = await atWork(
      [
        task("1", shared),
        task("2", shared),
        task("3", { dependencies: ["1"] }),
        task("4"),
        task("5", { dependencies: ["4"] }),
        task("6", { dependencies: ["5"] }),
      ],
      { retries: 0 },
    );
    await report(server, "p", item("4"), { outcome: "failed", summary: "The key is missing." });
    const now = await snapshot();
    expect(idsByGroup(now)).toEqual({
      running: ["1"],
      couldStart: ["2"],
      waits: ["3"],
      cannotRun: ["4", "5", "6"],
    });
    expect(row(now, "2")).toMatchObject({
      why: "files",
      waitsFor: ["1"],
      reason: "its files are held by 1",
    });
    expect(row(now, "3")).toMatchObject({ why: "tasks", waitsFor: ["1"], reason: "waits for 1" });
    expect(row(now, "4")).toMatchObject({ why: "failed", reason: "The key is missing." });
    expect(row(now, "6")).toMatchObject({
      why: "behind",
      reason: "needs 5, which cannot run because 4 failed",
    });
    expect(now.needs).toMatchObject([
      {
        task: "4",
        kind: "failed",
        text: "The key is missing.",
        holdsUp: ["5", "6"],
        actions: ["retry", "cancel"],
      },
    ]);
    expect(now.trouble).toMatchObject([{ kind: "failed", task: "4" }]);
  });

  it("names the cap where nothing else keeps a task", async () => {
    const { snapshot } = await atWork([task("1"), task("2"), task("3")], { maxParallel: 2 });
    const now = await snapshot();
    expect(now.cap).toEqual({ running: 2, now: 2, allowed: 2 });
    expect(row(now, "3")).toMatchObject({ why: "cap", reason: "2 agents of at most 2 at work" });
  });

  it("shows a question as one, with what it holds up", async () => {
    const { snapshot, server, item } = await atWork([task("1"), task("2", { dependencies: ["1"] })]);
    await report(server, "p", item("1"), {
      outcome: "blocked",
      summary: "I cannot decide.",
      evidence: [],
      blockedOn: { question: "Docs or log?" },
    });
    const now = await snapshot();
    expect(now.needs).toMatchObject([
      { task: "1", kind: "question", text: "Docs or log?", holdsUp: ["2"], actions: ["answer", "cancel"] },
    ]);
    expect(row(now, "1")).toMatchObject({ why: "question", reason: "asks a question" });
  });

  it("counts each task once, and expects what is left to take some time", async () => {
    const { snapshot, server, item, update } = await atWork([
      task("1"),
      task("2"),
      task("3", { dependencies: ["1"] }),
    ]);
    await report(server, "p", item("2"));
    const now = await snapshot();
    expect(now.counts).toEqual({
      total: 3,
      completed: 1,
      running: 1,
      delivering: 0,
      failed: 0,
      cancelled: 0,
      waiting: 1,
    });
    expect(now.forecast?.leftMs).toBeGreaterThan(0);
    expect(now.forecast?.leftMs).toBeGreaterThanOrEqual(now.forecast?.lowerBoundMs ?? 0);
    const first = row(now, "1");
    expect(first).toMatchObject({
      critical: true,
      attempts: [{ number: 1, state: "running" }],
    });
    expect(row(now, "3").expected?.startMs).toBeGreaterThanOrEqual(first.expected?.endMs ?? Infinity);
    expect(now.runBy.kind).toBe("session");
    await update({ action: "pause" });
    expect(await snapshot()).toMatchObject({
      status: "paused",
      held: "The plan is paused: pause was called.",
      needs: [],
    });
  });

  it("says how it goes on when what launched its agents is gone, and no more once it goes on", async () => {
    const { snapshot, server, item, context, offered } = await atWork([task("1"), task("2")], {
      maxParallel: 1,
    });
    const store = await existingGraph(context, "p");
    // A process of this number and another start has had it before.
    const gone = { ...context, owner: { ...context.owner, startedAt: "before" } };
    const run = await startEngineRun(gone, store, "main", "p", "mod");
    await report(server, "p", item("1"));
    const stopped = {
      kind: "nobody",
      words: "what launched its agents has stopped",
      how: "/parallel:run p",
    };
    expect((await snapshot()).runBy).toMatchObject(stopped);
    await endEngineRun(context, store, "p", run, "lost");
    expect((await snapshot()).runBy).toMatchObject(stopped);
    expect(offered).toHaveLength(1);
    const { launch } = await server.call("batch_next", { plan: "p" });
    await report(server, "p", launchFor(launch, "2"), { outcome: "failed", evidence: [] });
    expect((await snapshot()).runBy.words).not.toBe(stopped.words);
  });

  it("is done when nothing is left, and says so", async () => {
    const { snapshot, server, item } = await atWork([task("1")]);
    await report(server, "p", item("1"));
    const now = await snapshot();
    expect(now).toMatchObject({ done: true, runBy: { kind: "done" }, counts: { completed: 1 } });
    expect(now.forecast).toBeUndefined();
    expect(now.endedAtMs).toBeGreaterThanOrEqual(now.startedAtMs ?? Infinity);
  });

  it("has neither what a task is told nor what proves a claim", async () => {
    const { snapshot, token } = await atWork([task("1", { description: "Secret words." })]);
    const text = JSON.stringify(await snapshot());
    expect(text).not.toContain("Secret words");
    expect(text).not.toContain(token("1"));
    expect(text).not.toMatch(/[0-9a-f]{64}/);
  });
});
