import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { brokenDependencies, needsHold, reachableTasks } from "../../mcp-server/src/graph/readiness.ts";
import { type Needs, TASK_STATUSES, type Task, type TaskId } from "../../mcp-server/src/graph/task.ts";
import { id, task } from "../support/plan-fixture.ts";

function tasks(...all: Task[]): Map<TaskId, Task> {
  return new Map(all.map((one) => [one.id, one]));
}

describe("needsHold", () => {
  it.each<[Needs, number, number, number]>([
    // needs, holds with so many of three completed and the others failed, … and the others pending
    ["all", 3, 3, 3],
    ["any", 1, 1, 3],
    [{ atLeast: 2 }, 2, 2, 3],
    ["settled", 0, 3, 3],
  ])(
    "needsHold counts the dependencies that completed, failed and are pending for needs %j",
    (needs, withFailed, withPending, count) => {
      for (let completed = 0; completed <= count; completed++) {
        const others = (status: "failed" | "pending") => [
          ...Array.from({ length: completed }, () => "completed" as const),
          ...Array.from({ length: count - completed }, () => status),
        ];
        expect(needsHold(needs, others("failed"))).toBe(completed >= withFailed);
        expect(needsHold(needs, others("pending"))).toBe(completed >= withPending);
      }
    },
  );

  it("needsHold holds for a task without dependencies", () => {
    for (const needs of ["all", "any", "settled", { atLeast: 3 }] as const)
      expect(needsHold(needs, [])).toBe(true);
  });

  it("needsHold asks for no more than there are", () => {
    expect(needsHold({ atLeast: 5 }, ["completed", "completed"])).toBe(true);
  });

  it("needsHold never stops holding when a further dependency completes", () => {
    const needs = fc.oneof(
      fc.constantFrom<Needs>("all", "any", "settled"),
      fc.integer({ min: 1, max: 4 }).map((atLeast): Needs => ({ atLeast })),
    );
    const statuses = fc.array(fc.constantFrom(...TASK_STATUSES), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(needs, statuses, fc.nat(4), (need, before, at) => {
        const after = before.map((status, i) => (i === at % before.length ? "completed" : status));
        if (needsHold(need, before)) expect(needsHold(need, after)).toBe(true);
      }),
    );
  });
});

describe("a task's dependencies", () => {
  const all = tasks(
    task("done", { status: "completed" }),
    task("bad", { status: "failed" }),
    task("gone", { status: "cancelled" }),
    task("runs", { status: "in_progress" }),
    task("me", { after: ["done", "bad", "gone", "runs"] }),
  );
  const me = all.get(id("me")) as Task;

  it("a task's dependencies are broken when they failed or were cancelled", () => {
    expect(brokenDependencies(me, all)).toEqual([
      { task: "bad", status: "failed" },
      { task: "gone", status: "cancelled" },
    ]);
  });
});

describe("reachableTasks", () => {
  it("reachableTasks leaves out what waits for a failure, directly or not", () => {
    const all = tasks(
      task("1", { status: "failed" }),
      task("2", { after: ["1"] }),
      task("3", { after: ["2"] }),
      task("4"),
      task("5", { after: ["4", "runs"] }),
      task("6", { after: ["3", "4"], needs: "any" }),
      task("7", { after: ["1"], needs: "settled" }),
      task("runs", { status: "in_progress" }),
    );
    expect([...reachableTasks(all)].sort()).toEqual(["4", "5", "6", "7"]);
  });

  it("reachableTasks does not care for the order in which tasks came in", () => {
    const forwards = [task("1"), task("2", { after: ["1"] }), task("3", { after: ["2"] })];
    expect(reachableTasks(tasks(...forwards)).size).toBe(3);
    expect(reachableTasks(tasks(...forwards.reverse())).size).toBe(3);
  });

  it("reachableTasks is what a run in which everything succeeds completes", () => {
    const statuses = fc.constantFrom("pending", "pending", "completed", "failed", "cancelled", "in_progress");
    const graph = fc.array(
      fc.record({
        status: statuses,
        after: fc.array(fc.nat(20), { maxLength: 3 }),
        needs: fc.constantFrom<Needs>("all", "any", "settled", { atLeast: 2 }),
      }),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(graph, (given) => {
        const all = tasks(
          ...given.map(({ status, after, needs }, n) =>
            task(String(n), {
              status: status as Task["status"],
              needs,
              after: n === 0 ? [] : [...new Set(after.map((other) => String(other % n)))],
            }),
          ),
        );
        // Run it: whatever may start does, until nothing starts any more.
        const now = new Map([...all].map(([name, one]) => [name, one.status]));
        for (const [name, status] of now) if (status === "in_progress") now.set(name, "completed");
        const started = new Set<TaskId>();
        for (let before = -1; before < started.size; ) {
          before = started.size;
          for (const [name, one] of all) {
            if (now.get(name) !== "pending") continue;
            if (
              needsHold(
                one.needs,
                one.dependencies.map((other) => now.get(other) ?? "pending"),
              )
            ) {
              now.set(name, "completed");
              started.add(name);
            }
          }
        }
        expect([...reachableTasks(all)].sort()).toEqual([...started].sort());
      }),
    );
  });
});
