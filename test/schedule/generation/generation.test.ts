import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { flawOf } from "../../../bench/schedule/feasibility.ts";
import { ParallelGenerator } from "../../../mcp-server/src/schedule/generation/parallel-generation.ts";
import { listByRank } from "../../../mcp-server/src/schedule/generation/priority-rules.ts";
import { SerialGenerator } from "../../../mcp-server/src/schedule/generation/serial-generation.ts";
import {
  type Activity,
  compileProblem,
  type ProblemInput,
} from "../../../mcp-server/src/schedule/problem/problem.ts";
import { activity, problems } from "../../support/problems.ts";

/** A problem with a random order of its activities. */
const ranked = problems.chain((input) =>
  fc.tuple(
    fc.constant(input),
    fc.shuffledSubarray([...input.activities.keys()], { minLength: input.activities.length }),
  ),
);

function serial(input: ProblemInput, rank: readonly number[]) {
  const problem = compileProblem(input);
  return new SerialGenerator(problem).generate(listByRank(Int32Array.from(rank), problem));
}

function parallel(input: ProblemInput, rank: readonly number[]) {
  return new ParallelGenerator(compileProblem(input)).generate(Int32Array.from(rank));
}

function lastEnd({ activities }: ProblemInput, start: Float64Array): number {
  return Math.max(0, ...activities.map(({ duration }, index) => (start[index] as number) + duration));
}

describe.each([
  ["serial generation", serial],
  ["parallel generation", parallel],
])("%s", (_, generate) => {
  it("a generated schedule keeps precedence, capacities and what runs already, in any order of priority", () => {
    fc.assert(
      fc.property(ranked, ([input, rank]) => {
        const { start, makespan } = generate(input, rank);
        expect(flawOf(input, start)).toBeUndefined();
        expect(makespan).toBe(lastEnd(input, start));
      }),
      { numRuns: 2_000 },
    );
  });

  it("a generated schedule starts nothing that could start earlier with the rest as it is", () => {
    fc.assert(
      fc.property(ranked, ([input, rank]) => {
        const { start } = generate(input, rank);
        for (const [index, { running, duration, needs }] of input.activities.entries()) {
          // One that needs only some of its predecessors is planned to wait for certain ones.
          if (running || duration === 0 || needs !== undefined || start[index] === 0) continue;
          const earlier = start.slice();
          earlier[index] = (start[index] as number) - 1;
          expect(flawOf(input, earlier)).toBeDefined();
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("a generator of schedules can be used again", () => {
    const input = {
      capacities: [2, 1],
      activities: [activity(3), activity(2, [0], { demands: [{ resource: 1, amount: 1 }] }), activity(4)],
    };
    expect(generate(input, [0, 1, 2])).toEqual(generate(input, [0, 1, 2]));
    const problem = compileProblem(input);
    const [one, other] = [new SerialGenerator(problem), new ParallelGenerator(problem)];
    for (const _ of [1, 2]) {
      expect(one.generate(Int32Array.of(0, 1, 2)).makespan).toBe(5);
      expect(other.generate(Int32Array.of(0, 1, 2)).makespan).toBe(5);
    }
  });
});

describe("parallel generation", () => {
  it("parallel generation leaves no slot idle while something fits", () => {
    fc.assert(
      fc.property(ranked, ([input, rank]) => {
        const { start } = parallel(input, rank);
        for (const index of input.activities.keys()) {
          const { running, needs, duration } = input.activities[index] as Activity;
          if (running || needs !== undefined || duration === 0) continue;
          // Alone with what started before it, each would be in the way of something or wait for something.
          for (let at = 0; at < (start[index] as number); at++) {
            const startedBy = { ...input, activities: input.activities.slice() };
            const trial = start.slice();
            trial[index] = at;
            for (const other of input.activities.keys()) {
              if (other === index || (start[other] as number) <= at) continue;
              startedBy.activities[other] = { ...activity(0), running: true };
              trial[other] = 0;
            }
            const waits = input.activities[index]?.predecessors.some(
              (other) => (start[other] as number) > at,
            );
            if (!waits) expect(flawOf(startedBy, trial)).toBeDefined();
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
