/**
 * Where the server has a plan, or something of it.
 * @param plan its address at the server.
 */
export function planPath(plan: string, part = ""): string {
  const base = `/api/plans/${encodeURIComponent(plan)}`;
  return part === "" ? base : `${base}/${part}`;
}
