import { createColors } from "picocolors";
import { cellWidth, fitCells } from "../../text/cell-width.ts";

/** How a piece of a line looks where there are colours; what it says does not depend on it. */
export type TextLook = "plain" | "bold" | "dim" | "green" | "red" | "yellow" | "cyan" | "inverse";

/** A piece of a line: clean text, without escape sequences. */
export interface Piece {
  readonly text: string;
  readonly look?: TextLook;
}

/** One line of a terminal. */
export type StyledLine = readonly Piece[];

export function plainText(line: StyledLine): string {
  return line.map(({ text }) => text).join("");
}

/**
 * The line as a terminal is sent it.
 * @param cells what is longer is cut, and ends with an ellipsis.
 */
export function paintLine(line: StyledLine, cells: number, colour: boolean): string {
  const colours = createColors(colour);
  let left = cells;
  let painted = "";
  const isCut = cellWidth(plainText(line)) > cells;
  for (const { text, look = "plain" } of line) {
    const width = cellWidth(text);
    const isLast = isCut && width >= left;
    const shown = isLast ? cutTo(text, left) : text;
    left -= width;
    painted += look === "plain" || shown === "" ? shown : colours[look](shown);
    if (isLast) break;
  }
  return painted;
}

/** Also a text that would fit is cut: more comes behind it. */
function cutTo(text: string, cells: number): string {
  return cellWidth(text) > cells ? fitCells(text, cells) : fitCells(`${text} `, cells);
}
