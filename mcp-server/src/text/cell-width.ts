/** East Asian wide letters, full-width forms and emoji take two cells of a terminal. */
const WIDE =
  /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]$/u;
/** Half-width katakana and hangul belong to wide scripts and are not; two regional indicators are one flag of two cells. */
const NARROW = /^[\uff61-\uffdc\p{Regional_Indicator}]$/u;
const MARK = /^\p{M}$/u;

/** How many cells of a terminal a text takes that `cleanText` has cleaned. */
export function cellWidth(text: string): number {
  let width = 0;
  for (const character of text) width += cellsOf(character);
  return width;
}

/** The text in exactly `cells` cells: filled with spaces, or cut with an ellipsis. */
export function fitCells(text: string, cells: number): string {
  const width = cellWidth(text);
  if (width <= cells) return text + " ".repeat(cells - width);
  let kept = "";
  let used = 0;
  for (const character of text) {
    if (used + cellsOf(character) > cells - 1) break;
    kept += character;
    used += cellsOf(character);
  }
  return cells === 0 ? "" : `${kept}…${" ".repeat(cells - 1 - used)}`;
}

function cellsOf(character: string): number {
  if (MARK.test(character)) return 0;
  return WIDE.test(character) && !NARROW.test(character) ? 2 : 1;
}
