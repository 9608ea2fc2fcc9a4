import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findCycle } from "../../../mcp-server/src/graph/order/cycle.ts";

function edges(...pairs: readonly [string, ...string[]][]): Map<string, readonly string[]> {
  return new Map(pairs.map(([from, ...to]) => [from, to]));
}

describe("findCycle", () => {
  it("findCycle finds none in a diamond", () => {
    expect(findCycle(edges(["a"], ["b", "a"], ["c", "a"], ["d", "b", "c"]))).toBeUndefined();
  });

  it("findCycle returns the cycle closed, without what leads to it", () => {
    expect(findCycle(edges(["x", "a"], ["a", "b"], ["b", "c"], ["c", "a"]))).toEqual(["a", "b", "c", "a"]);
  });

  it("findCycle finds a node that depends on itself", () => {
    expect(findCycle(edges(["a"], ["b", "b"]))).toEqual(["b", "b"]);
  });

  it("findCycle follows nodes that have no entry of their own", () => {
    expect(findCycle(edges(["a", "b"]))).toBeUndefined();
  });

  it("findCycle follows a chain of 100,000 without running out of stack", () => {
    const chain = Array.from({ length: 100_000 }, (_, at): [string, string] => [`${at}`, `${at + 1}`]);
    expect(findCycle(edges(...chain))).toBeUndefined();
    expect(findCycle(edges(...chain, ["100000", "0"]))).toHaveLength(100_002);
  });

  it("findCycle finds a true cycle exactly when no order of the nodes respects all edges", () => {
    const node = fc.integer({ min: 0, max: 6 }).map(String);
    fc.assert(
      fc.property(fc.array(fc.tuple(node, node), { maxLength: 12 }), (pairs) => {
        const graph = new Map<string, string[]>();
        for (const [from, to] of pairs) graph.set(from, [...(graph.get(from) ?? []), to]);
        const cycle = findCycle(graph);
        let left = new Set(graph.keys());
        for (let before = -1; before !== left.size; ) {
          before = left.size;
          left = new Set([...left].filter((at) => graph.get(at)?.some((to) => left.has(to))));
        }
        expect(cycle !== undefined).toBe(left.size > 0);
        for (const [at, from] of (cycle ?? []).slice(0, -1).entries()) {
          expect(graph.get(from)).toContain(cycle?.[at + 1]);
        }
        expect(cycle?.at(0)).toBe(cycle?.at(-1));
      }),
    );
  });
});
