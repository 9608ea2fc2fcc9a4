import { type Node, topologicalOrder } from "../../graph/order/levels.ts";

/** A task as the planner sees it; the duration is in milliseconds. */
export interface TimedNode extends Node {
  readonly durationMs: number;
}

/**
 * For every task the length of the longest chain that starts with it (its upward rank), the priority of
 * critical-path list scheduling. Source: Kelley & Walker 1959 for the longest path, Topcuoglu et al. 2002
 * (HEFT) for its use as a rank.
 */
export function upwardRanks(nodes: readonly TimedNode[]): Map<string, number> {
  const tail = new Map<string, number>();
  const rank = new Map<string, number>();
  for (const node of topologicalOrder(nodes).reverse()) {
    const own = node.durationMs + (tail.get(node.id) ?? 0);
    rank.set(node.id, own);
    for (const id of node.dependencies) tail.set(id, Math.max(tail.get(id) ?? 0, own));
  }
  return rank;
}

/** The longest chain by duration, from its first task to its last. */
export function criticalPath(nodes: readonly TimedNode[]): { ids: string[]; lengthMs: number } {
  const ranks = upwardRanks(nodes);
  const dependents = new Map<string, string[]>();
  for (const node of nodes) {
    for (const id of node.dependencies) {
      const list = dependents.get(id);
      if (list) list.push(node.id);
      else dependents.set(id, [node.id]);
    }
  }
  const longest = (ids: readonly string[]) =>
    ids.reduce<string | undefined>(
      (best, id) => (best === undefined || (ranks.get(id) ?? 0) > (ranks.get(best) ?? 0) ? id : best),
      undefined,
    );
  const ids: string[] = [];
  for (
    let id = longest(nodes.map((node) => node.id));
    id !== undefined;
    id = longest(dependents.get(id) ?? [])
  ) {
    ids.push(id);
  }
  return { ids, lengthMs: ids[0] === undefined ? 0 : (ranks.get(ids[0]) ?? 0) };
}
