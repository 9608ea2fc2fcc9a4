import { describe, expect, it } from "vitest";
import { failuresIgnored } from "../../../mcp-server/src/audit/rules/failures-ignored.ts";
import {
  type Agent,
  call,
  found,
  type Line,
  notice,
  result,
  runsCommand,
  say,
  sessionOf,
  writes,
} from "../../support/transcript.ts";

const good: Agent = { id: "a1", name: "Port the API", from: 10, to: 100, message: "m" };
const bad: Agent = { id: "a2", name: "Port the pages", from: 10, to: 90, message: "m", status: "failed" };
const next = say(120, "Now the docs: this is the plan for it.");

describe("a failure is ignored", () => {
  const ways: [string, Agent, RegExp][] = [
    ["when the host said that the agent failed", bad, /^Port the pages failed \(Done\.\)/],
    ["when it was killed", { ...bad, status: "killed", unfinished: true }, /^Port the pages failed/],
    [
      "when its own report said so",
      { ...bad, status: "completed", report: "FAILED: no such table" },
      /^Port the pages failed \(FAILED: no such table\), and nothing followed from it$/,
    ],
    ["when it reported nothing", { ...bad, status: "completed", report: "" }, /reported nothing/],
  ];
  it.each(ways)("a failure is ignored %s", (_, agent, sentence) => {
    expect(found(failuresIgnored, sessionOf([good, agent], [next]))).toEqual([
      expect.stringMatching(sentence),
    ]);
  });

  it("a failure is ignored when the host refused the launch", () => {
    const refused = [
      call(20, "no", "Agent", { description: "Port the tests", prompt: "Do it", subagent_type: "tester" }),
      result(21, "no", "Agent type 'tester' not found. Available agents: Explore", {}, true),
    ];
    expect(found(failuresIgnored, sessionOf([good], [...refused, next]))).toEqual([
      "Port the tests never started (Agent type 'tester' not found. Available agents: Explore), and nothing followed from it",
    ]);
  });
});

describe("a failure is not ignored", () => {
  const reactions: [string, Agent[], Line[]][] = [
    ["when it is mentioned", [], [say(120, "The pages failed; the rest is fine.")]],
    [
      "when the task is launched again",
      [{ ...bad, id: "a3", from: 130, to: 200, status: "completed", message: "again" }],
      [next],
    ],
    ["when somebody is sent to repair it", [{ id: "a3", name: "Fix the pages", from: 130, to: 200 }], [next]],
    ["when the launcher does the work itself", [], [...writes(110, "src/pages.ts"), next]],
    [
      "when the launcher writes the files in a shell",
      [],
      [...runsCommand(110, "w", "cat > src/pages.ts <<'EOF'\nx\nEOF"), next],
    ],
    ["when the agent is told to go on", [], [call(110, "m", "SendMessage", { to: "a2" }), next]],
    ["when the launcher did nothing any more", [], []],
    ["when it was said in a language that the audit does not read", [], [say(120, "Weiter geht's.")]],
  ];
  it.each(reactions)("a failure is not ignored %s", (_, agents, lines) => {
    expect(found(failuresIgnored, sessionOf([good, bad, ...agents], lines))).toEqual([]);
  });

  it("a failure is not ignored when the agent was stopped on purpose", () => {
    const stop = call(80, "s", "TaskStop", { task_id: "a2" });
    const killed = { ...bad, status: "killed", unfinished: true };
    expect(found(failuresIgnored, sessionOf([good, killed], [stop, next]))).toEqual([]);
  });

  it("a failure is not ignored when an older host only named the file with the result", () => {
    const told = notice(90, "a3").message as { content: string };
    const without = told.content.replace("<result>Done.</result>", "");
    const agent: Agent = { id: "a3", name: "Port the docs", from: 10, to: 90, untold: true, report: "" };
    const lines = [{ ...notice(90, "a3"), message: { role: "user", content: without } }, next];
    const session = sessionOf([agent], lines);
    expect(found(failuresIgnored, session)).toEqual([]);
    expect(session.runs[0]?.outcome).toBe("completed");
  });

  it("a failure is not ignored when the user rejected the launch", () => {
    const rejected = [
      call(20, "no", "Agent", { description: "Port the tests", prompt: "Do it" }),
      result(21, "no", "The user doesn't want to proceed with this tool use.", {}, true),
    ];
    expect(found(failuresIgnored, sessionOf([good], [...rejected, next]))).toEqual([]);
  });
});
