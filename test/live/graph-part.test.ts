import { describe, expect, it } from "vitest";
import { graphPart } from "../../mcp-server/src/live/graph-part.ts";

const NOTHING_ALONE: ReadonlySet<string> = new Set();

/** One task, `width` that wait for it, and one that waits for all of these. */
function fan(width: number) {
  const middle = Array.from({ length: width }, (_, n) => `m${n}`);
  return [
    { id: "start", dependencies: [] },
    ...middle.map((id) => ({ id, dependencies: ["start"] })),
    { id: "end", dependencies: middle },
  ];
}

function chain(length: number) {
  return Array.from({ length }, (_, n) => ({ id: `c${n}`, dependencies: n === 0 ? [] : [`c${n - 1}`] }));
}

describe("graphPart", () => {
  it("graphPart shows every task of a small plan by itself", () => {
    const part = graphPart(fan(20), { focus: [], alone: NOTHING_ALONE, maxChips: 150, maxNear: 50 });
    expect(part.map(({ tasks }) => tasks.length)).toEqual(Array(22).fill(1));
  });

  it("graphPart puts tasks of a larger plan together that have the same neighbours", () => {
    const part = graphPart(fan(100), { focus: [], alone: new Set(["m7"]), maxChips: 150, maxNear: 50 });
    expect(part.map(({ id, tasks }) => [id, tasks.length])).toEqual([
      ["start", 1],
      ["m0", 99],
      ["m7", 1],
      ["end", 1],
    ]);
    expect(part.at(-1)?.dependencies).toEqual(["m0", "m7"]);
  });

  it("graphPart keeps tasks apart whose dependencies differ, also where these are not in the plan", () => {
    const nodes = ["a", "b", "c"].flatMap((gone) =>
      Array.from({ length: 40 }, (_, n) => ({ id: `${gone}${n}`, dependencies: [`gone ${gone}`] })),
    );
    const part = graphPart(nodes, { focus: [], alone: new Set(["0 "]), maxChips: 150, maxNear: 50 });
    expect(part.map(({ id, tasks }) => [id, tasks.length])).toEqual([
      ["a0", 40],
      ["b0", 40],
      ["c0", 40],
    ]);
  });

  it("graphPart shows the neighbourhood of the focus where the plan is too large, and counts what it leaves out", () => {
    const part = graphPart(chain(500), { focus: ["c250"], alone: NOTHING_ALONE, maxChips: 150, maxNear: 5 });
    expect(part.map(({ id }) => id)).toEqual(["c248", "c249", "c250", "c251", "c252"]);
    expect(part.map(({ hiddenBefore, hiddenBehind }) => [hiddenBefore, hiddenBehind])).toEqual([
      [1, 0],
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 1],
    ]);
  });

  it("graphPart begins at the start of the plan without a focus", () => {
    const part = graphPart(chain(500), {
      focus: ["unknown"],
      alone: NOTHING_ALONE,
      maxChips: 150,
      maxNear: 3,
    });
    expect(part.map(({ id }) => id)).toEqual(["c0", "c1", "c2"]);
  });
});
