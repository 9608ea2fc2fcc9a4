import { describe, expect, it } from "vitest";
import { headsAndTails } from "../../../mcp-server/src/schedule/bounds/heads-and-tails.ts";
import { atProgress, compileProblem } from "../../../mcp-server/src/schedule/problem/problem.ts";
import { activity } from "../../support/problems.ts";

describe("compileProblem", () => {
  it("compileProblem keeps of the predecessors as many as are needed, those that could end first", () => {
    const { before } = compileProblem({
      capacities: [3],
      activities: [activity(5), activity(1), activity(1, [1]), activity(1, [0, 1, 2], { needs: 2 })],
    });
    expect([...before.item.subarray(before.first[3])]).toEqual([1, 2]);
  });

  it("compileProblem lets what runs already wait for nothing", () => {
    const { before } = compileProblem({
      capacities: [1],
      activities: [activity(5), activity(1, [0], { running: true })],
    });
    expect(before.item).toHaveLength(0);
  });

  it.each([
    ["a circle", { capacities: [1], activities: [activity(1, [1]), activity(1, [0])] }, /circle/],
    ["a predecessor that is none", { capacities: [1], activities: [activity(1, [7])] }, /waits for 7/],
    ["a broken duration", { capacities: [1], activities: [activity(0.5)] }, /duration 0.5/],
    ["a negative duration", { capacities: [1], activities: [activity(-1)] }, /duration -1/],
    [
      "a clash with nothing",
      { capacities: [1], activities: [activity(1)], clashes: [[0, 1] as const] },
      /a clash names activity 1/,
    ],
    ["a resource that is none", { capacities: [], activities: [activity(1)] }, /resource 0, which is none/],
    [
      "more than there is",
      { capacities: [1], activities: [activity(1, [], { demands: [{ resource: 0, amount: 2 }] })] },
      /takes 2 of resource 0, of which there is 1/,
    ],
    [
      "the same resource twice",
      {
        capacities: [2],
        activities: [activity(1, [], { demands: [0, 0].map((resource) => ({ resource, amount: 1 })) })],
      },
      /resource 0 twice/,
    ],
  ])("compileProblem refuses %s", (_, input, message) => {
    expect(() => compileProblem(input)).toThrow(message);
  });
});

describe("atProgress", () => {
  const problem = compileProblem({
    capacities: [2],
    activities: [activity(5), activity(7, [0]), activity(9, [1]), activity(3)],
  });

  it("atProgress counts from now: what has ended takes no time, what runs the time that remains", () => {
    const { criticalPath, head } = headsAndTails(atProgress(problem, { ended: [0, 3], running: [[1, 3]] }));
    expect([...head]).toEqual([0, 0, 4, 0]);
    expect(criticalPath).toBe(13);
  });

  it("atProgress expects what is late to go on for half of the time planned for it", () => {
    for (const elapsed of [7, 100]) {
      const { duration } = atProgress(problem, { ended: [0, 3], running: [[1, elapsed]] });
      expect([...duration]).toEqual([0, 4, 9, 0]);
    }
  });
});
