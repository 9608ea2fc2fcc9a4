import { describe, expect, it } from "vitest";
import { applyUpdate, type PlanSnapshot } from "../../mcp-server/src/live/snapshot.ts";
import { simulatedPlan } from "./simulated-plan.ts";

describe("a snapshot", () => {
  const plan = simulatedPlan({ tasks: 60 });
  const early = plan.snapshotAt(plan.startMs + 20 * 60_000);
  const late = plan.snapshotAt(plan.startMs + 40 * 60_000);

  it("of a moment becomes that of a later one by the rows that are other", () => {
    const { tasks, ...head } = late;
    const before = new Map(early.tasks.map((row) => [row.id, JSON.stringify(row)]));
    const rows = tasks.filter((row) => before.get(row.id) !== JSON.stringify(row));
    expect(rows.length).toBeLessThan(tasks.length);
    expect(applyUpdate(early, { cursor: "a.1", head, rows, gone: [] })).toEqual(late);
  });

  it("keeps the rows that did not change as they are", () => {
    const { tasks, ...head } = early;
    const [first, ...rest] = tasks;
    const after = applyUpdate(early, { cursor: "a.1", head, rows: rest, gone: [] });
    expect(after.tasks[0]).toBe(first);
  });

  it("forgets the rows that are gone, and all of them after a reset", () => {
    const { tasks, ...head } = early;
    const gone = tasks.slice(0, 2).map(({ id }) => id);
    expect(applyUpdate(early, { cursor: "a.1", head, rows: [], gone }).tasks).toEqual(tasks.slice(2));
    const reset = applyUpdate(early, {
      cursor: "b.1",
      head,
      rows: tasks.slice(0, 1),
      gone: [],
      reset: true,
    });
    expect(reset.tasks).toEqual(tasks.slice(0, 1));
  });
});

describe("the simulated plan", () => {
  it.each([12, 60, 300, 3_000])("is the same each time and counts each of its %i tasks once", (tasks) => {
    const plan = simulatedPlan({ tasks });
    const middle = plan.snapshotAt((plan.startMs + plan.endMs) / 2);
    expect(middle).toEqual(simulatedPlan({ tasks }).snapshotAt(middle.atMs));
    expect(countedOnce(middle)).toBe(tasks);
    expect(middle.counts.running).toBeGreaterThan(0);
    expect(plan.snapshotAt(plan.endMs)).toMatchObject({ done: true, counts: { running: 0 } });
  });
});

function countedOnce({ counts: { total, ...rest }, tasks }: PlanSnapshot): number {
  const sum = Object.values(rest).reduce((all, one) => all + one, 0);
  return sum === total && tasks.length === total ? total : -1;
}
