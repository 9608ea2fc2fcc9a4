/**
 * Groups of activities that exclude each other, such that every given pair is in one of them and no other pair
 * is: each group can be a resource of capacity 1. Greedy, since the fewest groups are hard to find (Orlin 1977).
 * @param pairs two activities that must not run at the same time.
 */
export function clashCover(pairs: Iterable<readonly [number, number]>): number[][] {
  const clashes = new Map<number, Set<number>>();
  const clashesOf = (activity: number) => {
    const known = clashes.get(activity) ?? new Set<number>();
    clashes.set(activity, known);
    return known;
  };
  for (const [one, other] of pairs) {
    if (one === other) continue;
    clashesOf(one).add(other);
    clashesOf(other).add(one);
  }
  const open = new Map([...clashes].map(([activity, others]) => [activity, new Set(others)]));
  const groups: number[][] = [];
  for (const [activity, others] of open) {
    for (const other of others) {
      const group = [activity, other];
      for (const third of clashesOf(other)) {
        if (group.every((member) => clashesOf(member).has(third))) group.push(third);
      }
      for (const member of group) {
        for (const partner of group) if (partner !== member) open.get(member)?.delete(partner);
      }
      groups.push(group);
    }
  }
  return groups;
}
