import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lowerBoundMs, type SimulatedTask, simulate } from "../../../mcp-server/src/schedule/simulate.ts";
import { timedGraphs } from "./timed-graphs.ts";

const never = () => false;

function task(
  id: string,
  durationMs: number,
  dependencies: string[] = [],
  role = "implementer",
): SimulatedTask {
  return { id, durationMs, dependencies, role };
}

describe("simulate", () => {
  it("keeps dependencies, cap, capacities and clashes, and leaves no task out", () => {
    const cases = fc.tuple(
      timedGraphs,
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 3 }),
      fc.nat(3),
    );
    fc.assert(
      fc.property(cases, ([tasks, cap, reviewers, colours]) => {
        const colour = ({ id }: SimulatedTask) => (colours === 0 ? id : Number(id) % (colours + 1));
        const clash = (a: SimulatedTask, b: SimulatedTask) => colour(a) === colour(b);
        const { placements, makespanMs } = simulate(tasks, { cap, capacity: { reviewer: reviewers } }, clash);
        const byId = new Map(tasks.map((one) => [one.id, one]));
        const placed = new Map(placements.map((placement) => [placement.task, placement]));
        expect(placed.size).toBe(tasks.length);
        for (const { task: id, startMs, endMs } of placements) {
          const one = byId.get(id) as SimulatedTask;
          expect(endMs - startMs).toBe(one.durationMs);
          for (const other of one.dependencies) expect(placed.get(other)?.endMs).toBeLessThanOrEqual(startMs);
          const beside = placements
            .filter((other) => other.startMs <= startMs && other.endMs > startMs)
            .map((other) => byId.get(other.task) as SimulatedTask);
          expect(beside.length).toBeLessThanOrEqual(cap);
          expect(beside.filter(({ role }) => role === "reviewer").length).toBeLessThanOrEqual(reviewers);
          for (const other of beside) if (other !== one) expect(clash(one, other)).toBe(false);
        }
        expect(makespanMs).toBe(Math.max(0, ...placements.map(({ endMs }) => endMs)));
      }),
    );
  });

  it("is never shorter than the lower bound, and never longer than one after another", () => {
    fc.assert(
      fc.property(timedGraphs, fc.integer({ min: 1, max: 4 }), (tasks, cap) => {
        const { makespanMs } = simulate(tasks, { cap, capacity: {} }, never);
        expect(makespanMs).toBeGreaterThanOrEqual(lowerBoundMs(tasks, cap));
        expect(makespanMs).toBeLessThanOrEqual(tasks.reduce((sum, { durationMs }) => sum + durationMs, 0));
      }),
    );
  });

  it("stays within Graham's bound: work / cap + (1 - 1 / cap) × longest chain", () => {
    fc.assert(
      fc.property(timedGraphs, fc.integer({ min: 1, max: 4 }), (tasks, cap) => {
        const work = tasks.reduce((sum, { durationMs }) => sum + durationMs, 0);
        const chain = lowerBoundMs(tasks, Number.MAX_SAFE_INTEGER);
        const { makespanMs } = simulate(tasks, { cap, capacity: {} }, never);
        expect(makespanMs).toBeLessThanOrEqual(work / cap + (1 - 1 / cap) * chain + 1e-9);
      }),
    );
  });

  it("starts the longest chain first", () => {
    const tasks = [task("short", 5), task("a", 4), task("b", 4, ["a"])];
    expect(simulate(tasks, { cap: 1, capacity: {} }, never).placements.map((one) => one.task)).toEqual([
      "a",
      "short",
      "b",
    ]);
  });

  it("does not wait for a level to end", () => {
    const tasks = [task("long", 10), task("short", 1), task("after", 3, ["short"])];
    expect(simulate(tasks, { cap: 2, capacity: {} }, never).makespanMs).toBe(10);
  });

  it("takes a dependency on a task that is not in it as done", () => {
    expect(simulate([task("a", 3, ["ended"])], { cap: 1, capacity: {} }, never).makespanMs).toBe(3);
  });

  it("of nothing takes no time", () => {
    expect(simulate([], { cap: 1, capacity: {} }, never)).toEqual({ placements: [], makespanMs: 0 });
  });
});
