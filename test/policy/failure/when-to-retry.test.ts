import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { needsHold, statusesOf } from "../../../mcp-server/src/graph/readiness.ts";
import type { Task } from "../../../mcp-server/src/graph/task.ts";
import { waitingForRetry } from "../../../mcp-server/src/policy/failure/when-to-retry.ts";
import { task } from "../../support/plan-fixture.ts";

/** What waits, as "task<failed one". */
function waiting(tasks: readonly Task[], mayStart?: (id: string) => boolean): string[] {
  const found = waitingForRetry(new Map(tasks.map((one) => [one.id, one])), mayStart);
  return [...found].map(([id, failed]) => `${id}<${failed}`).sort();
}

const failedOnce = { failedAttempts: 1 } as const;

describe("under the failure policy retry", () => {
  it("under retry, nothing waits while nothing has failed", () => {
    expect(waiting([task("a"), task("b", { after: ["a"] })])).toEqual([]);
  });

  it("under retry, everything that dependencies connect with a failed task waits until it was tried again", () => {
    const plan = [task("root", { status: "completed" }), task("failed", { after: ["root"], ...failedOnce })];
    const sibling = task("sibling", { after: ["root"] });
    expect(waiting([...plan, sibling]).filter((line) => line.startsWith("sibling"))).toEqual([
      "sibling<failed",
    ]);
  });

  it("under retry, another part of the plan goes on", () => {
    expect(
      waiting([task("failed", failedOnce), task("elsewhere"), task("there", { after: ["elsewhere"] })]),
    ).toEqual([]);
  });

  it("under retry, the part of a failed task waits also while it runs again, and no longer once it has ended", () => {
    const sibling = task("sibling");
    const join = task("join", { after: ["failed", "sibling"] });
    const statusOf = (status: Task["status"]) =>
      waiting([task("failed", { status, ...failedOnce }), sibling, join]);
    expect(statusOf("in_progress")).toEqual(["join<failed", "sibling<failed"]);
    expect(statusOf("completed")).toEqual([]);
    expect(statusOf("failed")).toEqual([]);
    expect(statusOf("cancelled")).toEqual([]);
  });

  it("under retry, what the failed task itself waits for does not wait", () => {
    const plan = [
      task("recover-1"),
      task("failed", { after: ["recover-1"], ...failedOnce }),
      task("also-failed", { after: ["recover-1"], ...failedOnce }),
      task("next", { after: ["failed"] }),
    ];
    expect(waiting(plan)).toEqual(["next<failed"]);
  });

  it("under retry, a failed task that can never start again keeps nobody waiting", () => {
    const plan = [
      task("gone", { status: "cancelled" }),
      task("failed", { after: ["gone"], ...failedOnce }),
      task("sibling"),
      task("join", { after: ["failed", "sibling"], needs: "any" }),
    ];
    expect(waiting(plan)).toEqual([]);
  });

  it("under retry, a failed task that a barrier keeps back keeps nobody waiting", () => {
    const plan = [task("failed", failedOnce), task("other"), task("join", { after: ["failed", "other"] })];
    expect(waiting(plan, (id) => id === "other")).toEqual([]);
  });

  it("under retry, something always runs or can start where something waits", () => {
    const row = fc.record({
      after: fc.uniqueArray(fc.nat(20), { maxLength: 3 }),
      status: fc.constantFrom(
        "pending" as const,
        "pending" as const,
        "completed" as const,
        "failed" as const,
      ),
      failedAttempts: fc.nat(1),
      needs: fc.constantFrom("all" as const, "any" as const, "settled" as const),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 10 }), (rows) => {
        const tasks = rows.map(({ after, ...rest }, n) =>
          task(String(n), { ...rest, after: n === 0 ? [] : [...new Set(after.map((at) => String(at % n)))] }),
        );
        const byId = new Map(tasks.map((one) => [one.id, one]));
        const held = waitingForRetry(byId);
        const ready = tasks.filter(
          (one) => one.status === "pending" && needsHold(one.needs, statusesOf(one, byId)),
        );
        if (held.size > 0) expect(ready.some(({ id }) => !held.has(id))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
