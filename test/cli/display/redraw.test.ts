import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  belowBlock,
  type DrawnBlock,
  NOTHING_DRAWN,
  redraw,
} from "../../../mcp-server/src/cli/display/redraw.ts";
import { Screen } from "./screen.ts";

const COLUMNS = 20;
const ROWS = 12;
const lineOf = fc.constantFrom("a", "b", "a longer line of it", "東京", "\x1b[31mred\x1b[39m", "");
const frames = fc.array(
  fc.record({ block: fc.array(lineOf, { maxLength: 6 }), staying: fc.array(lineOf, { maxLength: 3 }) }),
  { minLength: 1, maxLength: 12 },
);
const plain = (line: string) => stripVTControlCharacters(line);

describe("the block below the lines that stay", () => {
  it("the block below the lines that stay is what was drawn last, and the lines stay in their order, whatever came before", () => {
    fc.assert(
      fc.property(frames, (all) => {
        const screen = new Screen(COLUMNS, ROWS);
        screen.write("$ watch\r\n");
        let drawn: DrawnBlock = NOTHING_DRAWN;
        const stayed: string[] = [];
        for (const { block, staying } of all) {
          const next = { lines: block, columns: COLUMNS };
          screen.write(redraw(drawn, next, staying));
          drawn = next;
          stayed.push(...staying.map(plain));
          const wanted = ["$ watch", ...stayed, ...block.map(plain)];
          expect(screen.cursor).toEqual([1 + stayed.length, 0]);
          while (wanted.at(-1) === "") wanted.pop();
          expect(screen.lines).toEqual(wanted);
        }
      }),
    );
  });

  it("only lines that are other than before are sent, and nothing where none is", () => {
    const before = { lines: ["one", "two", "three"], columns: COLUMNS };
    expect(redraw(before, before)).toBe("");
    const sent = redraw(before, { lines: ["one", "2", "three"], columns: COLUMNS });
    expect(sent).toContain("2");
    expect(sent).not.toMatch(/one|three/);
    expect(sent.startsWith("\x1b[?2026h"), "all at once, where the terminal can").toBe(true);
    expect(sent.endsWith("\x1b[?2026l")).toBe(true);
  });

  it("a terminal that was made narrower shows nothing of the old block, though it has broken its lines", () => {
    const screen = new Screen(10, ROWS);
    // How the terminal has broken the two lines of the old block, with the cursor where it was.
    screen.write("$ watch\r\n0123456789\r\nabcdef\r\nshort\x1b[2A\r");
    screen.write(
      redraw({ lines: ["0123456789abcdef", "short"], columns: 20 }, { lines: ["new"], columns: 10 }),
    );
    expect(screen.lines).toEqual(["$ watch", "new"]);
  });

  it("a program that stops leaves the cursor below its block", () => {
    const screen = new Screen(COLUMNS, ROWS);
    const block = { lines: ["one", "two"], columns: COLUMNS };
    screen.write(redraw(NOTHING_DRAWN, block));
    screen.write(`${belowBlock(block)}$`);
    expect(screen.lines).toEqual(["one", "two", "$"]);
  });
});
