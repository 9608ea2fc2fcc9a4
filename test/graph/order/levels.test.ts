import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { levels, type Node, topologicalOrder } from "../../../mcp-server/src/graph/order/levels.ts";

/** Graphs without cycles, in any order. */
const graphs = fc
  .array(fc.array(fc.nat(30), { maxLength: 3 }), { maxLength: 12 })
  .map((after) =>
    after.map(
      (others, n): Node => ({
        id: String(n),
        dependencies: n === 0 ? [] : [...new Set(others.map((other) => String(other % n)))],
      }),
    ),
  )
  .chain((nodes) => fc.shuffledSubarray(nodes, { minLength: nodes.length }));

describe("topologicalOrder", () => {
  it("topologicalOrder keeps the given order where dependencies allow it", () => {
    const nodes = [
      { id: "c", dependencies: [] },
      { id: "b", dependencies: ["a"] },
      { id: "a", dependencies: [] },
    ];
    expect(topologicalOrder(nodes).map((node) => node.id)).toEqual(["c", "a", "b"]);
  });

  it("topologicalOrder holds every node once, after all of its dependencies", () => {
    fc.assert(
      fc.property(graphs, (nodes) => {
        const order = topologicalOrder(nodes);
        expect(order.map((node) => node.id).sort()).toEqual(nodes.map((node) => node.id).sort());
        const place = new Map(order.map((node, at) => [node.id, at]));
        for (const node of nodes) {
          for (const other of node.dependencies)
            expect(place.get(other)).toBeLessThan(place.get(node.id) ?? -1);
        }
      }),
    );
  });

  it("topologicalOrder ignores dependencies on what it does not hold", () => {
    expect(topologicalOrder([{ id: "a", dependencies: ["elsewhere"] }])).toHaveLength(1);
  });

  it("topologicalOrder refuses a cycle", () => {
    const nodes = [
      { id: "a", dependencies: ["b"] },
      { id: "b", dependencies: ["a"] },
    ];
    expect(() => topologicalOrder(nodes)).toThrow(/cycle/);
  });
});

describe("levels", () => {
  it("levels puts a task one below the deepest of its dependencies", () => {
    fc.assert(
      fc.property(graphs, (nodes) => {
        const inLevels = levels(nodes);
        const depth = new Map(inLevels.flatMap((level, at) => level.map((node) => [node.id, at])));
        expect(depth.size).toBe(nodes.length);
        for (const node of nodes) {
          const above = node.dependencies.map((other) => depth.get(other) ?? -1);
          expect(depth.get(node.id)).toBe(Math.max(-1, ...above) + 1);
        }
      }),
    );
  });

  it("levels of nothing are none", () => {
    expect(levels([])).toEqual([]);
  });
});
