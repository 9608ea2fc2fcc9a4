/** With more tasks, plans for other caps and changes would take longer than anybody waits. */
export const MAX_COMPARED = 2_000;

/** Minutes with one decimal, as answers give them. */
export function minutes(ms: number): number {
  return Math.round(ms / 6_000) / 10;
}
