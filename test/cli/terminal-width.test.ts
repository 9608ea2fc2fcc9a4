import { expect, it } from "vitest";
import { terminalWidth } from "../../mcp-server/src/cli/terminal-width.ts";

it.each([[{ columns: 0 }], [{ columns: undefined }], [{}]])(
  "an answer for a terminal of unknown width (%j) is 100 columns wide",
  (stream) => {
    expect(terminalWidth(stream)).toBe(100);
  },
);

it("an answer is as wide as the terminal", () => {
  expect(terminalWidth({ columns: 7 })).toBe(7);
});
