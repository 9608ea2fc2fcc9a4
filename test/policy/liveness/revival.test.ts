import { describe, expect, it } from "vitest";
import type { AnyClaim, EndedAttempt } from "../../../mcp-server/src/graph/attempt.ts";
import { parseScope } from "../../../mcp-server/src/graph/scope/scope.ts";
import type { Task } from "../../../mcp-server/src/graph/task.ts";
import { type LateSign, mayRevive } from "../../../mcp-server/src/policy/liveness/revival.ts";

const scope = (...writes: string[]) =>
  parseScope({ basis: "declared", writes, reads: [], resources: [] } as never, false);
const attempt = { id: 7, state: "ended", outcome: "lost" } as EndedAttempt;
const claim = (id: number, state: AnyClaim["state"]) => ({ id, state }) as AnyClaim;
const task = (status: Task["status"]) => ({ id: "1", status }) as Task;

const SIGN: LateSign = {
  attempt,
  task: task("pending"),
  claimsOfTask: [claim(3, "ended"), attempt],
  scope: scope("src/**"),
  others: [scope("docs/**")],
  leaseUntilMs: 20,
  nowMs: 10,
};

const may = (parts: Partial<LateSign>) => mayRevive({ ...SIGN, ...parts });

describe("a late sign of life", () => {
  it("a late sign of life counts while nobody took the task, also when it has failed by that attempt alone", () => {
    expect(may({})).toBe(true);
    expect(may({ task: task("failed") })).toBe(true);
    // An offer that nobody took up was no taking.
    expect(may({ claimsOfTask: [attempt, claim(8, "returned")] })).toBe(true);
  });

  it("a late sign of life does not count when somebody took the task, or it was decided upon", () => {
    for (const state of ["offered", "running", "ended", "unrecognised"] as const)
      expect(may({ claimsOfTask: [attempt, claim(8, state)] }), state).toBe(false);
    for (const status of ["completed", "cancelled", "in_progress"] as const)
      expect(may({ task: task(status) }), status).toBe(false);
  });

  it("a late sign of life does not count when what clashes with its scope was taken", () => {
    expect(may({ others: [scope("src/a.ts")] })).toBe(false);
  });

  it("a late sign of life does not count when the attempt's own time is over, or it ended otherwise", () => {
    expect(may({ leaseUntilMs: 10 })).toBe(false);
    expect(may({ attempt: { ...attempt, outcome: "cancelled" } })).toBe(false);
  });
});
