import { describe, expect, it } from "vitest";
import { contradictedClaim } from "../../../mcp-server/src/audit/rules/contradicted-claim.ts";
import { failuresIgnored } from "../../../mcp-server/src/audit/rules/failures-ignored.ts";
import {
  type Agent,
  call,
  found,
  type Line,
  prompt,
  result,
  runsCommand,
  say,
  sessionOf,
  writes,
} from "../../support/transcript.ts";

const good: Agent = { id: "a1", name: "Port the API", from: 10, to: 100, message: "m" };
const bad: Agent = { id: "a2", name: "Port the pages", from: 10, to: 90, message: "m", status: "failed" };

describe("a claim is contradicted", () => {
  const claims: [string, Agent[], Line[], string][] = [
    [
      "by an agent that failed",
      [good, bad],
      [say(120, "All tasks completed successfully!")],
      "It says All tasks completed successfully!, but Port the pages had failed",
    ],
    [
      "by an agent that is still at work",
      [good, { ...bad, status: "completed", to: 300 }],
      [say(120, "Everything is done.")],
      "It says Everything is done., but Port the pages had not ended",
    ],
    [
      "by the last test run",
      [good],
      [...runsCommand(110, "t", "npm test", "fails"), say(120, "I ported it. All tests pass.")],
      "It says All tests pass., but the last test run (npm test) had failed",
    ],
    [
      "by the number of agents",
      [good],
      [say(120, "All 5 agents completed.")],
      "It says All 5 agents completed., but only 1 of 5 agents had completed",
    ],
    [
      "also before the user's next prompt",
      [good, bad],
      [say(120, "All done, everything works."), prompt(130, "And now?"), say(140, "It is late.")],
      "It says All done, everything works., but Port the pages had failed",
    ],
  ];
  it.each(claims)("a claim is contradicted %s", (_, agents, lines, sentence) => {
    const session = sessionOf(agents, lines);
    expect(found(contradictedClaim, session)).toEqual([sentence]);
    expect(found(failuresIgnored, session)).toEqual([]);
  });
});

describe("a claim is not contradicted", () => {
  const claims: [string, Agent[], Line[]][] = [
    ["when nothing failed", [good], [say(120, "All tasks completed successfully!")]],
    ["when it admits what failed", [good, bad], [say(120, "All is done except the pages, which failed.")]],
    [
      "when another agent made it good",
      [good, bad, { ...bad, id: "a3", from: 120, to: 200, status: "completed", message: "n" }],
      [say(220, "All tasks completed.")],
    ],
    [
      "when the launcher made it good",
      [good, bad],
      [...writes(110, "src/p.ts"), say(120, "All tasks completed.")],
    ],
    [
      "when it says that something goes on",
      [good, { ...bad, status: "completed", to: 300 }],
      [say(120, "The API is done; the pages are still being ported.")],
    ],
    [
      "when tests that had failed pass in the end",
      [good],
      [
        ...runsCommand(105, "t", "npm test", "fails"),
        ...runsCommand(110, "u", "npm test"),
        say(120, "All tests pass with no errors."),
      ],
    ],
    [
      "when the last run passed, by whatever program",
      [good],
      [
        ...runsCommand(102, "t", "go test ./...", "fails"),
        ...runsCommand(110, "u", "mise run test"),
        say(120, "All tests pass."),
      ],
    ],
    [
      "when a check that does not call itself a test passed after it",
      [good],
      [
        ...runsCommand(102, "t", "npm test", "fails"),
        ...runsCommand(110, "u", "npm run ci"),
        say(120, "All tests pass."),
      ],
    ],
    [
      "when the exit code was that of a filter",
      [good],
      [...runsCommand(102, "t", "npm test 2>&1 | grep -i fail", "fails"), say(120, "All tests pass.")],
    ],
    [
      "when the test run never began",
      [good],
      [
        call(102, "t", "Bash", { command: "vitest run" }),
        result(103, "t", "Exit code 127\nbash: vitest: command not found", {}, true),
        say(120, "All tests pass."),
      ],
    ],
    [
      "when agents without a transcript may have completed",
      [good],
      [
        call(20, "t", "Agent", { description: "More", prompt: "More" }),
        result(21, "t", "Launched.", { toolUseResult: { status: "remote_launched", agentId: "r1" } }),
        say(120, "All 2 agents completed."),
      ],
    ],
    [
      "when there were no agents",
      [],
      [...runsCommand(105, "t", "npm test", "fails"), say(120, "All tests pass.")],
    ],
  ];
  it.each(claims)("a claim is not contradicted %s", (_, agents, lines) => {
    expect(found(contradictedClaim, sessionOf(agents, lines))).toEqual([]);
  });
});
