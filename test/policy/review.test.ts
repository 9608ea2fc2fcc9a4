import { describe, expect, it } from "vitest";
import type { Purpose } from "../../mcp-server/src/graph/purpose.ts";
import type { Task, TaskId } from "../../mcp-server/src/graph/task.ts";
import {
  isRejectedForGood,
  lastSteps,
  MAX_REVIEWS,
  waitForReviews,
  wantsReview,
} from "../../mcp-server/src/policy/review.ts";
import { id, report, task } from "../support/plan-fixture.ts";

/** A task of the server's own. */
function step(name: string, purpose: Purpose, position: number): Task {
  return { ...task(name), origin: "server", extra: { purpose }, position };
}

const review = (name: string, of: string, round: number, position: number) =>
  step(name, { kind: "review", of: id(of), round }, position);

describe("a task is reviewed", () => {
  const end = { review: "end" } as const;
  const each = { review: "task" } as const;

  it("a task is reviewed if it says so, or the policy does for all that may write, and never if it says no", () => {
    expect(wantsReview(task("1"), end)).toBe(false);
    expect(wantsReview(task("1"), each)).toBe(true);
    expect(wantsReview(task("1", { review: true }), { review: "off" })).toBe(true);
    expect(wantsReview(task("1", { review: false }), each)).toBe(false);
  });

  it("a task is reviewed by the policy only if it may write, but also then if nobody knows what", () => {
    expect(wantsReview(task("1", { writes: [] }), each)).toBe(false);
    expect(wantsReview(task("1", { writes: [], review: true }), each)).toBe(true);
    expect(wantsReview(task("1", { writes: ["a.ts"] }), each)).toBe(true);
  });

  it("a task that the server made is not reviewed: a review of a review would never end", () => {
    for (const kind of ["review", "fix"] as const)
      expect(wantsReview(step("1-x", { kind, of: id("1"), round: 1 }, 1), each)).toBe(false);
    expect(wantsReview({ ...task("recover-1"), origin: "server" }, each)).toBe(false);
  });
});

it("a work is left to a person by the last rejection, and by no other verdict", () => {
  const of = (round: number, verdict: "accepted" | "rejected") =>
    isRejectedForGood({ kind: "review", round }, report({ verdict }));
  expect(of(MAX_REVIEWS, "rejected")).toBe(true);
  expect(of(MAX_REVIEWS - 1, "rejected")).toBe(false);
  expect(of(MAX_REVIEWS, "accepted")).toBe(false);
  expect(isRejectedForGood({ kind: "fix", round: MAX_REVIEWS }, report({ verdict: "rejected" }))).toBe(false);
});

describe("what depends on reviewed work", () => {
  const tasks = new Map<TaskId, Task>(
    [
      task("1"),
      task("2"),
      review("1-review", "1", 1, 3),
      step("1-fix", { kind: "fix", of: id("1"), round: 1 }, 4),
      step("1-merge", { kind: "merge", of: id("1") }, 5),
      review("1-review2", "1", 2, 6),
      step("plan-review", { kind: "review", round: 1 }, 7),
    ].map((one) => [one.id, one]),
  );
  const steps = lastSteps(tasks.values());
  const dependencies = (after: string[], given: Partial<Omit<Task, "id" | "dependencies">> = {}) =>
    waitForReviews(task("3", { after, ...given }), (name) => tasks.get(name), steps).dependencies;

  it("what depends on reviewed work waits for the last step of its review as well", () => {
    expect(steps).toEqual(new Map([["1", "1-review2"]]));
    expect(dependencies(["1", "2"])).toEqual(["1", "1-review2", "2"]);
    expect(dependencies(["1", "1-review2"])).toEqual(["1", "1-review2"]);
  });

  it("what depends on reviewed work waits for no earlier step any more", () => {
    expect(dependencies(["1", "1-review"])).toEqual(["1", "1-review2"]);
    expect(dependencies(["1-fix"])).toEqual(["1-review2"]);
  });

  it("what depends on reviewed work waits for it also if it depends on what merges the work", () => {
    expect(dependencies(["1-merge"])).toEqual(["1-merge", "1-review2"]);
  });

  it("what depends on reviewed work counts work and review once, where not all have to complete", () => {
    expect(dependencies(["1", "2"], { needs: "any" })).toEqual(["1-review2", "2"]);
    expect(dependencies(["1", "1-merge", "2"], { needs: { atLeast: 2 } })).toEqual(["1-review2", "2"]);
    expect(dependencies(["1", "2"], { needs: "settled" })).toEqual(["1", "1-review2", "2"]);
  });

  it("what depends on reviewed work waits for no acceptance if it is there for the work, but for that of others", () => {
    const own = { origin: "server", extra: { purpose: { kind: "fix", of: "1", round: 2 } } } as const;
    expect(dependencies(["1"], own)).toEqual(["1"]);
    const others = { origin: "server", extra: { purpose: { kind: "review", of: "2", round: 1 } } } as const;
    expect(dependencies(["2", "1"], others)).toEqual(["2", "1", "1-review2"]);
    const verify = { origin: "server", extra: { purpose: { kind: "verify", of: ["1", "2"] } } } as const;
    expect(dependencies(["1", "2"], verify)).toEqual(["1", "2"]);
    expect(dependencies(["2", "plan-review"])).toEqual(["2", "plan-review"]);
  });

  it("what depends on reviewed work does not heed a breakdown that calls one of its own tasks a review", () => {
    const forged = { ...review("9", "2", 1, 9), origin: "file" as const };
    expect(lastSteps([forged]).size).toBe(0);
  });
});
