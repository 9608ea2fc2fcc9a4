import { describe, expect, it } from "vitest";
import type { AttemptId } from "../../../mcp-server/src/graph/attempt.ts";
import type { Change } from "../../../mcp-server/src/graph/event.ts";
import type { Task } from "../../../mcp-server/src/graph/task.ts";
import { measureRun } from "../../../mcp-server/src/report/figures/run-figures.ts";
import { EXAMPLE_END_MS, exampleEvents, exampleState } from "../../support/example-run.ts";
import { eventsOf, id, planState, START_MS, task } from "../../support/plan-fixture.ts";

const completed = { status: "completed" } as const;
const NOW = START_MS + 1_000_000;
const attempts = (...numbers: number[]) => numbers as AttemptId[];

describe("the measured run", () => {
  it("the measured run compares the wall time with the tasks one after another", () => {
    const state = planState(
      [task("a", completed), task("b", completed), task("c", completed)],
      [
        { task: "a", from: 0, to: 60 },
        { task: "b", from: 0, to: 40 },
        { task: "c", from: 40, to: 60 },
      ],
    );
    expect(measureRun(state, [], NOW)).toMatchObject({
      wallMs: 60_000,
      nobodyRanMs: 0,
      sequentialMs: 120_000,
      completedTasksMs: 120_000,
      speedup: 2,
      largestRunning: 2,
      efficiency: 1,
      idleMs: [0, 0],
      lowerBoundMs: 60_000,
    });
  });

  it("the measured run has no times at all for a plan that nobody ran", () => {
    const figures = measureRun(planState([task("a")]), [], NOW);
    expect(figures).toMatchObject({ attempts: 0, retries: 0, lostAttempts: 0, returnedOffers: 0 });
    const measured = Object.entries(figures).filter(([, value]) => value !== undefined);
    expect(measured.map(([name]) => name)).toEqual(["attempts", "retries", "lostAttempts", "returnedOffers"]);
  });

  it("the measured run does not take agents that follow each other for agents that run at once", () => {
    const state = planState(
      [task("a", completed), task("b", completed)],
      [
        { task: "a", from: 0, to: 10 },
        { task: "b", from: 10, to: 20 },
      ],
    );
    expect(measureRun(state, [], NOW).largestRunning).toBe(1);
  });

  it("the measured run counts the time in which no agent ran", () => {
    const state = planState(
      [task("a", completed), task("b", completed)],
      [
        { task: "a", from: 0, to: 10 },
        { task: "b", from: 70, to: 100 },
      ],
    );
    expect(measureRun(state, [], NOW)).toMatchObject({
      ...{ wallMs: 100_000, nobodyRanMs: 60_000, breaksMs: 0, speedup: 0.4 },
    });
  });

  it("the measured run takes a break of more than a quarter of an hour for neither work nor waiting", () => {
    const ran = (from: number) => ({ task: from === 0 ? "a" : "b", from, to: from + 100 });
    const state = (from: number) =>
      planState([task("a", completed), task("b", completed)], [ran(0), ran(from)]);
    expect(measureRun(state(1_000), [], NOW)).toMatchObject({ breaksMs: 0, speedup: 200 / 1_100 });
    expect(measureRun(state(1_001), [], NOW)).toMatchObject({
      ...{ wallMs: 1_101_000, nobodyRanMs: 901_000, breaksMs: 901_000, speedup: 1 },
    });
  });

  it("the measured run measures an attempt that still runs until now", () => {
    const state = planState([task("a", { status: "in_progress" })], [{ task: "a", from: 0 }]);
    expect(measureRun(state, [], START_MS + 5_000).wallMs).toBe(5_000);
  });

  it("the measured run takes only the last attempt of a retried task as its work", () => {
    const state = planState(
      [task("a", completed)],
      [
        { task: "a", from: 0, to: 30, outcome: "failed" },
        { task: "a", from: 30, to: 50 },
      ],
    );
    expect(measureRun(state, [], NOW)).toMatchObject({
      sequentialMs: 20_000,
      attemptsMs: 50_000,
      attempts: 2,
      retries: 1,
      lostAttempts: 0,
    });
  });

  it("the measured run takes no lost attempt for work, and what follows one for no retry", () => {
    const state = planState(
      [task("a", completed), task("b")],
      [
        { task: "a", from: 0, to: 500, outcome: "lost" },
        { task: "b", from: 0, to: 500, outcome: "lost" },
        { task: "a", from: 500, to: 520 },
      ],
    );
    expect(measureRun(state, [], NOW)).toMatchObject({ sequentialMs: 20_000, retries: 0, lostAttempts: 2 });
  });

  it("the measured run knows no speedup where everything was lost", () => {
    const state = planState([task("a")], [{ task: "a", from: 0, to: 500, outcome: "lost" }]);
    expect(measureRun(state, [], NOW)).toMatchObject({
      wallMs: 500_000,
      sequentialMs: undefined,
      speedup: undefined,
    });
  });

  it("the measured run cannot say that no conflict was prevented when no hook was there to see one", () => {
    const ran = { task: "a", from: 0, to: 1 };
    const without = planState([task("a", completed)], [ran]);
    const withHooks = planState([task("a", completed)], [{ ...ran, agentId: "agent-1" }]);
    expect(measureRun(without, [], NOW).preventedConflicts).toBeUndefined();
    expect(measureRun(withHooks, [], NOW).preventedConflicts).toBe(0);
  });

  it("the measured run counts offers that nobody took up", () => {
    const state = planState([task("a", completed)], [{ task: "a", from: 0, to: 1 }]);
    const [first] = state.claims;
    if (first?.state !== "ended") throw new Error("the fixture's attempt has ended");
    const returned = { ...first, state: "returned" as const, endedAtMs: START_MS, cause: "expired" };
    const figures = measureRun({ ...state, claims: [returned, first] }, [], NOW);
    expect(figures).toMatchObject({ returnedOffers: 1, attempts: 1 });
  });
});

describe("the critical path", () => {
  const diamond = [
    task("a", completed),
    task("b", { ...completed, after: ["a"] }),
    task("c", { ...completed, after: ["a"] }),
  ];
  const ran = [
    { task: "a", from: 0, to: 10 },
    { task: "b", from: 10, to: 15 },
    { task: "c", from: 10, to: 40 },
    { task: "d", from: 40, to: 50 },
  ];

  it("the critical path is the longest chain by measured times", () => {
    const state = planState([...diamond, task("d", { ...completed, after: ["b", "c"] })], ran);
    expect(measureRun(state, [], NOW).criticalPath).toEqual({ lengthMs: 50_000, tasks: ["a", "c", "d"] });
  });

  it("the critical path follows the first dependency of a task that needs any", () => {
    const state = planState(
      [...diamond, task("d", { ...completed, after: ["b", "c"], needs: "any" })],
      [...ran.slice(0, 3), { task: "d", from: 15, to: 50 }],
    );
    expect(measureRun(state, [], NOW).criticalPath).toEqual({ lengthMs: 50_000, tasks: ["a", "b", "d"] });
  });

  it("the critical path is planned by the estimates, where there are any", () => {
    const state = planState(diamond, ran.slice(0, 3));
    const offered = (task: string, estimateMs: number) =>
      ({ type: "claim.offered", task: id(task), estimateMs }) as Change;
    const events = eventsOf(
      offered("a", 7_000),
      offered("a", 1_000),
      offered("b", 9_000),
      offered("c", 2_000),
    );
    expect(measureRun(state, events, NOW).plannedCriticalPath).toEqual({
      lengthMs: 10_000,
      tasks: ["a", "b"],
    });
    expect(measureRun(state, [], NOW).plannedCriticalPath).toBeUndefined();
    // a took 10 s of 1 s, b 5 s of 9 s, c 30 s of 2 s.
    expect(measureRun(state, events, NOW).estimates).toEqual({
      tasks: 3,
      estimatedMs: 12_000,
      actualMs: 45_000,
      medianRatio: 10,
    });
    const ofOne = measureRun(state, events.slice(0, 1), NOW).estimates;
    expect(ofOne).toEqual({ tasks: 1, estimatedMs: 7_000, actualMs: 10_000 });
  });

  const chain = (...tasks: string[]) => tasks.map(id);
  const expectedMs = ({ origin }: Task) => (origin === "server" ? 60_000 : 5_000);

  it("the critical path is planned for the whole plan, what was never claimed included", () => {
    const state = {
      ...planState([...diamond, task("d", { after: ["b", "c"] })], ran.slice(0, 1)),
      expectedMs,
    };
    const events = eventsOf({ type: "claim.offered", task: id("a"), estimateMs: 1_000 } as Change);
    expect(measureRun(state, events, NOW).plannedCriticalPath).toEqual({
      lengthMs: 11_000,
      tasks: chain("a", "b", "d"),
    });
  });

  it("the critical path is planned without what was cancelled, and does not count the server's own tasks", () => {
    const tasks = [
      task("a"),
      task("a-review", { origin: "server", after: ["a"] }),
      task("b", { after: ["a-review"] }),
      task("c", { after: ["b"], status: "cancelled" }),
    ];
    const state = { ...planState(tasks), expectedMs };
    expect(measureRun(state, [], NOW).plannedCriticalPath).toEqual({
      lengthMs: 10_000,
      tasks: chain("a", "b"),
    });
  });
});

describe("the bursts", () => {
  const launch = (launched: number[], leftOut: number[]) => ({
    type: "batch.launched" as const,
    session: "s",
    inOneMessage: launched.length,
    attempts: attempts(...launched),
    leftOut: attempts(...leftOut),
  });
  const state = planState([task("a")]);

  it("the bursts are whole when one message launches all that was offered", () => {
    expect(measureRun(state, eventsOf(launch([1, 2, 3], [])), NOW).bursts).toEqual({
      sizes: [3],
      shareInOneMessage: 1,
    });
  });

  it("the bursts give credit only for the first message when agents are launched one by one", () => {
    const events = eventsOf(launch([1], [2, 3, 4]), launch([2], [3, 4]), launch([3], [4]), launch([4], []));
    expect(measureRun(state, events, NOW).bursts).toEqual({ sizes: [1, 1, 1, 1], shareInOneMessage: 0.25 });
  });
});

it("the measured run of the example never promises less than the lower bound", () => {
  const { wallMs, lowerBoundMs, idleMs, attemptsMs, largestRunning } = measureRun(
    exampleState,
    exampleEvents,
    EXAMPLE_END_MS,
  );
  if (wallMs === undefined || lowerBoundMs === undefined || attemptsMs === undefined)
    throw new Error("unmeasured");
  expect(lowerBoundMs).toBeLessThanOrEqual(wallMs);
  const idle = (idleMs ?? []).reduce((sum, ms) => sum + ms, 0);
  expect(idle + attemptsMs).toBe(wallMs * (largestRunning ?? 0));
});
