import { describe, expect, it } from "vitest";
import { aggregate } from "../../mcp-server/src/report/aggregate.ts";
import { shareLine } from "../../mcp-server/src/report/share-line.ts";
import { planState, type Ran, START_MS, task } from "../support/plan-fixture.ts";

function lineOf(...ran: Ran[]): string {
  const names = [...new Set(ran.map((one) => one.task))];
  const tasks = names.map((name) => task(name, { status: "completed" }));
  return shareLine(aggregate(planState(tasks, ran), [], START_MS + 10_000_000));
}

it("the share line boasts where there is something to boast of", () => {
  expect(lineOf({ task: "a", from: 0, to: 100 }, { task: "b", from: 0, to: 80 })).toBe(
    "2 tasks, 2 agents at once, 1.8× faster than one after another (1 min 40 s instead of 3 min)",
  );
});

it("the share line admits that a chain is not faster", () => {
  expect(lineOf({ task: "a", from: 0, to: 100 }, { task: "b", from: 110, to: 200 })).toBe(
    "2 tasks, one agent at a time, not faster than one after another (3 min 20 s against 3 min 10 s)",
  );
});

it("the share line does not call two times that are about the same a difference", () => {
  expect(lineOf({ task: "a", from: 0, to: 100 }, { task: "b", from: 95, to: 145 })).toBe(
    "2 tasks, 2 agents at once, as fast as one after another (2 min 25 s against 2 min 30 s)",
  );
});

describe("of a run that goes on", () => {
  const lineSoFar = (tasks: Parameters<typeof planState>[0], ...ran: Ran[]) =>
    shareLine(aggregate(planState(tasks, ran), [], START_MS + 100_000));

  it("the share line of a run that goes on says how far it is, and nothing about its speed", () => {
    const tasks = [task("a", { status: "completed" }), task("b", { status: "in_progress" }), task("c")];
    expect(lineSoFar(tasks, { task: "a", from: 0, to: 90 }, { task: "b", from: 10 })).toBe(
      "1 of 3 tasks so far, 1 running, at most 2 agents at once",
    );
  });

  it("the share line of a run that goes on says so when nothing runs now, and when nothing ever ran", () => {
    const tasks = [task("a", { status: "completed" }), task("b")];
    expect(lineSoFar(tasks, { task: "a", from: 0, to: 90 })).toBe(
      "1 of 2 tasks so far, none running, one agent at a time",
    );
    expect(lineSoFar([task("a")])).toBe("0 of 1 task so far; no agent ran, so nothing was measured");
  });
});

it("the share line says so when the time went by without any agent", () => {
  expect(lineOf({ task: "a", from: 0, to: 60 }, { task: "b", from: 660, to: 720 })).toBe(
    "2 tasks, one agent at a time, not faster than one after another (12 min against 2 min; for 10 min of it no agent ran)",
  );
});

it("the share line counts no night between two sessions, and says so", () => {
  const night = [
    { task: "a", from: 0, to: 60 },
    { task: "b", from: 0, to: 60 },
    { task: "c", from: 36_060, to: 36_120 },
  ];
  expect(lineOf(...night)).toBe(
    "3 tasks, 2 agents at once, 1.5× faster than one after another (2 min instead of 3 min, without 10 h in which no agent ran)",
  );
});

it("the share line claims no speedup that nobody measured", () => {
  expect(lineOf({ task: "a", from: 0, to: 60, outcome: "lost" })).toBe(
    "1 task, one agent at a time, 1 min; the speedup could not be measured",
  );
});
