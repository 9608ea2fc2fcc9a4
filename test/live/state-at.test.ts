import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PlanSnapshot } from "../../mcp-server/src/live/snapshot.ts";
import { stateAt } from "../../mcp-server/src/live/state-at.ts";
import { simulatedPlan } from "./simulated-plan.ts";

/** What a history tells of a task. */
function told({ tasks }: PlanSnapshot) {
  return tasks.map(({ id, status, group, attempts }) => ({
    id,
    status,
    group,
    attempts: attempts.map(({ number, state, startMs, endMs }) => ({ number, state, startMs, endMs })),
  }));
}

describe("stateAt", () => {
  it("stateAt shows every moment of a run as it was, task by task", () => {
    const plan = simulatedPlan({ tasks: 80, trouble: 2 });
    const at = stateAt(plan.history);
    fc.assert(
      fc.property(fc.integer({ min: plan.startMs, max: plan.endMs }), (atMs) => {
        expect(told(at(atMs))).toEqual(told(plan.snapshotAt(atMs)));
      }),
    );
  });

  it("stateAt shows the end as the end, with the same counts, needs and trouble", () => {
    const plan = simulatedPlan({ tasks: 80, trouble: 2 });
    const end = stateAt(plan.history)(plan.endMs);
    const real = plan.snapshotAt(plan.endMs);
    expect(end).toMatchObject({ done: real.done, counts: real.counts, trouble: real.trouble, seq: real.seq });
    expect(end.needs.map(({ task, kind }) => [task, kind]).sort()).toEqual(
      real.needs.map(({ task, kind }) => [task, kind]).sort(),
    );
  });

  it("stateAt knows no task before it came in", () => {
    const { history, startMs, endMs } = simulatedPlan({ tasks: 12 });
    const [first, ...rest] = history.tasks;
    if (!first) throw new Error("no task");
    const later = { ...first, statuses: [[endMs, "pending"] as const] };
    expect(stateAt({ ...history, tasks: [later, ...rest] })(startMs).tasks).toHaveLength(11);
  });

  it("stateAt says that a task can run with any of its dependencies, once one has completed", () => {
    const startMs = 1_000_000;
    const task = (id: string, needs: string[], status: "pending" | "completed" | "failed") => ({
      id,
      subject: id,
      position: Number(id),
      needs,
      attempts: [],
      durationMs: 1000,
      statuses: [[startMs, "pending"] as const, [startMs + 10, status] as const],
    });
    const history = {
      v: 1 as const,
      plan: "p",
      title: "p",
      repository: "r",
      seq: 1,
      startMs,
      endMs: startMs + 20,
      statuses: [[startMs, "open"] as const, [startMs + 15, "paused"] as const],
      cap: 2,
      trouble: [],
      tasks: [
        task("1", [], "completed"),
        task("2", [], "failed"),
        { ...task("3", ["1", "2"], "pending"), needed: 1 },
        { ...task("4", ["1", "2"], "pending"), needed: "ended" as const },
        task("5", ["2"], "pending"),
      ],
    };
    const at = stateAt(history);
    const groups = (atMs: number) =>
      at(atMs)
        .tasks.slice(2)
        .map(({ group, why }) => [group, why]);
    expect(groups(startMs)).toEqual(Array(3).fill(["waits", "tasks"]));
    expect(groups(startMs + 10)).toEqual([
      ["couldStart", "next"],
      ["couldStart", "next"],
      ["cannotRun", "behind"],
    ]);
    expect(groups(startMs + 20)[0]).toEqual(["couldStart", "held"]);
  });
});
