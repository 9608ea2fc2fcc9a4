/** A paragraph that is wrapped over lines, and its first sentence. */

/** What begins something new even where no blank line stands before it. */
const BEGINS_ANEW =
  /^\s*(?:[-*+•]\s|\d{1,9}[.)]\s|#{1,6}\s|>|\||(?:\*\*|__)[^*_]+(?:\*\*|__)|(?:-\s*){3,}$|(?:\*\s*){3,}$|```|~~~|<)/;

/** Whether a line behind another one goes on with its paragraph. */
export function continuesParagraph(line: string): boolean {
  return line.trim() !== "" && !BEGINS_ANEW.test(line);
}

const ABBREVIATION = /(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|incl|resp|no|fig|st|dr|mr|ms)|\b\p{Lu})\.$/iu;

/** The first sentence of a text in one line; the stops of code, names and numbers end none. */
export function firstSentence(text: string): string {
  const code = text.replace(/`[^`]*`/g, (span) => "x".repeat(span.length));
  for (const { index, 0: stop } of code.matchAll(/[.!?](?=\s)|[。！？]/g)) {
    const end = index + stop.length;
    if (!ABBREVIATION.test(code.slice(0, end))) return text.slice(0, end);
  }
  return text;
}
