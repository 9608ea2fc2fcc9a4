import type { Problem } from "../problem/problem.ts";

/** How early an activity can start, and how long the plan goes on after its end, if resources never ran out. */
export interface HeadsAndTails {
  readonly head: Float64Array;
  readonly tail: Float64Array;
  /** The longest chain: no schedule is shorter (Kelley & Walker 1959). */
  readonly criticalPath: number;
}

export function headsAndTails({ size, duration, after, topological, pinned }: Problem): HeadsAndTails {
  const head = new Float64Array(size);
  const tail = new Float64Array(size);
  const isPinned = new Uint8Array(size);
  for (const activity of pinned) isPinned[activity] = 1;
  for (const activity of topological) {
    const end = (head[activity] as number) + (duration[activity] as number);
    for (let at = after.first[activity] as number; at < (after.first[activity + 1] as number); at++) {
      const next = after.item[at] as number;
      if (isPinned[next] === 0 && end > (head[next] as number)) head[next] = end;
    }
  }
  let criticalPath = 0;
  for (let place = size - 1; place >= 0; place--) {
    const activity = topological[place] as number;
    let longest = 0;
    for (let at = after.first[activity] as number; at < (after.first[activity + 1] as number); at++) {
      const next = after.item[at] as number;
      if (isPinned[next] === 1) continue;
      longest = Math.max(longest, (duration[next] as number) + (tail[next] as number));
    }
    tail[activity] = longest;
    const through = (head[activity] as number) + (duration[activity] as number) + longest;
    criticalPath = Math.max(criticalPath, through);
  }
  return { head, tail, criticalPath };
}

/** The activities of the longest chain, first to last; of several such chains the one with the lowest indices. */
export function longestChainOf(
  { size, duration, after, pinned }: Problem,
  { head, tail, criticalPath }: HeadsAndTails,
): number[] {
  const isPinned = new Uint8Array(size);
  for (const activity of pinned) isPinned[activity] = 1;
  const isOnIt = (activity: number, start: number) =>
    head[activity] === start &&
    start + (duration[activity] as number) + (tail[activity] as number) === criticalPath;
  const chain: number[] = [];
  let at = 0;
  while (at < size && !isOnIt(at, 0)) at++;
  while (at < size) {
    chain.push(at);
    const end = (head[at] as number) + (duration[at] as number);
    const next = after.item.subarray(after.first[at], after.first[at + 1]);
    at = next.find((other) => isPinned[other] === 0 && isOnIt(other, end)) ?? size;
  }
  return chain;
}
