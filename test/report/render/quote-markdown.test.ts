import { describe, expect, it } from "vitest";
import { quoteMarkdown } from "../../../mcp-server/src/report/render/quote-markdown.ts";

describe("quoteMarkdown", () => {
  it("quoteMarkdown shows code as it is and takes the meaning from HTML and images beside it", () => {
    expect(quoteMarkdown("![a](b) `<b>` <b>\n\n```html\n<b>\n```\n<b>")).toBe(
      "> !\\[a](b) `<b>` \\<b>\n>\n> ```html\n> <b>\n> ```\n> \\<b>",
    );
  });

  it("quoteMarkdown closes a fence that nobody closed, so that what stands behind it is not code", () => {
    expect(quoteMarkdown("- a\n  ```\n  <b>\n- <b>")).toBe("> - a\n> ```\n> <b>\n> ```\n> - \\<b>");
    expect(quoteMarkdown("```\n<b>")).toBe("> ```\n> <b>\n> ```");
  });

  it("quoteMarkdown puts a fence to the left edge, where no list ends it", () => {
    expect(quoteMarkdown("1. ```\n   a\n   ```")).toBe("> 1.\n> ```\n> a\n> ```");
  });

  it("quoteMarkdown escapes once what somebody has escaped already", () => {
    expect(quoteMarkdown("\\<b> \\\\<b>")).toBe("> \\<b> \\\\\\<b>");
  });

  it("quoteMarkdown trusts no code in a paragraph whose ticks do not pair within a line", () => {
    expect(quoteMarkdown("a ` b\n` <img> `\n\n`<b>`")).toBe("> a ` b\n> ` \\<img> `\n>\n> `<b>`");
  });
});
