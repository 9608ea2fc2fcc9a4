import { describe, expect, it } from "vitest";
import { type CommandEnd, type CommandRun, commandRun } from "../../mcp-server/src/graph/command-run.ts";
import { type FileChange, NEVER_RUN, standingOf } from "../../mcp-server/src/policy/evidence-standing.ts";
import { NO_TEST } from "../../mcp-server/src/policy/evidence-text.ts";

const exited = (exitCode: number): CommandEnd => ({ kind: "exited", exitCode });
const BACKGROUND: CommandEnd = { kind: "unknown", inBackground: true };
const UNSEEN: CommandEnd = { kind: "unknown", inBackground: false };
const REFUSED: CommandEnd = { kind: "stopped" };
const TIMED_OUT: CommandEnd = { kind: "exited", exitCode: 143, timedOut: true };

type Ran = readonly [command: string, end: number | CommandEnd];

/** Runs at the times 10, 20, 30 … */
function runsOf(ran: readonly Ran[], ranNoTest = false): CommandRun[] {
  return ran.map(([command, end], i) =>
    commandRun({
      use: `u${i}`,
      command,
      atMs: (i + 1) * 10,
      end: typeof end === "number" ? exited(end) : end,
      ranNoTest,
    }),
  );
}

function judge(command: string, exitCode: number, ran: readonly Ran[], lastChange?: FileChange) {
  const { standing, seen } = standingOf({ command, exitCode }, runsOf(ran), lastChange);
  return seen === undefined ? standing : `${standing}: ${seen}`;
}

describe("the standing of a reported command", () => {
  it.each<[string, Ran[]]>([
    ["that was run as it is reported", [["npm test", 0]]],
    ["that was run with other white space", [["  npm   test ", 0]]],
    ["whose output was redirected", [["npm test > test.log 2>&1", 0]]],
    ["that stands in a list that succeeded", [["cd packages/a && npm test", 0]]],
    ["that stands before a pipe of a list that succeeded", [["npm test && git diff | head -5", 0]]],
    [
      "that succeeded after it had failed",
      [
        ["npm test", 1],
        ["npm test", 0],
      ],
    ],
    [
      "that was refused after it had succeeded",
      [
        ["npm test", 0],
        ["npm test", REFUSED],
      ],
    ],
    [
      "that was run with others in between",
      [
        ["npm test", 0],
        ["ls", 2],
      ],
    ],
  ])("the standing of a reported success is `seen` for a command %s", (_, ran) => {
    expect(judge("npm test", 0, ran)).toBe("seen");
  });

  it.each<[string, Ran[], string]>([
    [
      "behind a pipe",
      [["npm test | tail -5", 0]],
      "seen only within `npm test | tail -5`: it ended with exit code 0",
    ],
    [
      "before a semicolon",
      [["npm test; true", 0]],
      "seen only within `npm test; true`: it ended with exit code 0",
    ],
    [
      "before an alternative",
      [["npm test || true", 0]],
      "seen only within `npm test || true`: it ended with exit code 0",
    ],
    [
      "in the background of the shell",
      [["npm test & wait", 0]],
      "seen only within `npm test & wait`: it ended with exit code 0",
    ],
    [
      "in the background of the host",
      [["npm test", BACKGROUND]],
      "it ran in the background and its end was not seen",
    ],
    [
      "in a list that failed",
      [["npm test && npm run lint", 1]],
      "seen only within `npm test && npm run lint`: it ended with exit code 1",
    ],
    [
      "in another shell",
      [["bash -c 'npm test'", 0]],
      "seen only within `bash -c 'npm test'`: it ended with exit code 0",
    ],
    ["without an end", [["npm test", UNSEEN]], "its end was not seen"],
    ["only to be refused", [["npm test", REFUSED]], "it was refused or interrupted"],
    ["under a longer name only", [["npm tests", 0]], NEVER_RUN],
    ["never", [["ls", 0]], NEVER_RUN],
    ["never, like anything else", [], NEVER_RUN],
  ])(
    "the standing of a reported success is `claimed`, with what was seen, for a command that ran %s",
    (_, ran, seen) => {
      expect(judge("npm test", 0, ran)).toBe(`claimed: ${seen}`);
    },
  );

  it.each<[string, Ran[], number]>([
    ["failed", [["npm test", 1]], 1],
    ["failed in other white space", [["npm  test", 2]], 2],
    [
      "failed after it had succeeded",
      [
        ["npm test", 0],
        ["npm test", 1],
      ],
      1,
    ],
    [
      "failed after it had succeeded in a pipe",
      [
        ["npm test | tail", 0],
        ["npm test", 1],
      ],
      1,
    ],
    [
      "failed, and was refused when it was tried again",
      [
        ["npm test", 1],
        ["npm test", REFUSED],
      ],
      1,
    ],
  ])("the standing of a reported success is `contradicted` when the command %s", (_, ran, code) => {
    expect(judge("npm test", 0, ran)).toBe(`contradicted: it ended with exit code ${code}`);
  });

  it("the standing of a reported success is `contradicted` when the host ended the command at its time limit", () => {
    expect(judge("npm test", 0, [["npm test", TIMED_OUT]])).toBe(
      "contradicted: it was ended at its time limit (exit code 143)",
    );
  });

  it.each<[string, Ran[]]>([
    [
      "succeeded later in a pipe",
      [
        ["npm test", 1],
        ["npm test | tail", 0],
      ],
    ],
    [
      "ran later in a list that failed elsewhere",
      [
        ["npm test", 1],
        ["npm test && npm run lint", 1],
      ],
    ],
    [
      "ran later in the background",
      [
        ["npm test", 1],
        ["npm test", BACKGROUND],
      ],
    ],
    [
      "ran later, to an end that nobody saw",
      [
        ["npm test", 1],
        ["npm test", UNSEEN],
      ],
    ],
    [
      "ran later with an option",
      [
        ["npm test", 1],
        ["npm test --silent", 0],
      ],
    ],
    ["failed under another text only", [["npm test 2>&1", 1]]],
  ])("the standing of a reported success is not `contradicted` when the command %s", (_, ran) => {
    expect(judge("npm test", 0, ran)).toMatch(/^claimed: /);
  });

  it.each<[string, number, Ran[], string]>([
    ["is `seen` with the same exit code", 2, [["npm test", 2]], "seen"],
    ["is `contradicted` by another one", 1, [["npm test", 2]], "contradicted: it ended with exit code 2"],
    ["is `claimed` where it succeeded", 1, [["npm test", 0]], "claimed: it ended with exit code 0"],
    [
      "is `claimed` where the host ended it",
      124,
      [["npm test", TIMED_OUT]],
      "claimed: it was ended at its time limit (exit code 143)",
    ],
  ])("the standing of a reported failure %s", (_, exitCode, ran, expected) => {
    expect(judge("npm test", exitCode, ran)).toBe(expected);
  });

  it("the standing is `stale` when a file of the task changed after the run, and not when before", () => {
    const ran: Ran[] = [
      ["ls", 0],
      ["npm test", 0],
    ];
    expect(judge("npm test", 0, ran, { path: "src/a.ts", atMs: 21 })).toBe(
      "stale: src/a.ts changed after it ran",
    );
    expect(judge("npm test", 0, ran, { path: "src/a.ts", atMs: 20 })).toBe("seen");
  });

  it("the standing of a run whose output says that no test ran says so", () => {
    expect(
      standingOf({ command: "npm test", exitCode: 0 }, runsOf([["npm test", 0]], true), undefined),
    ).toEqual({
      standing: "seen",
      seen: NO_TEST,
    });
  });

  it("the standing of a pipe that was run as it is reported says whose exit code it has", () => {
    for (const command of ["npm test | tail -5", "npm test; true", "npm test || true"]) {
      expect(judge(command, 0, [[command, 0]])).toBe("seen: the exit code is that of the last command in it");
    }
  });

  it("the standing of a list is `seen` as a part of a longer one, and `claimed` where its commands ran by themselves", () => {
    expect(judge("npm run lint && npm test", 0, [["cd a && npm run lint && npm test", 0]])).toBe("seen");
    expect(
      judge("npm run lint && npm test", 0, [
        ["npm run lint", 0],
        ["npm test", 0],
      ]),
    ).toBe("claimed: only commands of it were seen to run, each by itself");
  });

  it("the standing is `claimed`, and nothing is said of it, where nobody could see what ran", () => {
    expect(standingOf({ command: "npm test", exitCode: 0 }, undefined, undefined)).toEqual({
      standing: "claimed",
    });
  });

  it("the standing of a command that is longer than what was kept is never `contradicted`", () => {
    const long = `npm test ${"x".repeat(5_000)}`;
    expect(judge(long, 0, [[long, 1]])).toMatch(/^claimed/);
  });

  it("the standing is found for any text, also what no shell can read", () => {
    for (const text of ["", " ", "'", "a &&", "((", "$(", "cat <<E\nx\nE", "\u0000"]) {
      expect(
        judge(text, 0, [
          [text, 1],
          ["npm test", 0],
        ]),
      ).toMatch(/^(claimed|contradicted)/);
    }
  });
});
