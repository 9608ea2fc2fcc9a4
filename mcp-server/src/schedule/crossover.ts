/** Places of an activity list, from `from` up to, not including, `to`. */
export interface Part {
  readonly from: number;
  readonly to: number;
}

/**
 * Fills `child` with the father's list in which one part stands in the mother's order: a two-point crossover of
 * activity lists (after Hartmann 1998) that keeps the set of activities of each part. If neither list puts an activity
 * before one that it waits for, the child does not either.
 * @param inPart scratch memory, one number per activity.
 * @returns how many places of the child differ from the father.
 */
export function crossLists(
  father: Int32Array,
  mother: Int32Array,
  { from, to }: Part,
  child: Int32Array,
  inPart: Uint8Array,
): number {
  child.set(father);
  inPart.fill(0);
  for (let at = from; at < to; at++) inPart[father[at] as number] = 1;
  let differing = 0;
  for (let at = 0, place = from; place < to; at++) {
    const activity = mother[at] as number;
    if (inPart[activity] === 0) continue;
    if (activity !== father[place]) differing += 1;
    child[place++] = activity;
  }
  return differing;
}
