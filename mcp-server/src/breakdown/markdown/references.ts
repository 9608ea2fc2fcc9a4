/** Finds what a text on order names, such as `Phase 2` or `T003`. */

/** Units are keys that the reader of the format chooses. */
export interface Reference {
  readonly start: number;
  readonly end: number;
  readonly units: readonly string[];
}

export type FindReferences = (text: string) => Reference[];

const SEPARATOR = "\\s*(?:,\\s*and\\b|,|;|&|\\+|/|、|，|\\band\\b|\\bor\\b|和|及|与|與)\\s*";
const RANGE = "\\s*(?:-|–|—|~|\\.\\.|\\bto\\b|\\bthrough\\b|\\bthru\\b|至|到)\\s*";

/**
 * A pattern for lists such as "2", "1, 2 and 4", "3–5", "1 + 2".
 * @param item source of the pattern of one. @param again what may be repeated before each further one.
 */
export function listPattern(item: string, again = ""): string {
  return `(?:${item})(?:(?:${SEPARATOR}|${RANGE})${again}(?:${item}))*`;
}

/**
 * Takes such lists apart; a range is all between its ends.
 * @param item source of the pattern of one. @param order all that there is, in its order.
 */
export function listReader(item: string, order: readonly string[]): (list: string) => string[] {
  const position = new Map(order.map((name, at) => [name, at]));
  const one = new RegExp(`(${item})(?:${RANGE}(?:[A-Za-z]+\\s+)?(${item}))?`, "g");
  return (list) =>
    [...list.matchAll(one)].flatMap(([, from = "", to]) => {
      if (to === undefined) return [from];
      const [first, last] = [position.get(from), position.get(to)];
      return first === undefined || last === undefined ? [from, to] : order.slice(first, last + 1);
    });
}
