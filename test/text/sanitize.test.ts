import { describe, expect, it } from "vitest";
import { cleanText, escapeMarkdown } from "../../mcp-server/src/text/sanitize.ts";
import { processorTimer } from "../support/processor-time.ts";

/** What a character of the report's own would look like if foreign text could write it. */
const esc = (code: string) => `\u001b${code}`;

describe("cleanText", () => {
  it("cleanText leaves ordinary text in any language as it is", () => {
    for (const text of ["Add the parser", "Größe prüfen", "日本語の説明", "العربية", "a + b = c; 50 %"]) {
      expect(cleanText(text, 100)).toBe(text);
    }
  });

  it("cleanText makes one line of several", () => {
    expect(cleanText("one\r\n\ttwo\u2028three", 100)).toBe("one two three");
  });

  it("cleanText removes terminal escapes with everything that belongs to them", () => {
    expect(cleanText(`${esc("[31m")}red${esc("[0m")}`, 100)).toBe("red");
    expect(cleanText(`${esc("]0;owned\u0007")}title`, 100)).toBe("title");
    expect(cleanText("a\u0008\u0007\u009bb", 100)).not.toMatch(/\p{Cc}/u);
  });

  it("cleanText removes what turns the direction of the text around or cannot be seen", () => {
    expect(cleanText("user\u202Etxt.exe\u2066\u200B\u{E0041}\u{FE0F}\uD800", 100)).toBe("usertxt.exe");
  });

  it("cleanText does not let stacked marks draw over other lines", () => {
    expect(cleanText(`e${"\u0301".repeat(500)}x`, 100).length).toBeLessThan(10);
  });

  it("cleanText cuts at the limit, between characters", () => {
    expect(cleanText("abcdef", 6)).toBe("abcdef");
    expect(cleanText("abcdefg", 6)).toBe("abcde…");
    expect(cleanText("😀".repeat(6), 6)).toBe("😀".repeat(6));
    expect(cleanText("😀".repeat(7), 6)).toBe(`${"😀".repeat(5)}…`);
  });

  it("cleanText copes with a line of millions of characters", () => {
    const spentMs = processorTimer();
    expect(cleanText(`${esc("[")}${"x\u0000".repeat(1_000_000)}`, 50)).toHaveLength(50);
    expect(spentMs()).toBeLessThan(2_000);
  });
});

describe("escapeMarkdown", () => {
  it("escapeMarkdown leaves text without any special meaning readable", () => {
    for (const text of ["2.3 failed: needs snake_case_names", "src/a-b/c.d.ts", "a - b (c), d & e! 5 = 3?"]) {
      expect(escapeMarkdown(text)).toBe(text);
    }
  });

  it.each([
    ["a heading", "# Heading", "\\# Heading"],
    ["a heading in a later line", "x\n\n# Heading", "x # Heading"],
    ["a list", "- item", "\\- item"],
    ["a numbered list", "1. item", "1\\. item"],
    ["a quotation", "> quote", "\\> quote"],
    ["a link", "[a](x)", "\\[a\\](x)"],
    ["an image", "![a](x)", "!\\[a\\](x)"],
    ["HTML", "<img onerror=x>", "&lt;img onerror=x\\>"],
    ["a tag of another alphabet, and one that ends", "<système> </_x>", "&lt;système\\> &lt;/\\_x\\>"],
    ["a comparison", "a < b, a<1", "a \\< b, a\\<1"],
    ["an entity", "&lt;b&gt;", "\\&lt;b\\&gt;"],
    ["code", "`rm`", "\\`rm\\`"],
    ["emphasis", "*a* _b_", "\\*a\\* \\_b\\_"],
    ["a table cell", "a | b", "a \\| b"],
    ["a formula", "$x$", "\\$x\\$"],
    ["an escape of its own", "\\[a](x)", "\\\\\\[a\\](x)"],
    ["an address", "see https://evil.example", "see https: //evil.example"],
    ["an address without a scheme", "see www.evil.example", "see www .evil.example"],
    ["a mail address", "me@evil.example", "me @evil.example"],
  ])("escapeMarkdown shows %s as the characters that it is made of", (_what, text, escaped) => {
    expect(escapeMarkdown(text)).toBe(escaped);
  });

  it("escapeMarkdown cannot be made to close a code block", () => {
    expect(escapeMarkdown("```\n# out\n~~~")).not.toMatch(/(?<!\\)[`~]/);
  });
});
