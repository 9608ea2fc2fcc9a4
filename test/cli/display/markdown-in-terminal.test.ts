import { describe, expect, it } from "vitest";
import { markdownInTerminal } from "../../../mcp-server/src/cli/display/markdown-in-terminal.ts";
import { cellWidth } from "../../../mcp-server/src/text/cell-width.ts";
import { escapeProse } from "../../../mcp-server/src/text/inline-code.ts";
import { cleanText } from "../../../mcp-server/src/text/sanitize.ts";
import { HOSTILE_TEXTS, UNSEEN } from "../../support/hostile-texts.ts";

describe("a report in a terminal", () => {
  it("a report in a terminal has no marks of Markdown, and its lines are broken between words", () => {
    const markdown =
      "**Overall status: ✗ stopped**: 1 of 2 tasks completed.\nFailed:\n- 2: no key, no door, no house";
    expect(markdownInTerminal(markdown, 24, false).split("\n")).toEqual([
      "Overall status: ✗",
      "stopped: 1 of 2 tasks",
      "completed.",
      "Failed:",
      "- 2: no key, no door,",
      "  no house",
    ]);
    expect(markdownInTerminal(markdown, 80, true)).toContain(
      "\u001b[1mOverall status: ✗ stopped\u001b[22m: 1",
    );
  });

  it.each([
    ...["a_b * [c] <d> `e \\.f <g>` \\ & #1", "1. first", "# one", "`` a`b ``"],
    ...Object.values(HOSTILE_TEXTS),
  ])(
    "a report in a terminal shows the text that was escaped, and nothing that a terminal obeys (%#)",
    (text) => {
      const wanted = cleanText(text, 10_000)
        // A renderer might make a link of them, escaped or not.
        .replaceAll("://", ": //")
        .replaceAll("www.", "www .")
        .replaceAll(/(?<=\w)@(?=\w)/g, " @");
      const shown = markdownInTerminal(`- ${escapeProse(text, 10_000)}`, 1_000_000, false);
      expect(shown.replaceAll("&lt;", "<")).toBe(`- ${wanted.replaceAll("&lt;", "<")}`);
      expect(shown).not.toMatch(UNSEEN);
    },
  );

  it("a report in a terminal leaves a path whole that is longer than a line, so that it can be copied", () => {
    const path = `/home/somebody/${"folder/".repeat(12)}report.md`;
    expect(markdownInTerminal(`The whole report: ${path}`, 40, false)).toBe(`The whole report: ${path}`);
  });

  it("a report in a terminal fits it, wide letters included", () => {
    const lines = markdownInTerminal(`- ${"東京 word ".repeat(30)}`, 31, false).split("\n");
    expect(Math.max(...lines.map(cellWidth))).toBeLessThanOrEqual(31);
  });
});
