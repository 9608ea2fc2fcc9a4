/** Forgets what came first into the map, once it holds more than that; to be called after each entry. */
export function keepNewest(map: Map<unknown, unknown>, max: number): void {
  const oldest = map.keys().next();
  if (map.size > max && !oldest.done) map.delete(oldest.value);
}
