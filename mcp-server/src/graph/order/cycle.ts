/**
 * One cycle in the graph, closed (its first member is also its last), or undefined. `edges` lead from each
 * node to what it depends on. The same input gives the same cycle; there is no recursion, so that a chain of
 * any length can be followed.
 */
export function findCycle(edges: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const finished = new Set<string>();
  for (const start of edges.keys()) {
    if (finished.has(start)) continue;
    const path = [start];
    const onPath = new Set(path);
    const ahead = [(edges.get(start) ?? [])[Symbol.iterator]()];
    while (path.length > 0) {
      const next = ahead.at(-1)?.next();
      if (next === undefined || next.done) {
        ahead.pop();
        const done = path.pop();
        if (done !== undefined) {
          onPath.delete(done);
          finished.add(done);
        }
      } else if (onPath.has(next.value)) {
        return [...path.slice(path.indexOf(next.value)), next.value];
      } else if (!finished.has(next.value)) {
        path.push(next.value);
        onPath.add(next.value);
        ahead.push((edges.get(next.value) ?? [])[Symbol.iterator]());
      }
    }
  }
  return undefined;
}
