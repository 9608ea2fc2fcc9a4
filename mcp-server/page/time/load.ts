import type { Stretch } from "./time-scale.ts";

/**
 * How many spans last at moments at equal distances, as the share of time within each piece.
 * @param edges rising moments; the result has one value less: the mean of each piece.
 */
export function meanLoad(spans: readonly Stretch[], edges: readonly number[]): Float64Array {
  const pieces = Math.max(0, edges.length - 1);
  const load = new Float64Array(pieces);
  for (const { startMs, endMs } of spans) {
    for (let n = firstPiece(edges, startMs); n < pieces; n++) {
      const [from, to] = [edges[n] as number, edges[n + 1] as number];
      if (from >= endMs) break;
      const overlap = Math.min(to, endMs) - Math.max(from, startMs);
      if (overlap > 0 && to > from) load[n] = (load[n] as number) + overlap / (to - from);
    }
  }
  return load;
}

/** The last piece that begins at or before the moment. */
function firstPiece(edges: readonly number[], ms: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] as number) <= ms) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

/**
 * An area above `below` as the data of an SVG path, in a box of `pieces` × 1 with y pointing down; empty where there is
 * nothing to see.
 * @param full what a height of 1 stands for.
 */
export function areaPath(values: Float64Array, below: Float64Array, full: number): string {
  if (!values.some((value) => value > 0)) return "";
  const y = (value: number) => (1 - value / Math.max(1, full)).toFixed(3);
  let top = "";
  let bottom = "";
  for (let n = 0; n < values.length; n++) {
    const base = below[n] as number;
    const height = y(base + (values[n] as number));
    top += `${n === 0 ? "M" : "L"}${n} ${height}H${n + 1}`;
    bottom = `V${y(base)}H${n}${bottom}`;
  }
  return `${top}${bottom}Z`;
}
