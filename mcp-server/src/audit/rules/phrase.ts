/** A piece of text that somebody else wrote: a name, a path, words of a model. */
export interface Quoted {
  readonly quoted: string;
}

/**
 * A sentence of ours with quoted pieces in it. They are escaped when it is known whether the reader is a
 * terminal or Markdown, and can be mistaken for our words in neither.
 */
export type Phrase = readonly (string | Quoted)[];

/** Builds a phrase from a template; what is not marked as quoted is ours. */
export function phrase(
  ours: TemplateStringsArray,
  ...values: readonly (string | number | Quoted | Phrase)[]
): Phrase {
  return ours.flatMap((text, i) => {
    const value = values[i];
    if (value === undefined) return [text];
    if (typeof value === "number") return [text, String(value)];
    return typeof value === "string" || "quoted" in value ? [text, value] : [text, ...value];
  });
}

/** Names one after another, the first few of them. */
export function namesOf(names: readonly string[], shown = 3): Phrase {
  const pieces = names.slice(0, shown).flatMap((quoted, i) => (i === 0 ? [{ quoted }] : [", ", { quoted }]));
  return names.length > shown ? [...pieces, ` and ${names.length - shown} more`] : pieces;
}

/** The phrase as one string, with quoted pieces as `quote` makes them. */
export function phraseText(phrase: Phrase, quote: (quoted: string) => string): string {
  return phrase.map((piece) => (typeof piece === "string" ? piece : quote(piece.quoted))).join("");
}
