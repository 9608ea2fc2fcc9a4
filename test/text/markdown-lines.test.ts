import { describe, expect, it } from "vitest";
import { inlineCode, markdownLines } from "../../mcp-server/src/text/markdown-lines.ts";
import { processorTimer } from "../support/processor-time.ts";

/** The kinds of the lines by their first letters: p, o(pening), c(ode), x (closing), ! (comment). */
function kindsOf(text: string): string {
  const letters = { prose: "p", opening: "o", code: "c", closing: "x", comment: "!" };
  return markdownLines(text)
    .map(({ kind }) => letters[kind])
    .join("");
}

const codeIn = (line: string) => inlineCode(line).spans.map(({ code }) => code);

describe("markdownLines", () => {
  it.each([
    ["a fence of ticks", "a\n```ts\nb\n```\nc", "pocxp"],
    ["a fence of tildes that holds ticks", "~~~\n```\n~~~\na", "ocxp"],
    ["a fence that is closed by a longer one only", "````\n```\n`````\na", "ocxp"],
    ["no fence in a line that closes its own ticks", "```a``` b\nc", "pp"],
    ["no end of a fence in a line that says more", "```\n``` a\n```", "ocx"],
    ["a fence in a list item", "- a\n\n      ```\n      b\n      ```\n- c", "ppocxp"],
    ["a fence that begins a list item", "- ```\n  a\n  ```\n- b", "ocxp"],
    ["a fence in a quote, which ends with the quote", "> ```\n> a\nb", "ocp"],
    [
      "a fence of a list that nobody closed, which ends with the list item",
      "- a\n  ```\n  b\n- c\n  d",
      "pocpp",
    ],
    ["a fence that nobody closed, up to the end", "```\na\n\nb", "occc"],
    ["what is indented as prose", "a\n\n    - [ ] b", "ppp"],
    ["a comment of several lines", "a <!-- b\nc\n-->\nd", "p!!p"],
    ["a comment in one line as part of it", "a <!-- b --> c\nd", "pp"],
    ["a fence in a comment as a part of the comment", "<!--\n```\n-->\na", "!!!p"],
    ["line ends of every system", "a\r\n```\r\nb\r\n```\rc", "pocxp"],
  ])("markdownLines reads %s", (_what, text, kinds) => {
    expect(kindsOf(text)).toBe(kinds);
  });

  it("markdownLines counts lines from 1 and gives code without the indentation of its fence", () => {
    expect(markdownLines("1. a\n   ```ts\n     b\n c\n   ```").slice(1)).toMatchObject([
      { number: 2, content: "```ts", lead: "" },
      { number: 3, content: "  b", text: "     b" },
      { number: 4, content: "c" },
      { number: 5, content: "```" },
    ]);
  });

  it("markdownLines knows no comments where somebody escapes them", () => {
    expect(markdownLines("<!--\na", false).map(({ kind }) => kind)).toEqual(["prose", "prose"]);
  });

  it.each([
    ["fences that nobody closes", "  ```a\nx\n"],
    ["fences of every kind", "~~~\n- ```\n> ```\n"],
    ["marks of lists", "- - - - \n"],
  ])("markdownLines takes time in proportion to the text for %s", (_what, piece) => {
    const spentMs = processorTimer();
    markdownLines(piece.repeat(50_000));
    expect(spentMs()).toBeLessThan(5_000);
  });
});

describe("inlineCode", () => {
  it.each([
    ["pairs of ticks", "`a` b ``c`d``", ["a", "c`d"]],
    ["none behind a backslash", "\\`a\\` `b`", ["b"]],
    ["a backslash in code", "`a\\` b", ["a\\"]],
    ["nothing where a tick has no partner", "``a` b", []],
    ["code after a tick without a partner", "`` a `b`", ["b"]],
  ])("inlineCode finds %s", (_what, line, code) => {
    expect(codeIn(line)).toEqual(code);
  });

  it("inlineCode says where each piece stands, and whether a tick has no partner", () => {
    expect(inlineCode("a ` b` c ``")).toEqual({ spans: [{ start: 2, end: 6, code: "b" }], open: true });
  });

  it("inlineCode takes time in proportion to the line", () => {
    const spentMs = processorTimer();
    inlineCode("\\`` ` ``` ".repeat(50_000));
    inlineCode("\\``".repeat(50_000));
    expect(spentMs()).toBeLessThan(5_000);
  });
});
