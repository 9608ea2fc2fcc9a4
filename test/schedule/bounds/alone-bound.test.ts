import { describe, expect, it } from "vitest";
import { aloneBound } from "../../../mcp-server/src/schedule/bounds/alone-bound.ts";
import { planSchedule } from "../../../mcp-server/src/schedule/plan-schedule.ts";
import { compileProblem } from "../../../mcp-server/src/schedule/problem/problem.ts";
import { activity } from "../../support/problems.ts";

const alone = { demands: [{ resource: 0, amount: 3 }] };

function boundOf(activities: ReturnType<typeof activity>[]) {
  return aloneBound(compileProblem({ capacities: [3], activities }));
}

describe("the bound by activities that tolerate no other", () => {
  it("aloneBound adds the time of activities that tolerate no other to the longest chain of the rest", () => {
    expect(boundOf([activity(10), activity(7, [], alone), activity(5, [0]), activity(2, [0], alone)])).toBe(
      24,
    );
  });

  it("aloneBound adds the time of activities that tolerate no other to the work of the rest", () => {
    expect(boundOf([activity(7, [], alone), ...[4, 4, 4, 6].map((duration) => activity(duration))])).toBe(13);
  });

  it("aloneBound says nothing where others may run beside every activity", () => {
    expect(boundOf([activity(10), activity(7, [], { demands: [{ resource: 0, amount: 2 }] })])).toBe(0);
    expect(boundOf([activity(10, [], { demands: [] }), activity(7, [], alone)])).toBe(0);
  });

  it("aloneBound does not count what runs already, beside which others may run", () => {
    expect(boundOf([activity(7, [], { ...alone, running: true }), activity(9, [], { running: true })])).toBe(
      0,
    );
  });

  it("aloneBound proves a plan the shortest that neither the longest chain nor the work does", () => {
    const activities = [activity(10), activity(7, [], alone), activity(5, [0])];
    const problem = compileProblem({ capacities: [3], activities });
    expect(planSchedule(problem)).toMatchObject({ makespan: 22, lowerBound: 22 });
  });
});
