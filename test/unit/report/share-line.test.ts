import { expect, it } from "vitest";
import { aggregate } from "../../../mcp-server/src/report/aggregate.ts";
import { shareLine } from "../../../mcp-server/src/report/share-line.ts";
import { planState, type Ran, START_MS, task } from "./plan-fixture.ts";

function lineOf(...ran: Ran[]): string {
  const names = [...new Set(ran.map((one) => one.task))];
  const tasks = names.map((name) => task(name, { status: "completed" }));
  return shareLine(aggregate(planState(tasks, ran), [], START_MS + 10_000_000));
}

it("boasts where there is something to boast of", () => {
  expect(lineOf({ task: "a", from: 0, to: 100 }, { task: "b", from: 0, to: 80 })).toBe(
    "2 tasks, 2 agents at once, 1.8× faster than one after another (1 min 40 s instead of 3 min)",
  );
});

it("admits that a chain is not faster", () => {
  expect(lineOf({ task: "a", from: 0, to: 100 }, { task: "b", from: 110, to: 200 })).toBe(
    "2 tasks, one agent at a time, not faster than one after another (3 min 20 s against 3 min 10 s)",
  );
});

it("says so when the time went by without any agent", () => {
  expect(lineOf({ task: "a", from: 0, to: 60 }, { task: "b", from: 3_660, to: 3_720 })).toBe(
    "2 tasks, one agent at a time, not faster than one after another (1 h 2 min against 2 min; for 1 h of it no agent ran)",
  );
});

it("claims no speedup that nobody measured", () => {
  expect(lineOf({ task: "a", from: 0, to: 60, outcome: "lost" })).toBe(
    "1 task, one agent at a time, 1 min; the speedup could not be measured",
  );
});
