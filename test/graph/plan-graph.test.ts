import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AnyClaim, AttemptId } from "../../mcp-server/src/graph/attempt.ts";
import { PlanGraph } from "../../mcp-server/src/graph/plan-graph.ts";
import type { Task, TaskId, TaskStatus } from "../../mcp-server/src/graph/task.ts";
import { pendingTask } from "../support/task-definition.ts";

function task(n: number, overrides: Partial<Task> = {}): Task {
  return pendingTask(`t${n}`, { estimateMs: 1_000, ...overrides }, n);
}

function claim(id: number, of: number, state: "offered" | "running" | "returned" | "ended"): AnyClaim {
  const base = {
    id: id as AttemptId,
    task: `t${of}` as TaskId,
    tokenHash: String(id),
    agentType: "x",
    role: "x",
    checkout: "here",
    scope: { basis: "declared" as const, writes: [], reads: [], resources: [] },
    widened: [],
    isolation: "shared" as const,
    owner: { host: "h", pid: 1, startedAt: "1" },
    offeredAtMs: 0,
  };
  if (state === "offered") return { ...base, state, expiresAtMs: 1 };
  if (state === "returned") return { ...base, state, endedAtMs: 1, cause: "" };
  const attempt = { ...base, number: 1, startedAtMs: 0, reminded: false };
  return state === "running"
    ? { ...attempt, state, lastSeenMs: 0, leaseUntilMs: 1 }
    : { ...attempt, state, endedAtMs: 1, outcome: "failed" };
}

const weight = (found: Task) => found.estimateMs ?? 0;

function graphOf(tasks: Task[], claims: AnyClaim[] = []): PlanGraph {
  const graph = new PlanGraph(weight);
  graph.apply(tasks, claims);
  return graph;
}

const readyIds = (graph: PlanGraph) => graph.ready.map(({ id }) => id);

describe("a plan in memory", () => {
  it("a plan in memory puts the task with the longest chain behind it first", () => {
    const graph = graphOf([task(1), task(2), task(3, { dependencies: ["t2" as TaskId] })]);
    expect(readyIds(graph)).toEqual(["t2", "t1"]);
  });

  it("a plan in memory keeps the order of position among equals", () => {
    expect(readyIds(graphOf([task(1), task(2), task(3)]))).toEqual(["t1", "t2", "t3"]);
  });

  it("a plan in memory knows at once what a completion makes ready", () => {
    const graph = graphOf([task(1), task(2, { dependencies: ["t1" as TaskId] })]);
    graph.apply([task(1, { status: "completed" })], []);
    expect(readyIds(graph)).toEqual(["t2"]);
    expect(graph.count("completed")).toBe(1);
  });

  it("a plan in memory does not offer a task with a live claim, and offers it again when the claim returned", () => {
    const graph = graphOf([task(1)], [claim(1, 1, "offered")]);
    expect(readyIds(graph)).toEqual([]);
    expect(graph.live).toHaveLength(1);
    graph.apply([], [claim(1, 1, "returned")]);
    expect(readyIds(graph)).toEqual(["t1"]);
    expect(graph.live).toEqual([]);
  });

  it("a plan in memory tells a task that is to be done in another way from one that has got on", () => {
    const graph = graphOf([task(1), task(2)]);
    const before = graph.definitions;
    graph.apply([task(1, { status: "completed", notes: ["Done."], owner: "x" })], [claim(1, 1, "ended")]);
    expect(graph.definitions).toBe(before);
    graph.apply([task(2, { isolation: "worktree" })], []);
    expect(graph.definitions).not.toBe(before);
  });

  it("a plan in memory is the same however the rows came in", () => {
    const statuses: TaskStatus[] = ["pending", "in_progress", "completed", "failed", "cancelled"];
    const change = fc.record({
      n: fc.integer({ min: 1, max: 8 }),
      status: fc.constantFrom(...statuses),
      dependencies: fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 3 }),
      estimateMs: fc.constantFrom(500, 1_000, 4_000),
      claimState: fc.constantFrom("offered", "running", "returned", "ended", undefined),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), fc.integer({ min: 1, max: 5 }), (changes, look) => {
        const tasks = new Map<number, Task>();
        const claims = new Map<number, AnyClaim>();
        for (let n = 1; n <= 8; n++) tasks.set(n, task(n));
        const graph = graphOf([...tasks.values()]);
        changes.forEach(({ n, status, dependencies, estimateMs, claimState }, i) => {
          // Only earlier tasks, so that no cycle comes about.
          const earlier = [...new Set(dependencies.filter((d) => d < n))].map((d) => `t${d}` as TaskId);
          tasks.set(n, task(n, { status, dependencies: earlier, estimateMs }));
          const claimed = claimState && claim(n, n, claimState);
          if (claimed) claims.set(n, claimed);
          graph.apply([tasks.get(n) as Task], claimed ? [claimed] : []);
          if (i % look === 0) void graph.ready;
        });
        const fresh = graphOf([...tasks.values()], [...claims.values()]);
        expect(readyIds(graph)).toEqual(readyIds(fresh));
        expect(graph.live.map(({ id }) => id)).toEqual(fresh.live.map(({ id }) => id));
        for (const status of statuses) expect(graph.count(status)).toBe(fresh.count(status));
      }),
    );
  });
});
