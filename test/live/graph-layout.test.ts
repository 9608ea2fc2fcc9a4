import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Node } from "../../mcp-server/src/graph/order/levels.ts";
import { layoutGraph, transitiveReduction } from "../../mcp-server/src/live/graph-layout.ts";

/** Graphs without cycles, in any order. */
const graphs = fc
  .array(fc.array(fc.nat(60), { maxLength: 4 }), { maxLength: 40 })
  .map((after) =>
    after.map(
      (others, n): Node => ({
        id: String(n),
        dependencies: n === 0 ? [] : [...new Set(others.map((other) => String(other % n)))],
      }),
    ),
  )
  .chain((nodes) => fc.shuffledSubarray(nodes, { minLength: nodes.length }));

describe("layoutGraph", () => {
  it("layoutGraph places every task once, with every line going right from layer to layer", () => {
    fc.assert(
      fc.property(graphs, (nodes) => {
        const layout = layoutGraph(nodes);
        expect(layout.nodes.map(({ id }) => id)).toEqual(nodes.map(({ id }) => id));
        const placed = new Map(layout.nodes.map((node) => [node.id, node]));
        for (const { from, to, points } of layout.edges) {
          expect(points[0]).toEqual({ layer: placed.get(from)?.layer, y: placed.get(from)?.y });
          expect(points.at(-1)).toEqual({ layer: placed.get(to)?.layer, y: placed.get(to)?.y });
          expect(points.length).toBeGreaterThan(1);
          for (const [n, { layer }] of points.entries()) expect(layer).toBe((points[0]?.layer ?? 0) + n);
        }
      }),
    );
  });

  it("layoutGraph keeps a row's height between any two tasks of a layer, and all within the drawing", () => {
    fc.assert(
      fc.property(graphs, (nodes) => {
        const { nodes: placed, height, layers } = layoutGraph(nodes);
        for (const node of placed) {
          expect(node.layer).toBeLessThan(layers);
          expect(node.y).toBeGreaterThan(0.5 - 1e-6);
          expect(node.y).toBeLessThan(height - 0.5 + 1e-6);
          for (const other of placed) {
            if (other === node || other.layer !== node.layer) continue;
            expect(Math.abs(other.y - node.y)).toBeGreaterThan(1 - 1e-6);
          }
        }
      }),
    );
  });

  it("layoutGraph gives the same drawing for the same graph", () => {
    fc.assert(
      fc.property(graphs, (nodes) => {
        expect(layoutGraph(structuredClone(nodes))).toEqual(layoutGraph(nodes));
      }),
    );
  });

  it("layoutGraph draws two lines without a crossing where the order allows it", () => {
    const { nodes } = layoutGraph([
      { id: "a", dependencies: [] },
      { id: "b", dependencies: [] },
      { id: "c", dependencies: ["b"] },
      { id: "d", dependencies: ["a"] },
    ]);
    const y = new Map(nodes.map((node) => [node.id, node.y]));
    expect((y.get("a") ?? 0) < (y.get("b") ?? 0)).toBe((y.get("d") ?? 0) < (y.get("c") ?? 0));
    expect(y.get("a")).toBe(y.get("d"));
  });

  it("layoutGraph draws a graph of nothing as nothing", () => {
    expect(layoutGraph([])).toEqual({ nodes: [], edges: [], layers: 0, height: 0 });
  });
});

describe("transitiveReduction", () => {
  it("transitiveReduction leaves out what follows, and orders the same tasks as before", () => {
    fc.assert(
      fc.property(graphs, (nodes) => {
        const reduced = transitiveReduction(nodes);
        expect(closure(reduced)).toEqual(closure(nodes));
        for (const { id, dependencies } of reduced) {
          for (const left of dependencies) {
            const without = reduced.map((node) =>
              node.id === id ? { id, dependencies: dependencies.filter((other) => other !== left) } : node,
            );
            expect(closure(without)).not.toEqual(closure(nodes));
          }
        }
      }),
      { numRuns: 30 },
    );
  });
});

/** For each node everything before it, by walking. */
function closure(nodes: readonly Node[]): Map<string, string[]> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  return new Map(
    nodes.map(({ id }) => {
      const seen = new Set<string>();
      const walk = (at: string) => {
        for (const other of byId.get(at)?.dependencies ?? []) {
          if (seen.has(other)) continue;
          seen.add(other);
          walk(other);
        }
      };
      walk(id);
      return [id, [...seen].sort()];
    }),
  );
}
