import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { flawOf } from "../../bench/schedule/feasibility.ts";
import { syntheticPlan } from "../../bench/schedule/synthetic.ts";
import { planSchedule } from "../../mcp-server/src/schedule/plan-schedule.ts";
import { compileProblem, type ProblemInput } from "../../mcp-server/src/schedule/problem/problem.ts";
import { activity, problems, shortestMakespan } from "../support/problems.ts";

function plan(input: ProblemInput) {
  return planSchedule(compileProblem(input));
}

describe("planSchedule", () => {
  it("planSchedule keeps precedence, capacities and what runs already", () => {
    fc.assert(
      fc.property(problems, (input) => {
        const { start, makespan, lowerBound } = plan(input);
        expect(flawOf(input, start)).toBeUndefined();
        expect(makespan).toBe(
          Math.max(0, ...input.activities.map(({ duration }, i) => (start[i] as number) + duration)),
        );
        expect(lowerBound).toBeLessThanOrEqual(makespan);
      }),
      { numRuns: 500 },
    );
  });

  it("planSchedule finds no schedule shorter than the shortest there is, and no bound above it", () => {
    const small = problems.map(({ capacities, activities }) => ({
      capacities,
      activities: activities
        .slice(0, 6)
        .map(({ duration, predecessors, demands }) => ({ duration, predecessors, demands })),
    }));
    fc.assert(
      fc.property(small, (input) => {
        const shortest = shortestMakespan(input);
        const { makespan, lowerBound } = plan(input);
        expect(makespan).toBeGreaterThanOrEqual(shortest);
        expect(lowerBound).toBeLessThanOrEqual(shortest);
      }),
      { numRuns: 200 },
    );
  });

  it("planSchedule stays within Graham's bound of the shortest where the cap is the only limit", () => {
    const underCap = problems.map(({ capacities: [cap = 1], activities }) => ({
      capacities: [cap],
      activities: activities
        .slice(0, 6)
        .map(({ duration, predecessors }) => activity(duration, predecessors)),
    }));
    fc.assert(
      fc.property(underCap, (input) => {
        const [cap = 1] = input.capacities;
        expect(plan(input).makespan).toBeLessThanOrEqual((2 - 1 / cap) * shortestMakespan(input));
      }),
      { numRuns: 200 },
    );
  });

  it("planSchedule gives the same plan for the same input, byte for byte", () => {
    const [one, other] = [plan(syntheticPlan(120, 3)), plan(syntheticPlan(120, 3))];
    expect(Buffer.from(one.start.buffer).equals(Buffer.from(other.start.buffer))).toBe(true);
    expect(other).toEqual(one);
  });

  it("planSchedule lets a slot idle where that is shorter than starting whatever fits", () => {
    const input = {
      capacities: [2],
      activities: [
        activity(2),
        activity(4, [], { demands: [{ resource: 0, amount: 2 }] }),
        activity(30, [1]),
        activity(30),
      ],
    };
    expect(plan(input).makespan).toBe(36);
  });

  it("planSchedule bounds by the work between long heads and tails, where neither chain nor total work says as much", () => {
    const activities = [
      activity(5),
      ...Array.from({ length: 4 }, () => activity(6, [0])),
      activity(5, [1, 2, 3, 4]),
    ];
    expect(plan({ capacities: [2], activities })).toMatchObject({ lowerBound: 22, makespan: 22 });
  });

  it("planSchedule plans as many tasks as nobody has", () => {
    const input = syntheticPlan(40_000, 6);
    const { start, makespan, lowerBound } = plan(input);
    expect(flawOf(input, start)).toBeUndefined();
    expect(makespan / lowerBound).toBeLessThan(1.25);
  });

  it("planSchedule plans nothing for nothing", () => {
    expect(plan({ capacities: [1], activities: [] })).toMatchObject({ makespan: 0, lowerBound: 0 });
  });
});
