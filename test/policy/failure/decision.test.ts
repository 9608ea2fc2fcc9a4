import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide, type RunFacts } from "../../../mcp-server/src/policy/failure/decision.ts";

const quiet: RunFacts = {
  failure: "best-effort",
  stopped: false,
  running: 0,
  ready: 0,
  completed: 0,
  failed: [],
  rejected: [],
  retrying: [],
  unreachable: 0,
  done: false,
  limit: undefined,
};

function decisionOn(facts: Partial<RunFacts>) {
  return decide({ ...quiet, ...facts });
}

describe("decide", () => {
  it("decide proceeds while something is ready, also when something else has failed", () => {
    expect(decisionOn({ ready: 2, running: 1, failed: ["1"] }).decision).toBe("proceed");
  });

  it("decide waits while something runs and nothing is ready", () => {
    expect(decisionOn({ running: 1, failed: ["1"], completed: 3 }).decision).toBe("wait");
  });

  it("decide retries what failed and may be tried again, and names it", () => {
    const { decision, reason } = decisionOn({ ready: 1, retrying: ["1.2"] });
    expect(decision).toBe("retry");
    expect(reason).toContain("1.2");
  });

  it("decide escalates failures when nothing is left to do, with what waits for them", () => {
    const { decision, reason } = decisionOn({ failed: ["1", "2"], completed: 4, unreachable: 3, done: true });
    expect(decision).toBe("escalate");
    expect(reason).toMatch(/1, 2\. 3 tasks cannot start/);
    expect(decisionOn({ failed: ["1"], done: true }).reason).toMatch(/Nothing completed/);
  });

  it("decide escalates what every review rejected, beside what failed", () => {
    const { decision, reason } = decisionOn({ rejected: ["1"], failed: ["2"], completed: 3, unreachable: 1 });
    expect(decision).toBe("escalate");
    expect(reason).toBe(
      "Rejected in every review: 1. Failed after all attempts: 2. 1 task cannot start because of that.",
    );
    expect(decisionOn({ rejected: ["1"], running: 1 }).decision, "while others work on").toBe("wait");
  });

  it("decide proceeds to the report when everything has ended well", () => {
    expect(decisionOn({ completed: 3, done: true }).decision).toBe("proceed");
  });

  it("decide does not say that everything has ended while something waits for what was cancelled", () => {
    expect(decisionOn({ completed: 3, unreachable: 2, done: true })).toEqual({
      decision: "proceed",
      reason: "Nothing more can start: 2 tasks wait for what was cancelled.",
    });
  });

  it("decide hands a plan to the user whose limit is reached, when what runs has ended", () => {
    const limit = "The limit is reached.";
    expect(decisionOn({ limit, running: 1 }).decision).toBe("wait");
    expect(decisionOn({ limit })).toEqual({ decision: "escalate", reason: limit });
    expect(decisionOn({ limit, done: true }).decision).toBe("proceed");
  });

  it("decide stops a stopped plan whatever else holds, and proceeds or retries only with something ready", () => {
    const ids = fc.array(fc.constantFrom("1", "2"));
    const facts = fc.record({
      failure: fc.constantFrom("fail-fast" as const, "best-effort" as const, "retry" as const),
      stopped: fc.boolean(),
      running: fc.nat(3),
      ready: fc.nat(3),
      completed: fc.nat(3),
      failed: ids,
      rejected: ids,
      retrying: ids,
      unreachable: fc.nat(3),
      done: fc.boolean(),
      limit: fc.constantFrom(undefined, "The limit is reached."),
    });
    fc.assert(
      fc.property(facts, (given) => {
        const { decision, reason } = decide(given);
        expect(reason).toMatch(/\.$/);
        if (given.stopped) expect(decision).toBe("stop");
        if (decision === "retry") expect(given.ready).toBeGreaterThan(0);
        if (decision === "proceed") expect(given.ready > 0 || given.done).toBe(true);
        if (decision === "escalate") expect(given.ready + given.running).toBe(0);
      }),
    );
  });
});
