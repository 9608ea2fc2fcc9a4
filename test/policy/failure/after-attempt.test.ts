import { describe, expect, it } from "vitest";
import { type AttemptFacts, statusAfter } from "../../../mcp-server/src/policy/failure/after-attempt.ts";

/** The status after an attempt that ended so, the counters being those of a first attempt. */
function statusOf(outcome: AttemptFacts["outcome"], facts: Partial<AttemptFacts> = {}) {
  return statusAfter({
    outcome,
    failure: "best-effort",
    retries: 1,
    failedAttempts: 0,
    lostAttempts: 0,
    timesBlocked: 0,
    asksQuestion: false,
    ...facts,
  }).status;
}

describe("after an attempt, a task", () => {
  it("a task is completed by a completed attempt only", () => {
    expect(statusOf("completed")).toBe("completed");
    for (const outcome of ["failed", "blocked", "lost", "cancelled", "unreported"] as const) {
      expect(statusOf(outcome, { failedAttempts: 9, lostAttempts: 9, timesBlocked: 9 })).not.toBe(
        "completed",
      );
    }
  });

  it("a task has failed after a completed attempt that says that its work is not as it should be", () => {
    const facts = { notAchieved: "1 was rejected in 3 reviews", retries: 5 };
    expect(statusOf("completed", facts)).toBe("failed");
    expect(statusOf("failed", facts), "which says nothing about an attempt that failed itself").toBe(
      "pending",
    );
  });

  it.each(["failed", "unreported"] as const)(
    "a task whose attempt was %s has as many further attempts as retries say",
    (outcome) => {
      for (const retries of [0, 1, 3]) {
        for (let failedAttempts = 1; failedAttempts <= retries; failedAttempts++) {
          expect(statusOf(outcome, { retries, failedAttempts })).toBe("pending");
        }
        expect(statusOf(outcome, { retries, failedAttempts: retries + 1 })).toBe("failed");
      }
    },
  );

  it("a task is retried under best-effort and retry, never under fail-fast", () => {
    const facts = { retries: 5, failedAttempts: 1 };
    expect(statusOf("failed", { ...facts, failure: "retry" })).toBe("pending");
    expect(statusOf("failed", { ...facts, failure: "best-effort" })).toBe("pending");
    expect(statusOf("failed", { ...facts, failure: "fail-fast" })).toBe("failed");
  });

  it("a task may be lost twice, whatever the retries and the failures were", () => {
    for (const lostAttempts of [1, 2]) {
      expect(statusOf("lost", { lostAttempts, retries: 0, failedAttempts: 4 })).toBe("pending");
    }
    expect(statusOf("lost", { lostAttempts: 3, retries: 9 })).toBe("failed");
  });

  it("a task may be blocked twice, unless it asks a question", () => {
    expect(statusOf("blocked", { timesBlocked: 1 })).toBe("pending");
    expect(statusOf("blocked", { timesBlocked: 2 })).toBe("pending");
    expect(statusOf("blocked", { timesBlocked: 3 })).toBe("failed");
    expect(statusOf("blocked", { timesBlocked: 1, asksQuestion: true })).toBe("failed");
  });

  it("a task goes back to pending when its attempt was cancelled", () => {
    expect(statusOf("cancelled", { failure: "fail-fast", retries: 0 })).toBe("pending");
  });

  it("a task that failed says why", () => {
    const failed = { failure: "fail-fast", retries: 0, failedAttempts: 1 } as const;
    const facts = { ...failed, lostAttempts: 3, timesBlocked: 3, asksQuestion: false };
    const causeOf = (outcome: AttemptFacts["outcome"]) => statusAfter({ outcome, ...facts }).cause;
    expect(causeOf("unreported")).toMatch(/no report/);
    expect(causeOf("lost")).toMatch(/3 attempts were lost/);
    expect(causeOf("blocked")).toMatch(/blocked 3 times/);
  });
});
