import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { syntheticPlan } from "../../bench/schedule/synthetic.ts";
import { flawOf } from "../../mcp-server/src/schedule/feasibility.ts";
import { planSchedule, promptEffort } from "../../mcp-server/src/schedule/plan-schedule.ts";
import { compileProblem, type ProblemInput } from "../../mcp-server/src/schedule/problem.ts";
import { activity, problems, shortestMakespan } from "../support/problems.ts";

function plan(input: ProblemInput, schedules = 200, seed = 1) {
  return planSchedule(compileProblem(input), { schedules, seed });
}

/** Five tasks that fill two agents for 12 only if the longest begins together with the right others. */
const packed = { capacities: [2], activities: [6, 6, 4, 4, 4].map((duration) => activity(duration)) };

describe("planSchedule", () => {
  it("keeps precedence, capacities and what runs already, whatever the effort", () => {
    fc.assert(
      fc.property(problems, fc.integer({ min: 1, max: 60 }), (input, schedules) => {
        const { start, makespan, lowerBound, schedulesUsed } = plan(input, schedules);
        expect(flawOf(input, start)).toBeUndefined();
        expect(makespan).toBe(
          Math.max(0, ...input.activities.map(({ duration }, i) => (start[i] as number) + duration)),
        );
        expect(lowerBound).toBeLessThanOrEqual(makespan);
        expect(schedulesUsed).toBeLessThanOrEqual(schedules);
      }),
      { numRuns: 500 },
    );
  });

  it("finds the shortest schedule of a small problem, and no bound is above it", () => {
    const small = problems.map(({ capacities, activities }) => ({
      capacities,
      activities: activities
        .slice(0, 6)
        .map(({ duration, predecessors, demands }) => ({ duration, predecessors, demands })),
    }));
    fc.assert(
      fc.property(small, (input) => {
        const shortest = shortestMakespan(input);
        const { makespan, lowerBound } = plan(input, 400);
        expect(makespan).toBe(shortest);
        expect(lowerBound).toBeLessThanOrEqual(shortest);
      }),
      { numRuns: 200 },
    );
  });

  it("stops as soon as the makespan meets the bound", () => {
    expect(plan(packed)).toMatchObject({ makespan: 12, lowerBound: 12 });
    expect(plan({ capacities: [2], activities: [activity(3), activity(4)] }).schedulesUsed).toBe(1);
  });

  it("gives the same plan for the same input, effort and seed, byte for byte", () => {
    const input = syntheticPlan(120, 3);
    const [one, other] = [plan(input, 300, 7), plan(input, 300, 7)];
    expect(Buffer.from(one.start.buffer).equals(Buffer.from(other.start.buffer))).toBe(true);
    expect(other).toEqual(one);
  });

  it("finds no longer schedule with more effort", () => {
    const input = syntheticPlan(150, 4);
    const makespans = [1, 5, 50, 1_000].map((schedules) => plan(input, schedules).makespan);
    expect(makespans).toEqual([...makespans].sort((a, b) => b - a));
    expect(makespans[3]).toBeLessThan(makespans[0] as number);
  });

  it("bounds by the work between long heads and tails, where neither chain nor total work says as much", () => {
    const activities = [
      activity(5),
      ...Array.from({ length: 4 }, () => activity(6, [0])),
      activity(5, [1, 2, 3, 4]),
    ];
    expect(plan({ capacities: [2], activities })).toMatchObject({ lowerBound: 22, makespan: 22 });
  });

  it("plans as many tasks as nobody has", () => {
    const input = syntheticPlan(40_000, 6);
    const { start, makespan, lowerBound } = plan(input, 3);
    expect(flawOf(input, start)).toBeUndefined();
    expect(makespan / lowerBound).toBeLessThan(1.25);
  });

  it("plans nothing for nothing", () => {
    expect(plan({ capacities: [1], activities: [] })).toMatchObject({ makespan: 0, lowerBound: 0 });
  });

  it("asks for less effort the larger the plan is, but always for some improvement", () => {
    const efforts = [1, 30, 100, 1_000, 10_000, 100_000].map(promptEffort);
    expect(efforts).toEqual([...efforts].sort((a, b) => b - a));
    expect(efforts[5]).toBeGreaterThanOrEqual(3);
  });
});
