import { describe, expect, it } from "vitest";
import { planSchedule } from "../../../mcp-server/src/schedule/plan-schedule.ts";
import {
  type PlanLimits,
  type PlanTask,
  planProblem,
} from "../../../mcp-server/src/schedule/problem/plan-problem.ts";
import { freed, gainsOf, split, without } from "../../../mcp-server/src/schedule/what-if.ts";

function task(id: string, fields: Partial<PlanTask> = {}): PlanTask {
  return { id, dependencies: [], needs: "all", durationMs: 10, role: "implementer", alone: false, ...fields };
}

function makespan(
  tasks: readonly PlanTask[],
  limits: PlanLimits = { cap: 5, capacity: {} },
  clashes: readonly { a: number; b: number }[] = [],
): number {
  return planSchedule(planProblem(tasks, limits, clashes)).makespan;
}

describe("the planner", () => {
  it("the planner runs what is independent at once, as far as the cap goes", () => {
    const four = ["a", "b", "c", "d"].map((id) => task(id));
    expect(makespan(four)).toBe(10);
    expect(makespan(four, { cap: 2, capacity: {} })).toBe(20);
  });

  it("the planner keeps to a role's capacity", () => {
    const tasks = [task("a", { role: "tester" }), task("b", { role: "tester" }), task("c")];
    expect(makespan(tasks, { cap: 5, capacity: { tester: 1 } })).toBe(20);
  });

  it("the planner gives tasks of one shape to no more agents than do them one after another", () => {
    const tasks = [...["a", "b", "c"].map((id) => task(id, { shape: "small" })), task("d")];
    expect(makespan(tasks, { cap: 5, capacity: {}, inTurn: new Map([["small", 1]]) })).toBe(30);
    expect(makespan(tasks, { cap: 5, capacity: {}, inTurn: new Map([["small", 2]]) })).toBe(20);
  });

  it("the planner keeps apart what clashes, and runs a task alone that nobody knows the files of", () => {
    const three = ["a", "b", "c"].map((id) => task(id));
    expect(makespan(three, undefined, [{ a: 0, b: 1 }])).toBe(20);
    expect(makespan([...three, task("d", { alone: true })])).toBe(20);
  });

  it("the planner waits for as many dependencies as a task needs", () => {
    const tasks = [
      task("a", { durationMs: 100 }),
      task("b"),
      task("c", { dependencies: ["a", "b"], needs: "any" }),
    ];
    expect(makespan(tasks)).toBe(100);
    expect(
      makespan([tasks[0] as PlanTask, tasks[1] as PlanTask, task("c", { dependencies: ["a", "b"] })]),
    ).toBe(110);
  });

  it("the planner counts dependencies that have completed already", () => {
    expect(makespan([task("c", { dependencies: ["gone", "b"], needs: { atLeast: 1 } }), task("b")])).toBe(10);
  });
});

describe("what would help", () => {
  const chain = [
    task("a"),
    task("b", { durationMs: 40, dependencies: ["a"] }),
    task("c", { dependencies: ["b"] }),
  ];
  const now = { tasks: chain, limits: { cap: 5, capacity: {} }, clashes: [] };

  it("what would help is said with what it gains, the best first, and left out where it gains next to nothing", () => {
    const gains = gainsOf(60, [
      { what: "nothing", situation: now },
      { what: "split b", situation: split(now, 1) },
      { what: "free c", situation: without(now, 2, "b") },
    ]);
    expect(gains).toEqual([
      { what: "split b", gainMs: 20 },
      { what: "free c", gainMs: 10 },
    ]);
  });

  it("both halves of a split task keep what keeps the whole apart from others", () => {
    const two = [task("a", { durationMs: 40 }), task("b")];
    const halves = split({ tasks: two, limits: { cap: 5, capacity: {} }, clashes: [{ a: 0, b: 1 }] }, 0);
    expect(makespan(halves.tasks, halves.limits, halves.clashes)).toBe(30);
  });

  it("what would help frees tasks of what keeps them alone", () => {
    const alone = { ...now, tasks: ["a", "b", "c"].map((id) => task(id, { alone: true })) };
    expect(makespan(alone.tasks)).toBe(30);
    expect(makespan(freed(alone, new Set([0, 1, 2])).tasks)).toBe(10);
  });
});
