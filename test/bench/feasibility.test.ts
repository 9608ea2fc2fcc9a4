import { describe, expect, it } from "vitest";
import { flawOf } from "../../bench/schedule/feasibility.ts";
import { activity } from "../support/problems.ts";

const chain = { capacities: [1], activities: [activity(3), activity(2, [0])] };
const twins = { capacities: [1], activities: [activity(3), activity(3)] };
const eitherOf = {
  capacities: [3],
  activities: [activity(3), activity(9), activity(1, [0, 1], { needs: 1 })],
};

describe("flawOf", () => {
  it("flawOf finds nothing wrong with a schedule that keeps everything", () => {
    expect(flawOf(chain, [0, 3])).toBeUndefined();
    expect(flawOf(twins, [3, 0])).toBeUndefined();
    expect(flawOf(eitherOf, [0, 0, 3])).toBeUndefined();
  });

  it.each([
    ["a start before the predecessor has ended", chain, [0, 2], /0 of its 1 predecessors/],
    ["too few predecessors that have ended", eitherOf, [0, 0, 2], /0 of its 2 predecessors/],
    ["more of a resource than there is", twins, [0, 2], /resource 0 is taken 2 times at 2/],
    ["a start that is no time", chain, [0, Number.NaN], /starts at NaN/],
    ["a start before now", chain, [-3, 0], /starts at -3/],
    [
      "a clash",
      { ...twins, capacities: [2], clashes: [[1, 0] as const] },
      [0, 2],
      /activities 1 and 0 clash/,
    ],
    ["a missing start", chain, [0], /1 starts for 2/],
    [
      "a delay of what runs already",
      { capacities: [1], activities: [activity(3, [], { running: true })] },
      [1],
      /runs already/,
    ],
  ])("flawOf finds %s", (_, input, start, message) => {
    expect(flawOf(input, start)).toMatch(message);
  });

  it("flawOf accepts that more runs already than there is, but nothing added to it", () => {
    const running = activity(3, [], { running: true });
    const input = { capacities: [1], activities: [running, running, activity(1)] };
    expect(flawOf(input, [0, 0, 3])).toBeUndefined();
    expect(flawOf(input, [0, 0, 2])).toMatch(/resource 0/);
  });
});
