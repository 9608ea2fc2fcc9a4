/**
 * How the row of a delivering claim looks to servers before 1.9: like a running attempt of an agent and a process that
 * they cannot know, with a lease that does not end. They neither end nor remind it, take no report for it, and offer
 * its task to nobody.
 */
const MASK = "delivering ";

/** The end of a lease that time does not end: the last day that every language's dates know, in milliseconds. */
export const LASTING_LEASE_MS = Date.UTC(9999, 11, 31);

/** A host, a token's hash or an agent's id, as no server before 1.9 asks for it. */
export function masked<Text extends string | null>(text: Text): Text | string {
  return text === null ? text : `${MASK}${text}`;
}

/** What was masked, whoever has changed the row since. */
export function unmasked(text: string): string {
  return text.startsWith(MASK) ? text.slice(MASK.length) : text;
}

/** Both forms in which a text may be stored. */
export function bothForms(text: string): readonly [string, string] {
  return [text, `${MASK}${text}`];
}
