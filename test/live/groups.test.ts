import { describe, expect, it } from "vitest";
import {
  countWords,
  isOverdue,
  leftWords,
  planActions,
  rowGroups,
  rowWords,
  signOf,
  silentMs,
  taskActions,
} from "../../mcp-server/src/live/groups.ts";
import { ROW_GROUPS, type TaskRow } from "../../mcp-server/src/live/snapshot.ts";
import { simulatedPlan } from "./simulated-plan.ts";

const MINUTE_MS = 60_000;

function row(given: Partial<TaskRow>): TaskRow {
  return {
    ...{ id: "1", subject: "Do it", position: 0, status: "pending", group: "waits" },
    ...{ waitsFor: [], needs: [], critical: false, attempts: [] },
    ...given,
  };
}

const running = (startMs: number, given: Partial<TaskRow> = {}) =>
  row({
    status: "in_progress",
    group: "running",
    attempts: [{ number: 1, state: "running", startMs }],
    ...given,
  });

describe("the groups of rows", () => {
  it("hold each row once, in the order of what a person has to know first", () => {
    const plan = simulatedPlan({ tasks: 60 });
    const { tasks } = plan.snapshotAt(plan.startMs + 30 * MINUTE_MS);
    const groups = rowGroups(tasks);
    expect(groups.flatMap(({ rows }) => rows.map(({ id }) => id)).sort()).toEqual(
      tasks.map(({ id }) => id).sort(),
    );
    const order = groups.map(({ group }) => ROW_GROUPS.indexOf(group));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(groups.every(({ rows }) => rows.length > 0)).toBe(true);
  });

  it("show the longest runner first, what is expected first, and what ended last first", () => {
    const ended = (id: string, endMs: number) =>
      row({
        id,
        status: "completed",
        group: "done",
        attempts: [{ number: 1, state: "completed", startMs: 0, endMs }],
      });
    const expected = (id: string, startMs: number) =>
      row({ id, expected: { startMs, endMs: startMs + 1, durationMs: 1 } });
    const rows = [
      running(50, { id: "short" }),
      running(10, { id: "long" }),
      expected("later", 9),
      expected("soon", 3),
      ended("first", 1),
      ended("last", 2),
    ];
    expect(rowGroups(rows).map((group) => group.rows.map(({ id }) => id))).toEqual([
      ["long", "short"],
      ["soon", "later"],
      ["last", "first"],
    ]);
  });

  it("say of many rows at once why they wait, the most frequent first", () => {
    const why = (kind: TaskRow["why"], id: string) =>
      row({ id, group: "couldStart", ...(kind && { why: kind }) });
    const [group] = rowGroups([why("files", "1"), why("cap", "2"), why("cap", "3")]);
    expect(group?.summary).toBe("2 without a free agent · 1 with files held");
  });
});

describe("the words of a row", () => {
  it("say that an agent is silent only once that is long", () => {
    const at = running(0, { lastSeenMs: 10 * MINUTE_MS, silentAtMs: 20 * MINUTE_MS });
    expect(silentMs(at, 20 * MINUTE_MS - 1)).toBeUndefined();
    expect(rowWords(at, 25 * MINUTE_MS)).toBe("silent for 15 min");
  });

  it("say which attempt it is from the second on, and what keeps a task that does not run", () => {
    expect(rowWords(running(0), 1)).toBe("");
    expect(rowWords(running(0, { attempts: [{ number: 2, state: "running", startMs: 0 }] }), 1)).toBe(
      "attempt 2",
    );
    expect(rowWords(row({ reason: "waits for 1.1" }), 1)).toBe("waits for 1.1");
  });

  it("a task is overdue from five quarters of what was expected on", () => {
    const at = running(0, { expected: { startMs: 0, endMs: 8, durationMs: 8 } });
    expect([isOverdue(at, 10), isOverdue(at, 11)]).toEqual([false, true]);
  });

  it("each state has a sign of its own", () => {
    const signs = [
      row({}),
      running(0),
      running(0, { attempts: [{ number: 1, state: "delivering", startMs: 0 }] }),
      row({ status: "completed" }),
      row({ status: "failed" }),
      row({ status: "failed", why: "question" }),
      row({ status: "cancelled" }),
    ].map(signOf);
    expect(signs).toEqual(["○", "▶", "→", "✓", "✗", "?", "⊘"]);
  });
});

describe("the words of a plan", () => {
  it("say how long still, with the bound only where it says something", () => {
    const left = (leftMs: number, lowerBoundMs: number) => leftWords({ forecast: { leftMs, lowerBoundMs } });
    expect(left(23 * MINUTE_MS, 19 * MINUTE_MS)).toBe("≈ 23 min left, at least 19 min");
    expect(left(MINUTE_MS, MINUTE_MS)).toBe("≈ 1 min left");
    expect(leftWords({})).toBe("");
  });

  it("count what there is, and leave out what there is none of", () => {
    const counts = {
      total: 60,
      completed: 30,
      running: 8,
      delivering: 0,
      failed: 1,
      cancelled: 0,
      waiting: 21,
    };
    expect(countWords({ counts })).toBe("30 of 60 tasks completed, 8 running, 1 failed, 21 waiting");
  });

  it("offer what can be done as it is, and nothing for what is completed", () => {
    expect(planActions({ status: "paused", done: false })).toEqual(["resume", "stop", "cap"]);
    expect(planActions({ status: "open", done: false })).toContain("pause");
    expect(taskActions(row({ status: "completed" }))).toEqual([]);
    expect(taskActions(row({ status: "failed", why: "question" }))[0]).toBe("answer");
  });
});
