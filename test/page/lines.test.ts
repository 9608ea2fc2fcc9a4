import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { heldOrder, type Line, linesInView, linesOf, lineTops } from "../../mcp-server/page/list/lines.ts";
import { simulatedPlan } from "../live/simulated-plan.ts";

const NOTHING_CHOSEN = { folded: new Map<string, boolean>(), find: "", flags: new Set<never>(), nowMs: 0 };
const HEIGHTS = { row: 24, head: 27 };

const names = (lines: readonly Line[]) => lines.map(({ key }) => key);

describe("linesOf", () => {
  const plan = simulatedPlan({ tasks: 60 });
  const tasks = plan.snapshotAt(plan.startMs + 30 * 60_000).tasks;

  it("linesOf folds large groups, and never what runs", () => {
    const lines = linesOf(tasks, NOTHING_CHOSEN);
    const heads = lines.flatMap((line) => (line.kind === "group" ? [line] : []));
    for (const { group, isFolded } of heads) {
      expect(isFolded).toBe(group.group !== "running" && group.rows.length > 12);
      const rows = lines.filter((line) => line.kind === "row" && line.group === group.group);
      expect(rows).toHaveLength(isFolded ? 0 : group.rows.length);
    }
    expect(heads[0]?.group.group).toBe("running");
  });

  it("linesOf leaves groups as somebody has left them", () => {
    const folded = new Map([
      ["running", true],
      ["done", false],
    ]);
    const lines = linesOf(tasks, { ...NOTHING_CHOSEN, folded });
    expect(lines.filter((line) => line.kind === "row" && line.group === "running")).toEqual([]);
    expect(lines.some((line) => line.kind === "row" && line.group === "done")).toBe(true);
  });

  it("linesOf finds words in any order, in any field, and folds nothing then", () => {
    const lines = linesOf(tasks, { ...NOTHING_CHOSEN, find: " TEST-writer  orders" });
    const rows = lines.flatMap((line) => (line.kind === "row" ? [line.row] : []));
    expect(rows.map(({ id }) => id).sort()).toEqual(
      tasks
        .filter(
          ({ role, subject, phase }) =>
            role === "test-writer" && (subject.includes("orders") || phase === "Orders"),
        )
        .map(({ id }) => id)
        .sort(),
    );
    expect(rows.length).toBeGreaterThan(0);
  });

  it("linesOf gives the same line for a row that is the same, so that it is not drawn again", () => {
    const choice = { ...NOTHING_CHOSEN, folded: new Map([["done", false]]) };
    const [changed, ...others] = tasks;
    if (!changed) throw new Error("no tasks");
    const before = new Map(linesOf(tasks, choice).map((line) => [line.key, line]));
    const lines = linesOf([{ ...changed, subject: "Another" }, ...others], choice);
    const rows = lines.filter(({ kind }) => kind === "row");
    expect(rows.length).toBeGreaterThan(10);
    for (const line of rows) expect(line === before.get(line.key)).toBe(line.key !== changed.id);
  });

  it("linesOf begins with the phases where there are thousands of tasks", () => {
    const large = simulatedPlan({ tasks: 3000 });
    const lines = linesOf(large.snapshotAt(large.startMs + 60 * 60_000).tasks, {
      ...NOTHING_CHOSEN,
      folded: new Map([["phases", false]]),
    });
    const phases = lines.flatMap((line) => (line.kind === "phase" ? [line.phase] : []));
    expect(lines[0]?.kind).toBe("phases");
    expect(phases.reduce((sum, { rows }) => sum + rows.length, 0)).toBe(3000);
  });
});

describe("heldOrder", () => {
  const tasksOf = (tasks: number, minutes: number) => {
    const plan = simulatedPlan({ tasks });
    return plan.snapshotAt(plan.startMs + minutes * 60_000).tasks;
  };

  it("heldOrder moves no row that is shown, whatever became of its task", () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), (before, later) => {
        const shown = linesOf(tasksOf(60, before), NOTHING_CHOSEN);
        const now = tasksOf(60, later);
        const { lines, waiting } = heldOrder(shown, linesOf(now, NOTHING_CHOSEN), now);
        const rowsOf = (all: readonly Line[]) => names(all.filter(({ kind }) => kind === "row"));
        expect(rowsOf(lines).slice(0, rowsOf(shown).length)).toEqual(rowsOf(shown));
        expect(new Set(names(lines)).size).toBe(lines.length);
        if (before === later) expect([lines, waiting]).toEqual([shown, 0]);
      }),
      { numRuns: 40 },
    );
  });

  it("heldOrder shows a row as it is now, under the heading where it stood, also where it would be folded away", () => {
    const shown = linesOf(tasksOf(60, 20), NOTHING_CHOSEN);
    const now = tasksOf(60, 40);
    const { lines, waiting } = heldOrder(shown, linesOf(now, NOTHING_CHOSEN), now);
    const ended = lines.flatMap((line) =>
      line.kind === "row" && line.group === "running" && line.row.group === "done" ? [line] : [],
    );
    expect(ended.length).toBeGreaterThan(0);
    expect(waiting).toBeGreaterThanOrEqual(ended.length);
  });
});

describe("linesInView", () => {
  const plan = simulatedPlan({ tasks: 3000 });
  const everything = new Map(
    ["running", "couldStart", "waits", "cannotRun", "done"].map((group) => [group, false]),
  );
  const lines = linesOf(plan.snapshotAt(plan.startMs + 60 * 60_000).tasks, {
    ...NOTHING_CHOSEN,
    folded: everything,
  });
  const tops = lineTops(lines, HEIGHTS);

  it("linesInView holds every line that can be seen, and at most 60", () => {
    const end = tops.at(-1) ?? 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: Math.ceil(end) }),
        fc.integer({ min: 100, max: 1100 }),
        (top, height) => {
          const { from, to } = linesInView(tops, top, height);
          expect(to - from).toBeLessThanOrEqual(60);
          expect(tops[from] ?? 0).toBeLessThanOrEqual(top);
          if (to < lines.length) expect(tops[to] ?? 0).toBeGreaterThanOrEqual(Math.min(end, top + height));
        },
      ),
    );
  });
});
