import { describe, expect, it } from "vitest";
import { questionOn } from "./dialogs.ts";

const RULE = "─".repeat(40);

/** A screen whose dialog offers these, with the cursor at the one that has this number. */
function screen(cursor: number, ...choices: string[]): string {
  return [
    "❯ /spec:execute demo",
    "● It runs beside us.",
    RULE,
    " Do you want to create 1. notes.md?",
    ...choices.map((words, at) => ` ${at + 1 === cursor ? "❯" : " "} ${at + 1}. ${words}`),
    "",
    " Esc to cancel · Tab to amend",
    "",
  ].join("\n");
}

describe("what a screen of Claude Code asks", () => {
  it.each([
    ["Yes is the first choice", screen(1, "Yes", "No"), "Enter"],
    ["the cursor stands on No", screen(2, "Yes", "No"), "Up"],
    ["No is the first choice", screen(1, "No", "Yes"), "Down"],
    [
      "a lasting permission stands between",
      screen(1, "Yes", "Yes, and don't ask again for ls", "No"),
      "Enter",
    ],
    [
      "only what grants nothing more is left",
      screen(1, "Yes, and always allow it", "Yes, run it", "No"),
      "Down",
    ],
    ["a plan is to be run", screen(1, "Run demo", "Not now", "Type something."), "Enter"],
    [
      "the text that is asked about has a list",
      screen(1, "Yes", "No").replace("beside us.", "beside us.\n   1. No\n   2. Yes"),
      "Enter",
    ],
  ])("where %s, the key that comes nearer to a yes is found", (_, shown, key) => {
    expect(questionOn(shown)?.key).toBe(key);
  });

  it.each([
    ["the input box is empty", `● Done.\n${RULE}\n❯ \n${RULE}\n`],
    ["a prompt with a list was typed", `❯ Do this: 1. Yes\n● Done.\n${RULE}\n❯ \n`],
    ["nothing offered is a yes", screen(1, "No", "Never")],
  ])("where %s, nothing is pressed", (_, shown) => {
    expect(questionOn(shown)).toBeUndefined();
  });

  it("where a form asks for an approval, it is ticked, left, and sent off", () => {
    const form = (state: string) => `tasks requests your input\n  Approve: ${state}\n`;
    expect(questionOn(form("☐"))?.key).toBe("Space");
    expect(questionOn(form("✔ yes"))?.key).toBe("Down");
    expect(questionOn(`${form("✔ yes")}❯ Accept`)?.key).toBe("Enter");
  });
});
