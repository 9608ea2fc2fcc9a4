/** With more tasks, plans for other caps and changes would take longer than anybody waits. */
export const MAX_COMPARED = 2_000;

/** Minutes with one decimal, as answers give them. */
export function minutes(ms: number): number {
  return Math.round(ms / 6_000) / 10;
}

/** So many ids are named where there may be many. */
const MAX_IDS = 5;

/** The first ids, and how many more there are. */
export function listedIds(ids: readonly string[]): string {
  const more = ids.length - MAX_IDS;
  return more > 0 ? `${ids.slice(0, MAX_IDS).join(", ")} and ${more} more` : ids.join(", ");
}
