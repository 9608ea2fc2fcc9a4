import { describe, expect, it } from "vitest";
import { syntheticPlan } from "../../../bench/schedule/synthetic.ts";
import { flawOf } from "../../../mcp-server/src/schedule/feasibility.ts";
import { planSchedule } from "../../../mcp-server/src/schedule/plan-schedule.ts";
import { compileProblem, type ProblemInput } from "../../../mcp-server/src/schedule/problem.ts";
import { Replanner } from "../../../mcp-server/src/schedule/replan.ts";
import { activity } from "./problems.ts";

function replannerFor(input: ProblemInput) {
  const problem = compileProblem(input);
  return new Replanner(problem, planSchedule(problem, { schedules: 50, seed: 1 }));
}

const diamond = {
  capacities: [2],
  activities: [activity(4), activity(6, [0]), activity(2, [0]), activity(3, [1, 2])],
};

describe("Replanner", () => {
  it("begins with what the plan starts first", () => {
    expect(replannerFor(diamond).replan({ ended: [], running: [] })).toMatchObject({
      startNow: [0],
      makespan: 13,
    });
  });

  it("starts what an early end makes possible", () => {
    const { startNow, makespan } = replannerFor(diamond).replan({ ended: [0], running: [] });
    expect(startNow).toEqual([1, 2]);
    expect(makespan).toBe(9);
  });

  it("waits for what is late, by the time that remains of it", () => {
    const { startNow, start, makespan } = replannerFor(diamond).replan({ ended: [0, 2], running: [[1, 20]] });
    expect(startNow).toEqual([]);
    expect(start[3]).toBe(20);
    expect(makespan).toBe(23);
  });

  it("starts nothing that waits for what is later than planned, or for its slot", () => {
    for (const remaining of [0, -50]) {
      const { startNow, start } = replannerFor(diamond).replan({ ended: [0, 2], running: [[1, remaining]] });
      expect(startNow).toEqual([]);
      expect(start[3]).toBeGreaterThan(0);
      const replanner = replannerFor({ capacities: [1], activities: [activity(4), activity(4)] });
      expect(replanner.replan({ ended: [], running: [[0, remaining]] }).startNow).toEqual([]);
    }
  });

  it("starts nothing that waits for what takes no time before that has ended", () => {
    const input = { capacities: [2], activities: [activity(0), activity(3, [0])] };
    expect(replannerFor(input).replan({ ended: [], running: [] }).startNow).toEqual([0]);
  });

  it("starts a task again whose attempt failed", () => {
    expect(replannerFor(diamond).replan({ ended: [0, 2], running: [] }).startNow).toEqual([1]);
  });

  it("starts nothing while more runs than the cap allows", () => {
    const replanner = replannerFor({ capacities: [1], activities: [activity(4), activity(4), activity(4)] });
    const { startNow, start } = replanner.replan({
      ended: [],
      running: [
        [0, 1],
        [1, 2],
      ],
    });
    expect(startNow).toEqual([]);
    expect(start[2]).toBe(2);
  });

  it("gives a schedule of what is left at every completion of a run", () => {
    const input = syntheticPlan(200, 5);
    const problem = compileProblem(input);
    const { start } = planSchedule(problem, { schedules: 20, seed: 1 });
    const replanner = new Replanner(problem, { start });
    const endOf = (index: number) => (start[index] as number) + (problem.duration[index] as number);
    for (const now of [...input.activities.keys()].map(endOf).filter((_, index) => index % 10 === 0)) {
      const ended = [...input.activities.keys()].filter((index) => endOf(index) <= now);
      const running = [...input.activities.keys()]
        .filter((index) => (start[index] as number) < now && endOf(index) > now)
        .map((index): [number, number] => [index, endOf(index) - now]);
      const left = {
        ...input,
        activities: input.activities.map((one, index) => {
          if (ended.includes(index)) return activity(0, [], { running: true });
          const remaining = running.find(([other]) => other === index)?.[1];
          return remaining === undefined ? one : { ...one, duration: remaining, running: true };
        }),
      };
      expect(flawOf(left, replanner.replan({ ended, running }).start)).toBeUndefined();
    }
  });
});
