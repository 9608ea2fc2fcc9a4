/** The part of a task that its place in the graph depends on. */
export interface Node {
  readonly id: string;
  readonly dependencies: readonly string[];
}

/**
 * Topological order that keeps the given order among tasks that do not depend on each other (Kahn).
 * Dependencies on unknown tasks are ignored.
 * @throws when the graph has a cycle; import refuses those, so that is a defect.
 */
export function topologicalOrder<T extends Node>(nodes: readonly T[]): T[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const missing = new Map<string, number>();
  const dependents = new Map<string, T[]>();
  for (const node of nodes) {
    const known = node.dependencies.filter((id) => byId.has(id));
    missing.set(node.id, known.length);
    for (const id of known) {
      const list = dependents.get(id);
      if (list) list.push(node);
      else dependents.set(id, [node]);
    }
  }
  const order = nodes.filter((node) => missing.get(node.id) === 0);
  for (let i = 0; i < order.length; i++) {
    for (const dependent of dependents.get((order[i] as T).id) ?? []) {
      const left = (missing.get(dependent.id) ?? 0) - 1;
      missing.set(dependent.id, left);
      if (left === 0) order.push(dependent);
    }
  }
  if (order.length !== nodes.length) throw new Error("the dependencies form a cycle");
  return order;
}

/** Tasks by their distance from the start: what a level holds could start together, files aside. */
export function levels<T extends Node>(nodes: readonly T[]): T[][] {
  const level = new Map<string, number>();
  const result: T[][] = [];
  for (const node of topologicalOrder(nodes)) {
    const own = 1 + Math.max(-1, ...node.dependencies.map((id) => level.get(id) ?? -1));
    level.set(node.id, own);
    const list = result[own];
    if (list) list.push(node);
    else result[own] = [node];
  }
  return result;
}
