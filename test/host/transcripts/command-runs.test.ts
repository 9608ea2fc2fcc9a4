import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commandRuns, type WrittenRuns } from "../../../mcp-server/src/host/transcripts/command-runs.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { call, type Line, result, START_MS, say } from "../../support/transcript.ts";

/** A call of Bash with the host's answer a second later. */
function bash(at: number, command: string, text: string, toolUseResult: unknown, isError = false): Line[] {
  return [
    call(at, `u${at}`, "Bash", { command }),
    result(at + 1, `u${at}`, text, { toolUseResult }, isError),
  ];
}

const printed = (stdout: string, fields: Line = {}) => ({
  stdout,
  stderr: "",
  interrupted: false,
  isImage: false,
  ...fields,
});

function transcript(...lines: Line[]): string {
  const path = join(temporaryFolder(), "agent-a.jsonl");
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return path;
}

async function written(path: string, sinceMs = 0, until?: string): Promise<WrittenRuns> {
  const found = await commandRuns(path, "agent", sinceMs, until);
  if (!found) throw new Error(`${path} was not read.`);
  return found;
}

describe("the commands of a transcript", () => {
  it("the commands of a transcript have the ends that the host tells, each in its way", async () => {
    const path = transcript(
      say(0, "I begin."),
      ...bash(1, "npm test", "ok", printed("ok")),
      ...bash(3, "npm test", "Exit code 2\n1 failing", "Error: Exit code 2\n1 failing", true),
      ...bash(5, "grep x y", "", printed("", { returnCodeInterpretation: "No matches found" })),
      ...bash(7, "sleep 9", "Exit code 143\nCommand timed out after 1s", "Error: Exit code 143", true),
      ...bash(9, "npm start", "Running", printed("", { backgroundTaskId: "b1" })),
      ...bash(11, "rm -rf x", "PreToolUse:Bash hook error: no", "Error: no", true),
      ...bash(13, "node --test", "1..0\n# tests 0", printed("1..0\n# tests 0")),
      call(15, "u15", "Bash", { command: "sleep 99" }),
      call(16, "u16", "Read", { file_path: "/a" }),
    );
    const { runs } = await written(path);
    expect(runs.map(({ command, end, ranNoTest }) => [command, end, ranNoTest])).toEqual([
      ["npm test", { kind: "exited", exitCode: 0 }, false],
      ["npm test", { kind: "exited", exitCode: 2 }, false],
      ["grep x y", { kind: "exited", exitCode: 1 }, false],
      ["sleep 9", { kind: "exited", exitCode: 143, timedOut: true }, false],
      ["npm start", { kind: "unknown", inBackground: true }, false],
      ["rm -rf x", { kind: "stopped" }, false],
      ["node --test", { kind: "exited", exitCode: 0 }, true],
      ["sleep 99", { kind: "unknown", inBackground: false }, false],
    ]);
    expect(runs.map(({ atMs }) => (atMs - START_MS) / 1000)).toEqual([2, 4, 6, 8, 10, 12, 14, 15]);
  });

  it("the commands of an agent's transcript, which keeps the text alone, have no end where the text does not tell it", async () => {
    const told = async (command: string, text = "") => {
      const { runs } = await written(transcript(...bash(1, command, text, undefined)));
      return runs[0]?.end;
    };
    const succeeded = { kind: "exited", exitCode: 0 };
    for (const command of [
      "npm test",
      "cd a && npm run test",
      "cat a.test.ts",
      "./find-it",
      "git status",
      "testem ci",
    ]) {
      expect({ command, end: await told(command) }).toEqual({ command, end: succeeded });
    }
    for (const command of [
      "grep -q x y",
      "npm test | grep passed",
      "cd a && test -s b",
      "[ -f a ]",
      "git -C a diff --exit-code",
      "A=1 /usr/bin/diff a b",
      "if [ -f a ]; then echo; fi",
    ]) {
      expect({ command, end: await told(command) }).toMatchObject({ command, end: { kind: "unknown" } });
    }
    const text = "Command running in background with ID: b1. Output is being written to: /tmp/b1.output.";
    expect(await told("npm start", text)).toEqual({ kind: "unknown", inBackground: true });
  });

  it("the commands of a transcript are those that ended after a moment", async () => {
    const path = transcript(...bash(1, "one", "", printed("")), ...bash(3, "two", "", printed("")));
    const { runs } = await written(path, START_MS + 3_000);
    expect(runs.map(({ command }) => command)).toEqual(["two"]);
  });

  it("the commands of a transcript that cannot be read are not known, which is not the same as none", async () => {
    expect(await commandRuns(join(temporaryFolder(), "none.jsonl"), "agent", 0)).toBeUndefined();
    expect((await written(transcript(say(0, "Nothing.")))).runs).toEqual([]);
  });

  it("the commands of a transcript are read past lines that are broken or half written", async () => {
    const path = transcript(...bash(1, "one", "", printed("")));
    writeFileSync(path, '{"type":"assistant","message":{"content":[{"type":"tool_use","na', { flag: "a" });
    expect((await written(path)).runs).toHaveLength(1);
  });

  it("the commands of a transcript are complete once a call that came after them is written", async () => {
    const path = transcript(...bash(1, "one", "", printed("")), call(3, "u3", "Read", { file_path: "/a" }));
    expect(await written(path, 0, "u3")).toMatchObject({ isComplete: true });
    expect(await written(path, 0, "u4")).toMatchObject({ isComplete: false, runs: [{ command: "one" }] });
  });
});
