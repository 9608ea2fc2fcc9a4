import { describe, expect, it } from "vitest";
import { DISPATCHERS } from "../../bench/dispatch/dispatchers.ts";
import { execute } from "../../bench/dispatch/execution.ts";
import { clairvoyantProblem, drawReality } from "../../bench/dispatch/reality.ts";
import { syntheticPlan } from "../../bench/schedule/synthetic.ts";
import { seededRandom } from "../../bench/seeded-random.ts";
import { planSchedule } from "../../mcp-server/src/schedule/plan-schedule.ts";
import { compileProblem, type ProblemInput } from "../../mcp-server/src/schedule/problem/problem.ts";
import { activity } from "../support/problems.ts";

const onTwo = (durations: readonly number[], predecessors: readonly (readonly number[])[] = []) => ({
  capacities: [2],
  activities: durations.map((duration, at) => activity(duration, predecessors[at] ?? [])),
});

function took(input: ProblemInput, reality: readonly (readonly number[])[]) {
  return Object.values(DISPATCHERS).map((dispatcherFor) => execute(input, reality, dispatcherFor(input)));
}

describe("an execution", () => {
  it("an execution goes on at once without a barrier and waits for the slowest with one", () => {
    const tasks = onTwo([4, 4, 4, 4]);
    expect(took(tasks, [[9], [3], [3], [3]])).toEqual([9, 9, 9, 12, 12]);
  });

  it("an execution carries a failed task out again before what depends on it", () => {
    expect(took(onTwo([4, 4], [[], [0]]), [[2, 5], [3]])).toEqual([10, 10, 10, 10, 10]);
  });

  it("an execution waits for a whole level before the next only with level chunks", () => {
    const tasks = onTwo([2, 9, 9], [[], [], [0]]);
    expect(took(tasks, [[2], [9], [9]])).toEqual([11, 11, 11, 18, 18]);
  });

  it("an execution refuses a dispatcher that starts what is not ready, does not fit, or nothing at all", () => {
    const tasks = onTwo([1, 1, 1, 1], [[], [], [], [0]]);
    const reality = [[1], [1], [1], [1]];
    expect(() => execute(tasks, reality, () => [3])).toThrow(/not ready/);
    expect(() => execute(tasks, reality, () => [0, 1, 2])).toThrow(/does not fit/);
    expect(() => execute(tasks, reality, () => [])).toThrow(/nothing/);
  });
});

describe("what happens", () => {
  const input = syntheticPlan(2_000, 1);
  const reality = drawReality(input, seededRandom(1));

  it("what happens in a run differs from the estimates by a factor of up to 3 both ways, one attempt in ten failing", () => {
    const factors = reality.map(
      ([first = 0], task) => first / (input.activities[task]?.duration ?? Number.NaN),
    );
    expect(Math.min(...factors)).toBeCloseTo(1 / 3, 1);
    expect(Math.max(...factors)).toBeCloseTo(3, 1);
    expect(factors.filter((factor) => factor < 1).length / factors.length).toBeCloseTo(0.5, 1);
    expect(reality.filter(({ length }) => length === 2).length / reality.length).toBeCloseTo(0.1, 1);
  });

  it("what happens in a run is the same for the same seed", () => {
    expect(drawReality(input, seededRandom(1))).toEqual(reality);
  });

  it("what happens in a run can be planned by one who knows it, in which case no dispatcher is below the bound", () => {
    const small = syntheticPlan(60, 2);
    const attempts = drawReality(small, seededRandom(2));
    const known = clairvoyantProblem(small, attempts);
    expect(known.activities).toHaveLength(attempts.flat().length);
    const { lowerBound } = planSchedule(compileProblem(known));
    for (const makespan of took(small, attempts)) expect(makespan).toBeGreaterThanOrEqual(lowerBound);
  });

  it("what depends on a task waits for its last attempt", () => {
    const known = clairvoyantProblem(onTwo([4, 4], [[], [0]]), [[2, 5], [3]]);
    expect(known.activities.map(({ duration, predecessors }) => [duration, predecessors])).toEqual([
      [2, []],
      [5, [0]],
      [3, [1]],
    ]);
  });
});
