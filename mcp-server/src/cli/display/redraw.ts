import { stripVTControlCharacters } from "node:util";
import { cellWidth } from "../../text/cell-width.ts";

/** A terminal that knows these shows what is between them at once; others pass over them. */
const BEGIN_FRAME = "\x1b[?2026h";
const END_FRAME = "\x1b[?2026l";
const CLEAR_LINE = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";

/** What stands below the lines that stay, as the terminal has it. */
export interface DrawnBlock {
  /** As they were sent, each shorter than the terminal is wide. */
  readonly lines: readonly string[];
  /** How wide the terminal was. */
  readonly columns: number;
}

export const NOTHING_DRAWN: DrawnBlock = { lines: [], columns: 0 };

/**
 * What a terminal is sent so that it shows the new block in place of the old one, with further lines that stay above it.
 * The cursor is in the first column below the block, before and after. Where nothing else has changed, only the lines of
 * the block are sent that are other than before.
 * @param staying lines that scroll away and are not touched again.
 * @returns empty: there is nothing to do.
 */
export function redraw(before: DrawnBlock, after: DrawnBlock, staying: readonly string[] = []): string {
  const isSameSize = before.columns === after.columns || before.lines.length === 0;
  const text =
    staying.length === 0 && isSameSize && before.lines.length > 0
      ? changedLines(before.lines, after.lines)
      : wholeBlock(before, after, staying);
  return text === "" ? "" : `${BEGIN_FRAME}${text}${END_FRAME}`;
}

function wholeBlock(before: DrawnBlock, after: DrawnBlock, staying: readonly string[]): string {
  const lines = [...staying, ...after.lines].map((line) => `${line}${CLEAR_LINE}\r\n`).join("");
  const up = upTo(rowsOf(before, after.columns));
  if (up === "" && lines === "") return "";
  // A terminal that was made narrower has broken the old lines: nothing of them may be left beside the new ones.
  return before.columns === after.columns ? `${up}${lines}${CLEAR_BELOW}` : `${up}${CLEAR_BELOW}${lines}`;
}

function changedLines(before: readonly string[], after: readonly string[]): string {
  const common = Math.min(before.length, after.length);
  let text = "";
  // Counted from the block's first line.
  let row = before.length;
  const goTo = (wanted: number) => {
    if (wanted !== row) text += move(row - wanted);
    row = wanted;
  };
  const put = (line: string) => {
    text += `${line}${CLEAR_LINE}\r\n`;
    row += 1;
  };
  for (const [i, line] of after.slice(0, common).entries()) {
    if (line === before[i]) continue;
    goTo(i);
    put(line);
  }
  if (after.length === before.length) {
    goTo(before.length);
    return text;
  }
  goTo(common);
  after.slice(common).forEach(put);
  return `${text}${CLEAR_BELOW}`;
}

/** Up by so many lines, or down where it is below zero, into the first column. */
function move(lines: number): string {
  return lines > 0 ? `\x1b[${lines}A\r` : `\x1b[${-lines}B\r`;
}

function upTo(rows: number): string {
  return rows === 0 ? "" : `\x1b[${rows}A\r`;
}

/** How many rows the block takes in a terminal of that width, which breaks what is longer. */
function rowsOf({ lines }: DrawnBlock, columns: number): number {
  const width = (line: string) => cellWidth(stripVTControlCharacters(line));
  return lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(width(line) / columns)), 0);
}
