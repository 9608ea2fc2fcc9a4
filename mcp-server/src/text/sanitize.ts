import { stripVTControlCharacters } from "node:util";
import { escapeTagsInMarkdown } from "./tags.ts";

/** Longest piece of foreign text on one line of a report, in characters. */
export const LINE_LIMIT = 240;
/** Longest finding in a report, in characters: what is to be done about it stands at its end. */
export const FINDING_LIMIT = 1_500;
/** Longest name (of a plan, a task, a file) in a report, in characters. */
export const NAME_LIMIT = 120;
/** More marks than this on one letter are no language but an attempt to draw over the neighbouring lines. */
const STACKED_MARKS = /(\p{M}{4})\p{M}+/gu;
/** Controls, bidi and zero-width characters, tags, private use and lone surrogates: nothing that a reader sees. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;
const INVISIBLE_IN_LINES = new RegExp(`(?![\\n\\t])${INVISIBLE.source}`, "gu");

/** Most texts are of these characters alone, of which there is nothing to take away. */
const PLAIN_LINE = /^[ -~]*$/;
const PLAIN_LINES = /^[ -~\n\t]*$/;

/**
 * Foreign text as one line that is safe in a terminal: escape sequences, control and bidi characters and
 * whatever cannot be seen are gone, white space is single spaces, and it ends at `limit` with an ellipsis.
 */
export function cleanText(text: string, limit: number): string {
  const seen = PLAIN_LINE.test(text)
    ? text
    : stripVTControlCharacters(text)
        .replace(/[\s\p{Z}]+/gu, " ")
        .replace(INVISIBLE, "")
        .replace(STACKED_MARKS, "$1");
  const line = seen.replace(/ {2,}/g, " ").trim();
  if (line.length <= limit) return line;
  // Cut between characters, not inside a surrogate pair; a character has at most two code units.
  const characters = [...line.slice(0, 2 * (limit + 1))];
  if (characters.length <= limit) return line;
  const kept = characters.slice(0, limit - 1).join("");
  return `${kept.trimEnd()}…`;
}

/**
 * Foreign text as lines that are safe in a terminal and in a prompt: as `cleanText`, but the lines and the spaces in
 * them stay, and nothing is cut.
 */
export function cleanLines(text: string): string {
  if (PLAIN_LINES.test(text)) return text;
  return stripVTControlCharacters(text.replace(/\r\n|[\r\v\f\u0085\u2028\u2029]/g, "\n"))
    .replace(INVISIBLE_IN_LINES, "")
    .replace(STACKED_MARKS, "$1");
}

/**
 * Characters that mean something within a line, and before them labels such as `[iOS]`, which do not where nothing
 * beside them makes a link, an image, a footnote or a box to tick of them.
 */
const LABELS_AND_MARKS = /(?<![!\]\\])\[[\p{L}\p{N}][\p{L}\p{N} ._/-]+\](?![([:])|[\\`*[\]<>|~$]/gu;

/**
 * Foreign text as one line of Markdown that shows exactly this text and nothing else: no heading, list,
 * link, image, HTML, table cell, formula, emphasis or code, wherever on a line it is put.
 */
export function escapeMarkdown(text: string, limit: number = LINE_LIMIT): string {
  return escapeBlocks(escapeMarks(cleanText(text, limit)));
}

/** A piece of a line without what means something to Markdown within a line. */
export function escapeMarks(line: string): string {
  return escapeTagsInMarkdown(
    line
      // Some renderers look for addresses after they have undone the escapes: only a broken one is no link.
      .replace(/:\/\//g, ": //")
      .replace(/\bwww\./gi, "www .")
      .replace(/(?<=[\w.+-])@(?=[\w.-]*\.[a-z]{2})/gi, " @")
      .replace(LABELS_AND_MARKS, (found) => (found.length > 1 ? found : `\\${found}`))
      // Inside a word an underscore means nothing, and file names are easier to read without the escapes.
      .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_")
      .replace(/&(?=[#\w])/g, "\\&"),
  );
}

/** A line without what means something to Markdown at its beginning. */
export function escapeBlocks(line: string): string {
  return line.replace(/^[#+=-]/, "\\$&").replace(/^(\d+)(?=[.)](?:\s|$))/, "$1\\");
}
