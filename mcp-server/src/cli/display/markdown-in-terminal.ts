import { createColors } from "picocolors";
import { cellWidth } from "../../text/cell-width.ts";
import { wrapText } from "../../text/wrap-text.ts";

/** What foreign text was escaped with, so that it means nothing to Markdown; inside code there are no escapes but one. */
const ESCAPED = /\\([!-/:-@[-`{-~])|(`+).+?\2|&lt;/g;

/**
 * A short report as a person reads it in a terminal: broken between words, bold where it is in Markdown, without the
 * escapes that keep foreign text from meaning something.
 * @param markdown of clean text: paragraphs of a line, and items of lists.
 * @param width of the terminal, in cells.
 */
export function markdownInTerminal(markdown: string, width: number, colour: boolean): string {
  const { bold } = createColors(colour);
  const shown = (line: string) =>
    line.replace(ESCAPED, (found: string, mark?: string) => mark ?? found.replaceAll("&lt;", "<"));
  return markdown
    .split("\n")
    .flatMap((line) => {
      const [whole = "", strong] = /^\*\*(.+?)\*\*/.exec(line) ?? [];
      const text = shown(strong === undefined ? line : `${strong}${line.slice(whole.length)}`);
      const indent = line.startsWith("- ") ? "  " : "";
      const room = width - indent.length;
      // A path that the terminal breaks itself can be copied.
      const isCopied = text.split(" ").some((word) => cellWidth(word) > room);
      const [first = "", ...rest] = isCopied ? [text] : wrapText(text, room);
      const beginning = shown(strong ?? "");
      const isBold = beginning !== "" && first.startsWith(beginning);
      return [
        isBold ? `${bold(beginning)}${first.slice(beginning.length)}` : first,
        ...rest.map((one) => `${indent}${one}`),
      ];
    })
    .join("\n");
}
