import { cellWidth } from "../../../mcp-server/src/text/cell-width.ts";

/** A terminal as far as this display uses one: its lines, those that have scrolled away included. */
export class Screen {
  readonly #lines: string[] = [""];
  #row = 0;
  #column = 0;
  isCursorHidden = false;

  constructor(
    private readonly columns: number,
    private readonly rows: number,
  ) {}

  /** All lines without the empty ones at the end. */
  get lines(): string[] {
    const last = this.#lines.findLastIndex((line) => line !== "");
    return this.#lines.slice(0, last + 1).map((line) => line.trimEnd());
  }

  /** The line of the cursor, and its column. */
  get cursor(): readonly [row: number, column: number] {
    return [this.#row, this.#column];
  }

  write(text: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal reads them.
    for (const [part, code = "", letter = ""] of text.matchAll(/\x1b\[(\??[\d;]*)([A-Za-z])|[\s\S]/gu)) {
      if (letter !== "") this.#order(code, letter);
      else if (part === "\r") this.#column = 0;
      else if (part === "\n") this.#down();
      else this.#put(part);
    }
  }

  #order(code: string, letter: string): void {
    const count = Number(code || 1);
    const top = Math.max(0, this.#lines.length - this.rows);
    if (letter === "A") this.#row = Math.max(top, this.#row - count);
    else if (letter === "B") this.#row = Math.min(this.#lines.length - 1, this.#row + count);
    else if (letter === "K") this.#clearLine();
    else if (letter === "J") {
      this.#clearLine();
      for (let row = this.#row + 1; row < this.#lines.length; row++) this.#lines[row] = "";
    } else if (code === "?25") this.isCursorHidden = letter === "l";
    else if (letter !== "m" && !code.startsWith("?"))
      throw new Error(`an order that is not known: ${code}${letter}`);
  }

  #clearLine(): void {
    this.#lines[this.#row] = before(this.#lines[this.#row] ?? "", this.#column);
  }

  #down(): void {
    this.#row += 1;
    if (this.#row === this.#lines.length) this.#lines.push("");
  }

  #put(character: string): void {
    if (this.#column + cellWidth(character) > this.columns) {
      this.#column = 0;
      this.#down();
    }
    const line = this.#lines[this.#row] ?? "";
    const rest = after(line, this.#column + cellWidth(character));
    this.#lines[this.#row] = `${before(line, this.#column)}${character}${rest}`;
    this.#column += cellWidth(character);
  }
}

function before(line: string, column: number): string {
  let kept = "";
  for (const character of line) {
    if (cellWidth(kept + character) > column) break;
    kept += character;
  }
  return kept.padEnd(kept.length + column - cellWidth(kept));
}

function after(line: string, column: number): string {
  return line.slice(before(line, column).length);
}
