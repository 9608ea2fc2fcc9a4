import { describe, expect, it } from "vitest";
import { renderGantt } from "../../../mcp-server/src/report/timeline/gantt.ts";
import { renderTimeline } from "../../../mcp-server/src/report/timeline/timeline.ts";
import { timelineOf, timelineOfSchedule } from "../../../mcp-server/src/report/timeline/timeline-rows.ts";
import { cellWidth } from "../../../mcp-server/src/text/cell-width.ts";
import { EXAMPLE_END_MS, exampleState } from "../../support/example-run.ts";
import { id, planState, START_MS, task } from "../../support/plan-fixture.ts";

const example = timelineOf(exampleState, EXAMPLE_END_MS);
const plain = { width: 80, colour: false };

/** From a tenth of a second to a year, in milliseconds, each longer than the one before by a ninth. */
const LENGTHS = Array.from({ length: 190 }, (_, n) => Math.round(100 * (10 / 9) ** n));

/** Columns of a task's bar, `endMs` excluded, in the line that starts with its mark and id. */
function columnsOf(name: string, text: string): { from: number; to: number } {
  const line = text.split("\n").find((one) => one.slice(2).startsWith(`${name} `)) ?? "";
  const from = line.search(/[█▶×~?]/);
  return { from, to: line.length };
}

describe("a timeline", () => {
  it("a timeline shows agents that worked at the same time one above the other", () => {
    const rows = timelineOfSchedule([
      { task: id("a"), subject: "first", startMs: 0, endMs: 60_000 },
      { task: id("b"), subject: "beside it", startMs: 30_000, endMs: 90_000 },
      { task: id("c"), subject: "after both", startMs: 90_000, endMs: 120_000 },
    ]);
    const text = renderTimeline(rows, plain);
    const [a, b, c] = ["a", "b", "c"].map((name) => columnsOf(name, text));
    expect(b?.from).toBeLessThan(a?.to ?? 0);
    expect(b?.from).toBeGreaterThan(a?.from ?? 0);
    expect(c?.from).toBe(b?.to);
  });

  it("a timeline shows all attempts of a task on one row", () => {
    const text = renderTimeline(example, plain);
    expect(text.split("\n").find((line) => line.includes(" 1.5 "))).toMatch(/^✓ 1\.5 .* ~+ +█+$/);
  });

  it("a timeline shows every bar, however short", () => {
    const rows = timelineOfSchedule([
      { task: id("a"), subject: "long", startMs: 0, endMs: 3_600_000 },
      { task: id("b"), subject: "instant at the end", startMs: 3_600_000, endMs: 3_600_000 },
    ]);
    expect(renderTimeline(rows, plain)).toMatch(/ b .*█$/m);
  });

  it("a timeline names tasks that never ran, without a bar", () => {
    expect(renderTimeline(example, plain)).toMatch(/^○ 3\.2 Import wizard$/m);
  });

  it("a timeline tells how many ran at once", () => {
    const text = renderTimeline(example, plain);
    expect(text).toContain("most at once: 5");
    const load = text.split("\n").find((line) => line.includes("at once"));
    expect(load).toMatch(/█+▇+.*▂+$/);
  });

  it.each([40, 41, 60, 80, 120, 199, 200])("a timeline is nowhere wider than %d cells", (width) => {
    const lines = renderTimeline(example, { width, colour: false }).split("\n");
    expect(Math.max(...lines.map(cellWidth))).toBeLessThanOrEqual(width);
    expect(lines.join("\n")).toMatch(/├─+/);
  });

  it.each([40, 60, 100, 200])(
    "a timeline has labels on its axis that stand apart, each over its mark, %d cells wide",
    (width) => {
      const faults = LENGTHS.filter((endMs) => {
        const rows = timelineOfSchedule([{ task: id("a"), subject: "s", startMs: 0, endMs }]);
        const [labels = "", marks = ""] = renderTimeline(rows, { width, colour: false }).split("\n");
        // Within a label there is one blank, between two there are more.
        const shown = [...labels.matchAll(/\S+(?: \S+)*/g)];
        const areDurations = shown.every(([label]) =>
          /^\d[\d.]* (?:ms|s|min|h|d)(?: \d+ (?:s|min|h))?$/.test(label),
        );
        const areAtMarks = shown.every(({ index }) => /[├┼]/.test(marks[index] ?? ""));
        return !areDurations || !areAtMarks || new Set(shown.map(([label]) => label)).size < shown.length;
      });
      expect(faults).toEqual([]);
    },
  );

  it("a timeline gives durations in words where there is no room for bars", () => {
    const text = renderTimeline(example, { width: 30, colour: false });
    expect(text).toMatch(/^✓ 1\.2 Define.* 40 s$/m);
    expect(Math.max(...text.split("\n").map(cellWidth))).toBeLessThanOrEqual(30);
  });

  it("a timeline keeps the bars in line behind wide letters", () => {
    const rows = timelineOfSchedule([
      { task: id("a"), subject: "検索を追加する", startMs: 0, endMs: 10_000 },
      { task: id("b"), subject: "Add the search", startMs: 0, endMs: 10_000 },
    ]);
    const ends = renderTimeline(rows, plain)
      .split("\n")
      .filter((line) => line.includes("█") && !line.includes("at once"))
      .map(cellWidth);
    expect(ends).toEqual([80, 80]);
  });

  it("a timeline has colours only where they are wanted", () => {
    expect(renderTimeline(example, plain)).not.toContain("\u001b");
    expect(renderTimeline(example, { width: 80, colour: true })).toContain("\u001b[32m");
  });

  it("a timeline lets no subject write to the terminal", () => {
    const rows = timelineOfSchedule([
      { task: id("a"), subject: "x\u001b[2Jy\nz\u202E", startMs: 0, endMs: 5 },
    ]);
    expect(renderTimeline(rows, plain)).toContain(" a xy z ");
  });

  it("a timeline keeps labels that tell tasks apart, and drops those that all of a plan have", () => {
    const subjects = ["[demo] [P1] [iOS] Add", "[Android] Add"];
    const state = planState(subjects.map((subject, n) => task(String(n), { subject })));
    expect(timelineOf(state, START_MS).map(({ subject }) => subject)).toEqual(["[iOS] Add", "[Android] Add"]);
  });

  it("a timeline ends a bar now where the attempt still runs", () => {
    const state = planState([task("a", { status: "in_progress" })], [{ task: "a", from: 0 }]);
    expect(timelineOf(state, START_MS + 7_000)).toEqual([
      {
        task: "a",
        subject: "Task a",
        status: "in_progress",
        bars: [{ startMs: START_MS, endMs: START_MS + 7_000, kind: "running" }],
      },
    ]);
  });
});

describe("a gantt chart", () => {
  it("a gantt chart has a bar for each attempt", () => {
    const bars = renderGantt(example)
      .split("\n")
      .filter((line) => line.includes(" :"));
    expect(bars).toHaveLength(12);
    expect(bars[0]).toBe(
      `  ✓ 1.1 Add the notes table and its migration :done, ${START_MS}, ${START_MS + 62_000}`,
    );
  });

  it("a gantt chart takes no statement, no second field and no end of its code block from a subject", () => {
    const subject = "click x:crit, 0, 1\n```\nsection y; %%{init}%% #35;";
    const rows = timelineOfSchedule([{ task: id("title"), subject, startMs: 0, endMs: 5 }]);
    expect(renderGantt(rows).split("\n").slice(4, -1)).toEqual([
      "  • title click x crit, 0, 1 section y init 35 :0, 5",
    ]);
  });
});
