import { topologicalOrder } from "./levels.ts";

/** For each task all tasks that it waits for, directly or not. Dependencies that are not among the tasks count too. */
export function ancestors<Id extends string>(
  tasks: readonly { readonly id: Id; readonly dependencies: readonly Id[] }[],
): Map<Id, Set<Id>> {
  const found = new Map<Id, Set<Id>>();
  for (const { id, dependencies } of topologicalOrder(tasks)) {
    const all = new Set(dependencies);
    for (const dependency of dependencies) for (const before of found.get(dependency) ?? []) all.add(before);
    found.set(id, all);
  }
  return found;
}
