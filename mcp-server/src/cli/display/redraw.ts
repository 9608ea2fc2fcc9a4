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
 * The cursor is in the first column of the block's first line, before and after: wherever that line goes when a terminal
 * is made narrower and breaks the lines anew, the cursor goes with it. Where nothing but lines has changed, only those
 * are sent that are other than before.
 * @param staying lines that scroll away and are not touched again.
 * @returns empty: there is nothing to do.
 */
export function redraw(before: DrawnBlock, after: DrawnBlock, staying: readonly string[] = []): string {
  const canKeep = staying.length === 0 && before.columns === after.columns && before.lines.length > 0;
  const text = canKeep ? changedLines(before.lines, after.lines) : wholeBlock(before, after, staying);
  return text === "" ? "" : `${BEGIN_FRAME}${text}${END_FRAME}`;
}

/** What leads from the first line of the block to the line below it. */
export function belowBlock({ lines }: DrawnBlock): string {
  return lines.length === 0 ? "" : `${move(1 - lines.length)}\r\n`;
}

function wholeBlock(before: DrawnBlock, after: DrawnBlock, staying: readonly string[]): string {
  const { lines } = after;
  if (before.lines.length + lines.length + staying.length === 0) return "";
  // Cleared first: a terminal that breaks its lines anew would take what was cleared behind a line for a part of it.
  const above = staying.map((line) => `${CLEAR_LINE}${line}\r\n`).join("");
  return `${above}${lines.join(`${CLEAR_LINE}\r\n`)}${CLEAR_BELOW}${move(Math.max(0, lines.length - 1))}`;
}

function changedLines(before: readonly string[], after: readonly string[]): string {
  const common = Math.min(before.length, after.length);
  let text = "";
  // Counted from the block's first line.
  let row = 0;
  const goTo = (wanted: number) => {
    text += move(row - wanted);
    row = wanted;
  };
  for (const [i, line] of after.slice(0, common).entries()) {
    if (line === before[i]) continue;
    goTo(i);
    text += `${line}${CLEAR_LINE}`;
  }
  if (after.length < before.length) {
    goTo(after.length);
    text += CLEAR_BELOW;
  } else if (after.length > before.length) {
    goTo(common - 1);
    for (const line of after.slice(common)) text += `\r\n${line}${CLEAR_LINE}`;
    row = after.length - 1;
  }
  if (text !== "") goTo(0);
  return text;
}

/** Up by so many lines, or down where it is below zero, into the first column. */
function move(lines: number): string {
  if (lines === 0) return "\r";
  return lines > 0 ? `\x1b[${lines}A\r` : `\x1b[${-lines}B\r`;
}
