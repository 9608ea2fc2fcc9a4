import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  criticalPath,
  type TimedNode,
  upwardRanks,
} from "../../../mcp-server/src/schedule/bounds/critical-path.ts";
import { timedGraphs } from "../../support/timed-graphs.ts";

/** Every chain from a task to the end, by trying all of them. */
function longestFrom(nodes: readonly TimedNode[], id: string): number {
  const node = nodes.find((other) => other.id === id) as TimedNode;
  const after = nodes.filter((other) => other.dependencies.includes(id));
  return node.durationMs + Math.max(0, ...after.map((other) => longestFrom(nodes, other.id)));
}

describe("upwardRanks", () => {
  it("upwardRanks are the longest chain behind each task, its own time included", () => {
    fc.assert(
      fc.property(timedGraphs, (nodes) => {
        const ranks = upwardRanks(nodes);
        for (const { id } of nodes) expect(ranks.get(id)).toBe(longestFrom(nodes, id));
      }),
    );
  });
});

describe("criticalPath", () => {
  it("criticalPath is a chain of dependencies whose times add up to the longest there is", () => {
    fc.assert(
      fc.property(timedGraphs, (nodes) => {
        const { ids, lengthMs } = criticalPath(nodes);
        const byId = new Map(nodes.map((node) => [node.id, node]));
        for (const [at, id] of ids.entries()) {
          if (at > 0) expect(byId.get(id)?.dependencies).toContain(ids[at - 1]);
        }
        expect(ids.reduce((sum, id) => sum + (byId.get(id)?.durationMs ?? 0), 0)).toBe(lengthMs);
        expect(lengthMs).toBe(Math.max(0, ...nodes.map(({ id }) => longestFrom(nodes, id))));
      }),
    );
  });

  it("criticalPath of nothing is nothing", () => {
    expect(criticalPath([])).toEqual({ ids: [], lengthMs: 0 });
  });
});
