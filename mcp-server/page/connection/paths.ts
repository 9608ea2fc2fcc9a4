/**
 * Where the server has a plan, or something of it.
 * @param plan its address at the server.
 */
export function planPath(plan: string, part = ""): string {
  const base = `/api/plans/${pathPart(plan)}`;
  return part === "" ? base : `${base}/${part}`;
}

/** A text as one part of a path; half a character, which no address can have, becomes the sign for one. */
export function pathPart(text: string): string {
  return encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, "\ufffd"));
}
