import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readBreakdowns } from "../../bench/breakdowns/breakdown.ts";
import { levelChunksMs } from "../../bench/breakdowns/level-chunks.ts";
import { outcomeOf } from "../../bench/breakdowns/outcome.ts";
import { flawOf } from "../../bench/breakdowns/validity.ts";
import { readBreakdown } from "../../mcp-server/src/breakdown/own-format/breakdown.ts";
import { type Task, type TaskId, unstarted } from "../../mcp-server/src/graph/task.ts";
import { Roles } from "../../mcp-server/src/run/project/roles.ts";

function tasksOf(tasks: readonly object[]): Task[] {
  const read = readBreakdown(JSON.stringify({ tasks }), "03-tasks.json");
  return read.tasks.map(unstarted);
}

function flawWhen(
  tasks: readonly object[],
  times: readonly (readonly [start: number, end: number])[],
  maxParallel = 5,
  unscoped: "exclusive" | "shared" = "exclusive",
) {
  const own = tasksOf(tasks);
  const schedule = times.map(([startMs, endMs], at) => ({ task: own[at]?.id as TaskId, startMs, endMs }));
  return flawOf(own, schedule, { maxParallel, unscoped });
}

const a = { id: "a", subject: "A", writes: ["a.ts"] };
const b = { id: "b", subject: "B", writes: ["b.ts"] };

describe("the check of a schedule of tasks", () => {
  it("the check of a schedule of tasks accepts one in which everything is in order", () => {
    expect(
      flawWhen(
        [a, { ...b, dependencies: ["a"] }],
        [
          [0, 5],
          [5, 7],
        ],
      ),
    ).toBeUndefined();
    expect(
      flawWhen(
        [a, b],
        [
          [0, 5],
          [0, 5],
        ],
      ),
    ).toBeUndefined();
  });

  it.each([
    ["a task that starts before its dependency has ended", [a, { ...b, dependencies: ["a"] }], 5],
    ["more at once than the cap", [a, b], 1],
    ["two that write the same file", [a, { ...b, writes: ["*.ts"] }], 5],
    ["one that reads what another writes", [a, { ...b, reads: ["a.ts"] }], 5],
    ["two that need the same resource", [a, b].map((task) => ({ ...task, resources: ["port"] })), 5],
    [
      "one of unknown scope beside one that writes nothing",
      [
        { ...a, writes: [] },
        { id: "b", subject: "B" },
      ],
      5,
    ],
  ])("the check of a schedule of tasks names %s", (_what, tasks, cap) => {
    expect(
      flawWhen(
        tasks,
        [
          [0, 5],
          [4, 7],
        ],
        cap,
      ),
    ).toBeDefined();
    expect(
      flawWhen(
        tasks,
        [
          [0, 5],
          [5, 7],
        ],
        cap,
      ),
    ).toBeUndefined();
  });

  it("the check of a schedule of tasks lets tasks of unknown scope run beside others where they may", () => {
    const tasks = [a, { id: "b", subject: "B" }];
    expect(
      flawWhen(
        tasks,
        [
          [0, 5],
          [0, 7],
        ],
        5,
        "shared",
      ),
    ).toBeUndefined();
  });

  it("the check of a schedule of tasks names tasks that are missing or take no time", () => {
    expect(flawWhen([a, b], [[0, 5]])).toBeDefined();
    expect(flawWhen([a], [[5, 5]])).toBeDefined();
  });
});

describe("level chunks", () => {
  it("level chunks take the longest task of each chunk, one chunk after another", () => {
    const level = [3, 1, 5, 2].map((durationMs) => ({ durationMs }));
    expect(levelChunksMs([level, [{ durationMs: 4 }]], (_, chunk) => chunk.length < 2)).toBe(3 + 5 + 4);
  });
});

const REAL = fileURLToPath(new URL("../../../shared/data/specs/", import.meta.url));

describe.skipIf(!existsSync(REAL))("the collected real breakdowns (skipped where they are absent)", () => {
  const ctx = { roles: new Roles(), caseInsensitive: false };

  it.each(["exclusive", "shared"] as const)(
    "the collected real breakdowns get a valid schedule, each of them, with unscoped: %s",
    (unscoped) => {
      const outcomes = readBreakdowns(REAL).flatMap((one) =>
        "tasks" in one ? outcomeOf(ctx, one.name, one.tasks, { maxParallel: 5, unscoped }) : [],
      );
      expect(outcomes.length).toBeGreaterThan(70);
      expect(outcomes.filter(({ flaw }) => flaw !== undefined)).toEqual([]);
      for (const { name, makespanMinutes, lowerBoundMinutes, safeChunksMinutes } of outcomes) {
        // The bound is rounded to a tenth of a minute.
        expect(makespanMinutes, name).toBeGreaterThanOrEqual(lowerBoundMinutes - 0.05);
        expect(makespanMinutes, name).toBeLessThanOrEqual(safeChunksMinutes);
      }
    },
  );
});
