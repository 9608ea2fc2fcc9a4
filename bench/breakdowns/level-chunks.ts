/**
 * How long the tasks take when each level is cut into chunks, in the order of the breakdown, and every chunk is
 * waited for.
 * @param fits whether a task may join a chunk.
 */
export function levelChunksMs<T extends { readonly durationMs: number }>(
  levels: readonly (readonly T[])[],
  fits: (task: T, chunk: readonly T[]) => boolean,
): number {
  let total = 0;
  for (const level of levels) {
    for (let left = level; left.length > 0; ) {
      const chunk: T[] = [];
      for (const task of left) if (fits(task, chunk)) chunk.push(task);
      if (chunk.length === 0) throw new Error("a task fits into no chunk");
      total += Math.max(...chunk.map(({ durationMs }) => durationMs));
      left = left.filter((task) => !chunk.includes(task));
    }
  }
  return total;
}
