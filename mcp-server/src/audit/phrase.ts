/** A piece of text that somebody else wrote: a name, a path, words of a model. */
export interface Foreign {
  readonly foreign: string;
}

/**
 * A sentence of ours with foreign pieces in it. They are escaped when it is known whether the reader is a
 * terminal or Markdown, and can be mistaken for our words in neither.
 */
export type Phrase = readonly (string | Foreign)[];

/** Builds a phrase from a template; what is not marked as foreign is ours. */
export function phrase(
  ours: TemplateStringsArray,
  ...values: readonly (string | number | Foreign | Phrase)[]
): Phrase {
  return ours.flatMap((text, i) => {
    const value = values[i];
    if (value === undefined) return [text];
    if (typeof value === "number") return [text, String(value)];
    return typeof value === "string" || "foreign" in value ? [text, value] : [text, ...value];
  });
}

/** Names one after another, the first few of them. */
export function namesOf(names: readonly string[], shown = 3): Phrase {
  const pieces = names
    .slice(0, shown)
    .flatMap((foreign, i) => (i === 0 ? [{ foreign }] : [", ", { foreign }]));
  return names.length > shown ? [...pieces, ` and ${names.length - shown} more`] : pieces;
}

/** The phrase as one string, with foreign pieces as `quote` makes them. */
export function speak(phrase: Phrase, quote: (foreign: string) => string): string {
  return phrase.map((piece) => (typeof piece === "string" ? piece : quote(piece.foreign))).join("");
}
