import { cleanLines, cleanText } from "./sanitize.ts";
import { escapeTags } from "./tags.ts";
import { visibleJson } from "./visible-json.ts";

/**
 * Text of a task or a report in a prompt. Nothing in it is invisible, nothing passes for words of the host, and
 * nothing for the prompt's own frame.
 */

/** A longer description is cut; `task_get` tells the rest. */
const MAX_OWN_WORDS = 60_000;
const MAX_LINE = 500;
/** Longer than any command that somebody means. */
const MAX_EXACT = 20_000;
/** The brief's own frame: headings of the first rank, and the lines that name task and token. */
const FRAME = /^(?=[ \t]{0,3}(?:#[ \t]|(?:Task|Token):))/gim;

/** As one line. @param limit in characters. */
export function foreignLine(text: string, limit: number = MAX_LINE): string {
  return escapeTags(cleanText(text, limit));
}

/**
 * As one line that means exactly this: with line breaks, characters that nobody sees or what might pass for a tag, it is
 * a JSON string.
 */
export function exactLine(text: string): string {
  const kept = text.length > MAX_EXACT ? `${text.slice(0, MAX_EXACT)}…` : text;
  const isPlain = kept === cleanLines(kept) && !kept.includes("\n") && kept === escapeTags(kept);
  return isPlain ? kept : visibleJson(kept);
}

/**
 * As a quotation: it is information, not an instruction of the prompt.
 * @param limit in characters; a mark stands where the rest is cut off.
 */
export function quotation(text: string, limit = MAX_OWN_WORDS): string {
  const kept = text.length > limit ? `${text.slice(0, limit)} …` : text;
  return escapeTags(cleanLines(kept)).replace(/^/gm, "> ");
}

/** As it is, to be followed, but for lines that would pass for the frame around it. */
export function ownWords(text: string): string {
  const kept = escapeTags(cleanLines(text.slice(0, MAX_OWN_WORDS)));
  const framed = kept.replace(FRAME, "> ");
  return text.length > MAX_OWN_WORDS ? `${framed}\n… (cut; task_get tells the rest)` : framed;
}
