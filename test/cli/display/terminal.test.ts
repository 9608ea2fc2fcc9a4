import { describe, expect, it } from "vitest";
import { canRedraw, hasColours, terminalWidth } from "../../../mcp-server/src/cli/display/terminal.ts";

it.each([[{ columns: 0 }], [{ columns: undefined }], [{}]])(
  "an answer for a terminal of unknown width (%j) is 100 columns wide",
  (stream) => {
    expect(terminalWidth(stream)).toBe(100);
  },
);

it("an answer is as wide as the terminal", () => {
  expect(terminalWidth({ columns: 7 })).toBe(7);
});

describe("an output", () => {
  it.each([
    [true, {}, true],
    [true, { NO_COLOR: "1" }, true],
    [false, {}, false],
    [false, { FORCE_COLOR: "1" }, false],
    [true, { CI: "true" }, false],
    [true, { TERM: "dumb" }, false],
  ])("an output (terminal: %s, %j) is drawn anew: %s", (isTTY, env, expected) => {
    expect(canRedraw({ isTTY }, env)).toBe(expected);
  });

  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "" }, true],
    [true, { TERM: "dumb" }, false],
    [false, { FORCE_COLOR: "1" }, true],
    [false, { FORCE_COLOR: "0" }, false],
  ])("an output (terminal: %s, %j) has colours: %s", (isTTY, env, expected) => {
    expect(hasColours({ isTTY }, env)).toBe(expected);
  });
});
