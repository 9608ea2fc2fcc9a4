import { describe, expect, it } from "vitest";
import { type BlockView, planBlock } from "../../../mcp-server/src/cli/display/plan-block.ts";
import { paintLine } from "../../../mcp-server/src/cli/display/styled-line.ts";
import type { MachineNow, Need, PlanSnapshot } from "../../../mcp-server/src/live/snapshot.ts";
import { cellWidth } from "../../../mcp-server/src/text/cell-width.ts";
import { simulatedPlan } from "../../live/simulated-plan.ts";

const view: BlockView = { columns: 100, rows: 24, nowMs: 0, hasKeys: true };

/** A plan in the middle of its run. */
function inTheMiddle(tasks: number, given: Partial<PlanSnapshot> = {}): PlanSnapshot {
  const plan = simulatedPlan({ tasks });
  return { ...plan.snapshotAt((plan.startMs + plan.endMs) / 2), ...given };
}

function textOf(snapshot: PlanSnapshot, given: Partial<BlockView> = {}): string[] {
  const used = { ...view, nowMs: snapshot.atMs, ...given };
  return planBlock(snapshot, used).map((line) => paintLine(line, used.columns - 1, false));
}

function need(given: Partial<Need>): Need {
  return { task: "1.1", kind: "question", text: "Which one?", holdsUp: [], actions: ["answer"], ...given };
}

function machine(name: string, given: Partial<MachineNow> = {}): MachineNow {
  const clients = [{ name: "claude", slots: 4 }];
  const facts = { clients, labels: ["os=linux"], roles: [], runs: ["orders/1.1", "orders/1.2"] };
  return { machine: name, pid: 412, kind: "worker", state: "here", ...facts, ...given };
}

describe("the block of a plan", () => {
  it.each([12, 60, 300, 3_000])(
    "the block of a plan of %i tasks fits every window, wide letters included",
    (tasks) => {
      const snapshot = inTheMiddle(tasks, {
        needs: [1, 2, 3, 4, 5].map((n) => need({ task: `${n}`, text: "東京".repeat(80) })),
        machines: [1, 2, 3, 4, 5].map((n) => machine(`${"東京".repeat(8 * n)}${n}`)),
      });
      for (const columns of [20, 40, 59, 60, 79, 80, 100, 240]) {
        for (const rows of [3, 7, 10, 24, 60]) {
          const lines = textOf(snapshot, {
            columns,
            rows,
            selected: snapshot.tasks.at(-1)?.id,
            prompt: "Answer: 東京",
          });
          expect(lines.length, `${columns} × ${rows}`).toBeLessThanOrEqual(
            Math.max(1, Math.min(18, rows - 6)),
          );
          expect(Math.max(...lines.map(cellWidth)), `${columns} × ${rows}`).toBeLessThan(columns);
        }
      }
    },
  );

  it("the block of 60 tasks on 24 lines shows what needs a person first, then what runs, longest first, then the rest in a line", () => {
    const running = Array.from({ length: 20 }, (_, n) => ({ ...inTheMiddle(60).tasks[0], id: `r${n}` }));
    const base = inTheMiddle(60);
    const tasks = [
      ...base.tasks.filter(({ group }) => group !== "running"),
      ...running.map((row, n) => ({
        ...row,
        ...{
          subject: "Work",
          position: 100 + n,
          status: "in_progress",
          group: "running",
          waitsFor: [],
          needs: [],
          critical: false,
        },
        attempts: [{ number: 1, state: "running", startMs: base.atMs - (n + 1) * 60_000 }],
        expected: { startMs: 0, endMs: 0, durationMs: 600_000 },
      })),
    ] as PlanSnapshot["tasks"];
    const needs = [
      need({ task: "4.3" }),
      need({
        ...{ task: "3.8", kind: "failed", text: "no key", holdsUp: ["3.9", "3.11"] },
        actions: ["retry", "cancel"],
      }),
    ];
    const lines = textOf({ ...base, tasks, needs });
    expect(lines).toHaveLength(18);
    expect(lines[2]).toBe("? 4.3 asks: Which one?   a answer");
    expect(lines[3]).toBe("✗ 3.8 failed: no key; holds up 3.9, 3.11   r retry");
    expect(lines[4]).toMatch(/^▶ r19 Work .* 20:00\/10:00!$/);
    expect(lines[5]).toMatch(/^▶ r18 Work .* 19:00\/10:00!$/);
    expect(lines.at(-3)).toBe("  … 9 more run");
    expect(lines.at(-2)).toMatch(/^○ .*wait for others \d+.*next /);
    expect(lines.at(-1)).toBe("p pause · s stop · + − cap · ↑↓ ↵ details · a answer · r retry · q leave");
  });

  it("the block names the machines with their slots in one line, what is gone first, and as many as there is room for", () => {
    const machines = [
      machine("build-1"),
      machine("build-2", { runs: [], state: "draining" }),
      machine("build-3", { state: "gone", lastSeenMs: 0 }),
      machine("laptop", { kind: "session", clients: [], runs: ["orders/2.1"] }),
    ];
    const lineIn = (given: readonly MachineNow[], columns = 100) =>
      textOf(inTheMiddle(12, { machines: given }), { columns }).filter((line) => line.startsWith("Machines"));
    const all = "Machines: build-3 gone · build-1 2 of 4 · build-2 0 of 4, draining · laptop 1 running";
    expect(lineIn(machines)).toEqual([all]);
    expect(lineIn(machines, 60)).toEqual(["Machines: build-3 gone · build-1 2 of 4 · 2 more"]);
    expect(lineIn([machine("one"), machine("one", { pid: 7, runs: [] })])).toEqual([
      "Machines: one (412) 2 of 4 · one (7) 0 of 4",
    ]);
    expect(lineIn([machine("laptop", { kind: "session" })])).toEqual([]);
  });

  it("the block names the keys that do something, as many as fit, and always the one that leaves", () => {
    const keys = (given: Partial<BlockView>, needs: readonly Need[] = []) =>
      textOf(inTheMiddle(12, { needs }), given).at(-1);
    const both = [need({}), need({ task: "2", kind: "failed", actions: ["retry"] })];
    expect(keys({ hasPage: true })).toBe("p pause · s stop · + − cap · ↑↓ ↵ details · o page · q leave");
    expect(keys({ hasPage: true, columns: 80 }, both)).toBe(
      "p pause · s stop · ↑↓ ↵ details · a answer · r retry · o page · q leave",
    );
    expect(keys({ hasPage: true, columns: 60, leaving: "ends" }, both)).toBe(
      "p pause · s stop · a answer · r retry · q end",
    );
  });

  it.each([59, 80])("the block of a run that is about to end says so (%i columns)", (columns) => {
    const ending = "nothing more is started; Ctrl-C stops what runs";
    expect(textOf(inTheMiddle(12), { columns, ending })).toContain(`‖ ${ending}`);
  });

  it("the block's first line has all its figures at 80 columns, and a bar as long as there is room for", () => {
    const [line = ""] = textOf(inTheMiddle(300, { plan: "a-plan-with-a-name" }), { columns: 80 });
    expect(line).toMatch(/ \d+\/300 {3}\d+ of \d+ agents {3}≈ .* left$/);
    const barOf = (plan: string, columns: number) =>
      /[█▒×░]*(?= {3}\d+\/300)/.exec(textOf(inTheMiddle(300, { plan }), { columns })[0] ?? "")?.[0].length;
    expect(barOf("short", 120)).toBe(18);
    expect(barOf("a-plan-with-a-name", 80)).toBeLessThan(18);
    expect(barOf("a-plan-with-quite-a-long-name-of-it", 80)).toBe(0);
  });

  it("the block leaves out the machine of a runner that shows it and is alone", () => {
    const lines = (given: readonly MachineNow[], leaving?: "ends") =>
      textOf(inTheMiddle(12, { machines: given }), { leaving }).filter((line) => line.startsWith("Machines"));
    expect(lines([machine("one")], "ends")).toEqual([]);
    expect(lines([machine("one")])).toHaveLength(1);
    expect(lines([machine("one"), machine("two")], "ends")).toHaveLength(1);
  });

  it("the block gives a title the room that no role takes", () => {
    const base = inTheMiddle(12);
    const named = (role: string | undefined) => {
      const tasks = base.tasks.map(({ role: _, ...row }) => ({
        ...{ ...row, subject: "A title of a task in forty letters, yes." },
        ...(role !== undefined && { role }),
      }));
      return textOf({ ...base, tasks }, { columns: 80 }).filter((line) => line.startsWith("▶ "));
    };
    expect(named(undefined).every((line) => line.includes("in forty letters, yes."))).toBe(true);
    expect(named("feature-implementer").every((line) => line.includes("… feature-implementer "))).toBe(true);
  });

  it("the block below 60 columns is the header and what needs a person", () => {
    const lines = textOf(inTheMiddle(60, { needs: [need({ task: "4.3" })] }), { columns: 59 });
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^orders {2}▶ running/);
    expect(lines[1]).toBe("? 4.3 asks: Which one?");
  });

  it("the block says more than three needs as a number, and names what a long text holds up by number too", () => {
    const needs = [1, 2, 3, 4, 5].map((n) =>
      need({ task: `${n}`, text: "word ".repeat(30), holdsUp: ["7", "8", "9", "10", "11"] }),
    );
    const lines = textOf(inTheMiddle(60, { needs }));
    expect(lines[2]).toMatch(/^\? 1 asks: word .*…\s*; holds up 5 {3}a answer$/);
    expect(lines[5]).toBe("  … 2 more need you");
  });

  it("the block says why nothing starts, and how a plan goes on that nobody runs", () => {
    const nobody = {
      kind: "nobody" as const,
      words: "nobody has been at it for 5 min",
      how: "/parallel:run orders",
    };
    const lines = textOf(inTheMiddle(12, { needs: [], held: "a limit was reached", runBy: nobody }));
    expect(lines).toContain("‖ a limit was reached");
    expect(lines).toContain("! nobody has been at it for 5 min; /parallel:run orders goes on");
  });

  it("the block marks the selected task where it runs, and gives any other a line of its own with its reason", () => {
    const snapshot = inTheMiddle(60);
    const running = snapshot.tasks.find(({ group }) => group === "running");
    const waiting = snapshot.tasks.find(({ group }) => group === "waits");
    expect(textOf(snapshot, { selected: running?.id }).filter((line) => line.startsWith("› "))).toHaveLength(
      1,
    );
    const [line] = textOf(snapshot, { selected: waiting?.id }).filter((one) => one.startsWith("› "));
    expect(line).toBe(`› ${waiting?.id} ${waiting?.subject}: ${waiting?.reason}`);
  });

  it("the block asks in place of the keys, and shows the end of what was typed", () => {
    const lines = textOf(inTheMiddle(12), { prompt: `Answer to 1: ${"x".repeat(200)}the end` });
    expect(lines.at(-1)).toMatch(/^….*the end█$/);
    expect(lines.join("\n")).not.toContain("q leave");
  });

  it("the block of a plan among others has a line for each of them that goes on", () => {
    const other = { ...inTheMiddle(12), plan: "second" };
    expect(
      textOf(inTheMiddle(12), { others: [other] }).filter((line) => line.startsWith("second  ▶ running")),
    ).toHaveLength(1);
  });

  it.each([
    [{ done: true, status: "open" }, /^orders {2}[✓✗] done/],
    [{ status: "paused" }, /^orders {2}‖ paused/],
    [{ status: "stopped" }, /^orders {2}■ stopped/],
  ] as const)("the block's first line says how the plan is: %j", (given, expected) => {
    expect(textOf(inTheMiddle(12, given as Partial<PlanSnapshot>))[0]).toMatch(expected);
  });
});
