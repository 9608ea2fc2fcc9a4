import { describe, expect, it } from "vitest";
import { cellWidth, fitCells } from "../../mcp-server/src/text/cell-width.ts";

describe("the width of a text in a terminal", () => {
  it.each([
    ["abc", 3],
    ["東京", 4],
    ["ｱｲｳ", 3],
    ["アイ", 4],
    ["한글", 4],
    ["ﾡ", 1],
    ["ＡＢ", 4],
    ["é", 1],
    ["🎉", 2],
    ["🇩🇪", 2],
    ["🇩🇪🇫🇷", 4],
  ])("the width of %j is %i", (text, cells) => {
    expect(cellWidth(text)).toBe(cells);
  });

  it.each(["東京タワー", "ｱｲｳｴｵ", "🇩🇪🇫🇷🇮🇹"])("%j is cut to exactly the cells that there are", (text) => {
    for (let cells = 0; cells < 14; cells++) expect(cellWidth(fitCells(text, cells))).toBe(cells);
  });
});
