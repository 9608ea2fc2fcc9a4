import { describe, expect, it } from "vitest";
import type { Need, PlanSnapshot } from "../../../mcp-server/src/live/snapshot.ts";
import { type NoticeFacts, noticesOf } from "../../../mcp-server/src/run/notify/notice.ts";
import { simulatedPlan } from "../../live/simulated-plan.ts";

const simulated = simulatedPlan({ tasks: 12, trouble: 0 });
const middle = simulated.snapshotAt((simulated.startMs + simulated.endMs) / 2);
const task = middle.tasks.find(({ attempts }) => attempts.length === 1)?.id ?? "";
const facts: NoticeFacts = { statusSeq: 7, statusAtMs: middle.atMs };

function need(given: Partial<Need>): Need {
  return {
    task,
    kind: "question",
    text: "Which?",
    sinceMs: middle.atMs,
    holdsUp: ["9"],
    actions: [],
    ...given,
  };
}

const ids = (given: Partial<PlanSnapshot>, known = facts) =>
  noticesOf({ ...middle, needs: [], ...given }, known).map(({ id }) => id);
const planNeed = ({ task: _, ...rest }: Need): Need => rest;

describe("what a user is told", () => {
  it.each([
    ["question", `decision/${task}/1`],
    ["review", `decision/${task}/1`],
    ["failed", `failed/${task}/1`],
  ] as const)("a user is told of a task's %s as %s", (kind, id) => {
    expect(noticesOf({ ...middle, needs: [need({ kind })] }, facts)).toEqual([
      expect.objectContaining({ id, task, text: "Which?", holdsUp: ["9"] }),
    ]);
  });

  it("a task that was tried again and fails again is told again", () => {
    const tasks = middle.tasks.map((row) =>
      row.id === task
        ? {
            ...row,
            attempts: [...row.attempts, { number: 2, state: "failed" as const, startMs: 0, endMs: 1 }],
          }
        : row,
    );
    expect(ids({ tasks, needs: [need({ kind: "failed" })] })).toEqual([`failed/${task}/2`]);
  });

  it("a user is not told what he did himself, nor what is older than a day", () => {
    expect(ids({ needs: [need({ kind: "cancelled" })] })).toEqual([]);
    expect(ids({ needs: [need({ sinceMs: middle.atMs - 25 * 3_600_000 })] })).toEqual([]);
  });

  it("a plan that was paused again waits for another decision", () => {
    const needs = [planNeed(need({ kind: "decision" }))];
    expect(ids({ needs })).toEqual(["decision/7"]);
    expect(ids({ needs }, { ...facts, statusSeq: 9 })).toEqual(["decision/9"]);
  });

  it("a limit of the plan that is reached is told by its value, so that a raised one is told again", () => {
    const limits = [
      { name: "maxTokens", used: 100, max: 100 },
      { name: "maxTurns", used: 1, max: 100 },
    ];
    const given = { needs: [planNeed(need({ kind: "limit" }))], cost: { ...middle.cost, limits } };
    expect(ids(given)).toEqual(["limit/maxTokens/100"]);
  });

  it("a pause of the provider is told when it is long enough to be read of", () => {
    const until = (minutes: number) => ({
      ...facts,
      throttle: { untilMs: middle.atMs + minutes * 60_000, sinceMs: 5 },
    });
    expect(ids({}, until(1))).toEqual([]);
    expect(ids({}, until(15))).toEqual(["limit/provider/5"]);
    expect(ids({ status: "paused" }, until(15))).toEqual([]);
  });

  it("the end of a plan is told once for what has run until then, and not of one that was stopped or never ran", () => {
    const end = simulated.snapshotAt(simulated.endMs);
    const told = (given: Partial<PlanSnapshot>) => noticesOf({ ...end, needs: [], ...given }, facts);
    expect(told({})).toEqual([
      expect.objectContaining({ event: "finished", text: "The plan is done: 12 of 12 tasks completed." }),
    ]);
    expect(told({ seq: end.seq + 5 })[0]?.id).toBe(told({})[0]?.id);
    expect(told({ status: "stopped" })).toEqual([]);
    expect(told({ tasks: end.tasks.map((row) => ({ ...row, attempts: [] })) })).toEqual([]);
    expect(told({ endedAtMs: end.atMs - 25 * 3_600_000 })).toEqual([]);
    expect(ids({})).toEqual([]);
  });
});
