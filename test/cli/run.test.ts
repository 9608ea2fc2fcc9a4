import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cellWidth } from "../../mcp-server/src/text/cell-width.ts";
import { breakdown, repository, task } from "../support/checkout.ts";
import { graphOf, logOf } from "../support/graph-file.ts";
import { emptyEnvironment } from "../support/temporary-folder.ts";
import { hasTmux, Tmux } from "./display/tmux.ts";

const CHECKOUT = join(import.meta.dirname, "..", "..");
const AGENT = join(CHECKOUT, "test", "support", "printing-agent.mjs");
const ASKED = /^Execute it with 2 × command\? \[y\/N\]/;
const LONG = `A title that is longer than a terminal is wide ${"and longer ".repeat(12)}`;
const HOSTILE = "\u001b[2J\u001b]0;owned\u0007\u001b[1;1Hintruder\u009b31m\r\u0008";

const count = (lines: readonly string[], pattern: RegExp) =>
  lines.filter((line) => pattern.test(line)).length;

/** `parallel run` in a terminal of 80 columns, as far as its question; its agents write nothing before `go` exists. */
async function askedInTerminal() {
  const tasks = [
    task("1", { subject: LONG }),
    task("2", { subject: HOSTILE }),
    task("3", { dependencies: ["1", "2"] }),
  ];
  const folder = await repository({ "specs/example/03-tasks.json": breakdown(tasks) });
  const env = {
    ...{ ...emptyEnvironment(), PARALLEL_REVIEW: "off", GIT_CONFIG_NOSYSTEM: "1" },
    WAIT_FOR: `${folder}.never`,
    // A shell writes down what was typed when it ends, and its home is gone then.
    HISTFILE: "/dev/null",
  };
  const terminal = new Tmux(folder, env, 80, 24);
  const command = `"${process.execPath}" "${join(CHECKOUT, "bin", "parallel")}" run example --agents command=2 --command '${process.execPath} ${AGENT} {briefFile}'; echo "ended $?"`;
  terminal.type(`clear; ${command}`);
  terminal.press("Enter");
  await terminal.until((lines) => ASKED.test(lines.at(-1) ?? ""));
  return { folder, terminal };
}

describe.skipIf(!hasTmux)("parallel run in a terminal", () => {
  it("parallel run in a terminal shows the plan in every size, drains at the first Ctrl-C and says so, and stops at the second", async () => {
    const { folder, terminal } = await askedInTerminal();
    expect(terminal.lines, "no word of it is broken").toContain("which it is started.");
    terminal.type("y");
    terminal.press("Enter");
    await terminal.until((lines) => lines.at(-1)?.endsWith("q end") === true);
    await terminal.until((lines) => count(lines, /^▶ [12] /) === 2);
    const begun = (lines: readonly string[]) => lines.filter((line) => /^\d\d:\d\d:\d\d {2}▶ /.test(line));
    await terminal.until((lines) => begun(lines).length === 2);
    expect(
      begun(terminal.lines)
        .map((line) => line.slice(10))
        .sort(),
    ).toEqual([expect.stringMatching(/^▶ 1 A title that is longer .*…$/), "▶ 2 intruder"]);

    for (const [columns, rows] of [
      [120, 40],
      [60, 20],
      [80, 24],
    ] as const) {
      terminal.resize(columns, rows);
      await terminal.until(
        (lines) =>
          lines.every((line) => cellWidth(line) <= columns) &&
          lines.at(-1)?.endsWith("q end") === true &&
          // Bars are where there is room for them.
          count(lines, /^▶ [12] .*[█░]{10}/) === (columns < 80 ? 0 : 2),
      );
      expect(count(terminal.history, /^example {2}▶ running/), `one block at ${columns} × ${rows}`).toBe(1);
      const { history } = terminal;
      const news = history.slice(history.findIndex((line) => /^\d\d:\d\d:\d\d /.test(line)));
      expect(news, `no line is left over at ${columns} × ${rows}`).not.toContain("");
    }
    expect(terminal.isCursorShown).toBe(false);

    terminal.press("C-c");
    await terminal.until((lines) => lines.includes("‖ nothing more is started; Ctrl-C stops what runs"));
    expect(
      count(terminal.lines, /Nothing more is started; what runs finishes\. Ctrl-C again stops it\.$/),
    ).toBe(1);
    terminal.press("C-c");
    await terminal.until((lines) => lines.includes("ended 130"));
    const { lines, history } = terminal;
    expect(count(history, /^example {2}▶|q end$|^‖/), "the block is gone").toBe(0);
    expect(lines).toContain("Overall status: ○ incomplete: 0 of 3 tasks completed, 3 to come.");
    expect(lines).toContain("parallel run example goes on with it.");
    expect(terminal.isCursorShown).toBe(true);
    terminal.type("echo seen");
    await terminal.until((now) => now.at(-1)?.endsWith("echo seen") === true);
    const log = logOf(graphOf(folder));
    const ended = log.filter(({ type }) => type === "attempt.ended").map(({ data }) => data);
    expect(ended).toHaveLength(2);
    for (const one of ended) expect(one).toMatchObject({ outcome: "lost", interrupted: true });
  });

  it.each([
    ["C-c", 130],
    ["C-d", 1],
  ])("parallel run starts nothing when its question is answered with %s", async (key, code) => {
    const { folder, terminal } = await askedInTerminal();
    terminal.press(key);
    await terminal.until((lines) => lines.at(-2) === `ended ${code}`);
    expect(terminal.lines.at(-3)).toBe("Nothing was started.");
    expect(terminal.lines.join("\n")).not.toMatch(/failed|Abort/);
    expect(existsSync(join(folder, ".git", "parallel")), "nothing was created").toBe(false);
  });
});
