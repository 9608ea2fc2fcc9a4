import { describe, expect, it } from "vitest";
import {
  groupByCause,
  planRecovery,
  type RecoveryFacts,
  recoveryFor,
  type TaskFailure,
} from "../../../mcp-server/src/policy/failure/recovery.ts";
import { waitsForOthers } from "../../../mcp-server/src/policy/failure/when-to-retry.ts";

function failed(task: string, text: string, mayRetry = true): TaskFailure {
  return { task, text, mayRetry };
}

const NO_TABLE = "Error: the table orders does not exist";
const facts: RecoveryFacts = { failure: "best-effort", failures: [], completed: 1, running: 0 };

describe("after failures", () => {
  it("one task that fails alone is tried again by itself", () => {
    expect(planRecovery({ ...facts, failures: [failed("a", NO_TABLE)] })).toBeUndefined();
    expect(planRecovery({ ...facts, completed: 0, failures: [failed("a", NO_TABLE)] })).toBeUndefined();
  });

  it("several failed tasks with one cause have that fixed first", () => {
    const failures = [
      failed("a", NO_TABLE),
      failed("b", "Out of memory while bundling"),
      failed("c", `x.ts:3 ${NO_TABLE}`),
    ];
    expect(planRecovery({ ...facts, failures })).toMatchObject({ kind: "shared-cause", tasks: ["a", "c"] });
  });

  it("several failed tasks with a cause each are tried again by themselves", () => {
    const failures = [failed("a", NO_TABLE), failed("b", "Out of memory while bundling")];
    expect(planRecovery({ ...facts, failures })).toBeUndefined();
  });

  it("when nothing has worked, the approach is looked at, whatever the causes", () => {
    const failures = [failed("a", NO_TABLE), failed("b", "Out of memory while bundling")];
    expect(planRecovery({ ...facts, completed: 0, failures })).toMatchObject({
      kind: "approach",
      tasks: ["a", "b"],
    });
  });

  it("when nothing has worked yet but something runs, that is waited for", () => {
    const failures = [failed("a", NO_TABLE), failed("b", "Out of memory while bundling")];
    expect(planRecovery({ ...facts, completed: 0, running: 1, failures })).toBeUndefined();
  });

  it.each([
    ["fail-fast stops instead", { failure: "fail-fast" as const }, true],
    ["no task that may be tried again needs it", {}, false],
  ])("no cause is looked for where %s", (_, changed, mayRetry) => {
    const failures = [failed("a", NO_TABLE, mayRetry), failed("b", NO_TABLE, mayRetry)];
    expect(planRecovery({ ...facts, ...changed, failures })).toBeUndefined();
  });

  it("a failed task without attempts left still tells of a cause that it shares with another", () => {
    const failures = [failed("a", NO_TABLE, false), failed("b", NO_TABLE)];
    expect(planRecovery({ ...facts, failures })).toMatchObject({
      tasks: ["a", "b"],
      reason: "a, b seem to have failed for one cause: it is fixed before b is tried again.",
    });
  });
});

describe("a failure that comes after a task was made to look for causes", () => {
  const made = planRecovery({
    ...facts,
    completed: 0,
    failures: [failed("a", NO_TABLE), failed("b", "Out of memory while bundling the shop")],
  });
  const recoveries = [
    { task: "recover-1", causes: made?.causes ?? [] },
    { task: "recover-2", causes: [] },
  ];

  it("a later failure belongs to the task that looks for causes when it looks like any of them", () => {
    expect(recoveryFor(`src/c.ts:7:1 - ${NO_TABLE}`, recoveries)?.task).toBe("recover-1");
    expect(recoveryFor("Out of memory while bundling the shop", recoveries)?.task).toBe("recover-1");
  });

  it("a later failure belongs to the last of several tasks that look for the same cause", () => {
    const again = [...recoveries, { task: "recover-3", causes: recoveries[0]?.causes ?? [] }];
    expect(recoveryFor(NO_TABLE, again)?.task).toBe("recover-3");
  });

  it("a later failure is a matter of its own when it looks like none, or tells no cause", () => {
    expect(recoveryFor("No such command: make", recoveries)).toBeUndefined();
    expect(recoveryFor("", [{ task: "recover-1", causes: [""] }])).toBeUndefined();
  });
});

it("failures are grouped in their order", () => {
  const groups = groupByCause([
    failed("x", NO_TABLE),
    failed("y", "Disk is full on the builder"),
    failed("z", NO_TABLE),
  ]);
  expect(groups.map(({ tasks }) => tasks)).toEqual([["x", "z"], ["y"]]);
});

describe("a failed task", () => {
  it("a failed task waits for those that ran beside it, as long as nothing has completed", () => {
    expect(waitsForOthers(1_000, 0, [500])).toBe(true);
    expect(waitsForOthers(1_000, 0, [1_500])).toBe(false);
    expect(waitsForOthers(1_000, 0, [])).toBe(false);
    expect(waitsForOthers(1_000, 1, [500])).toBe(false);
  });
});
