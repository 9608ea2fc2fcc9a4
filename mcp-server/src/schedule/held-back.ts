import type { Problem } from "./problem/problem.ts";

/**
 * What could start at the beginning of a schedule beside all that does: it waits for nothing that has not ended, and
 * there is room for all of them together.
 * @param state what is left of a problem; what is pinned in it runs, or has ended and takes no time.
 * @param rank the order in which they are looked at, the least first.
 */
export function heldBack(state: Problem, start: Float64Array, rank: Int32Array): number[] {
  const { size, before, demand, amount, duration } = state;
  const free = state.capacity.slice();
  const take = (activity: number) => {
    for (let at = demand.first[activity] as number; at < (demand.first[activity + 1] as number); at++) {
      const resource = demand.item[at] as number;
      free[resource] = (free[resource] as number) - (amount[at] as number);
    }
  };
  const fits = (activity: number) => {
    for (let at = demand.first[activity] as number; at < (demand.first[activity + 1] as number); at++) {
      if ((free[demand.item[at] as number] as number) < (amount[at] as number)) return false;
    }
    return true;
  };
  const hasEnded = new Uint8Array(size);
  for (const activity of state.pinned) if (duration[activity] === 0) hasEnded[activity] = 1;
  const waiting: number[] = [];
  for (let i = 0; i < size; i++) {
    if (start[i] === 0) {
      if (hasEnded[i] === 0) take(i);
    } else if (before.item.subarray(before.first[i], before.first[i + 1]).every((other) => hasEnded[other])) {
      waiting.push(i);
    }
  }
  waiting.sort((a, b) => (rank[a] as number) - (rank[b] as number));
  return waiting.filter((activity) => {
    const isFree = fits(activity);
    if (isFree) take(activity);
    return isFree;
  });
}
