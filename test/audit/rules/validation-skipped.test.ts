import { describe, expect, it } from "vitest";
import { validationSkipped } from "../../../mcp-server/src/audit/rules/validation-skipped.ts";
import {
  type Agent,
  call,
  found,
  type Line,
  reads,
  result,
  runsCommand,
  say,
  sessionOf,
  writes,
} from "../../support/transcript.ts";

function writer(i: number, path = `src/part${i}.ts`, after: Line[] = []): Agent {
  return {
    id: `a${i}`,
    name: `Part ${i}`,
    from: 10,
    to: 100,
    message: "m",
    does: [...writes(50, path), ...after],
  };
}
const end = say(130, "That is it.");

it("the audit finds that nobody checked what agents wrote at the same time", () => {
  expect(found(validationSkipped, sessionOf([writer(1), writer(2)], [end]))).toEqual([
    expect.stringMatching(/^Nobody checked what Part 1, Part 2 wrote \(.*part1\.ts, .*part2\.ts\)$/),
  ]);
});

it("a check before the last write is not taken for validation of what agents wrote", () => {
  const early = [...runsCommand(40, "t", "npm test")];
  expect(found(validationSkipped, sessionOf([writer(1, "src/a.ts", early), writer(2)], [end]))).toHaveLength(
    1,
  );
});

describe("validation is not skipped", () => {
  const checked = (i: number) => writer(i, `src/part${i}.ts`, runsCommand(60, `t${i}`, "npx vitest run"));
  const reported = (i: number) =>
    writer(i, `src/part${i}.ts`, [
      call(60, `r${i}`, "mcp__plugin_parallel_tasks__task_report", {}),
      result(60, `r${i}`, "ok"),
    ]);
  const ways: [string, Agent[], Line[]][] = [
    ["when each agent checked its own work", [checked(1), checked(2)], [end]],
    ["when each handed in evidence", [reported(1), reported(2)], [end]],
    [
      "when tests ran at the end",
      [writer(1), writer(2)],
      [...runsCommand(110, "t", "cd app && pnpm test"), end],
    ],
    ["when the changes were looked at", [writer(1), writer(2)], [...runsCommand(110, "d", "git diff"), end]],
    [
      "when a file was read",
      [writer(1), writer(2)],
      [...reads(110, "src/part1.ts"), ...reads(111, "src/part2.ts"), end],
    ],
    [
      "when a reviewer was sent",
      [writer(1), writer(2), { id: "r", name: "Review", from: 110, to: 120 }],
      [end],
    ],
    [
      "when tests ran by a program that nobody knows",
      [writer(1), writer(2)],
      [...runsCommand(110, "t", "./scripts/test.sh --fast"), end],
    ],
    [
      "when tests ran in PowerShell",
      [writer(1), writer(2)],
      [call(110, "t", "PowerShell", { command: ".\\gradlew.bat test" }), result(111, "t", "ok"), end],
    ],
    [
      "when a tool of a server tested",
      [writer(1), writer(2)],
      [call(110, "t", "mcp__xcode__run_tests", {}), result(111, "t", "ok"), end],
    ],
    ["when only prose was written", [writer(1, "a.md"), writer(2, "b.md")], [end]],
    ["when it was one agent", [writer(1)], [end]],
    ["when the launcher has not spoken yet", [writer(1), writer(2)], []],
  ];
  it.each(ways)("validation is not skipped %s", (_, agents, lines) => {
    expect(found(validationSkipped, sessionOf(agents, lines))).toEqual([]);
  });
});
