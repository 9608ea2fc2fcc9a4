import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { turnsTaken } from "./harness/conversation.ts";
import type { Orchestrator } from "./harness/orchestrator.ts";
import { runScenario } from "./harness/run-scenario.ts";
import { calls, says } from "./harness/turn.ts";
import { runs, stopsSilently } from "./harness/worker.ts";
import {
  errorsInMain,
  hookTexts,
  independentTasks,
  mainRequestsOf,
  noticesOf,
  runNumber,
  storyOf,
} from "./small-plan.ts";

const folder = mkdtempSync(join(tmpdir(), "parallel-path-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A search path that holds everything that this machine's has but Node. */
function searchPathWithoutNode(): string {
  const bin = join(folder, "without");
  mkdirSync(bin, { recursive: true });
  for (const directory of (process.env.PATH ?? "").split(":").filter(Boolean)) {
    for (const name of namesIn(directory)) {
      if (/^(node|nodejs|npm|npx)$/.test(name)) continue;
      try {
        symlinkSync(join(directory, name), join(bin, name));
      } catch {
        // A folder before it on the path has the same name already.
      }
    }
  }
  return bin;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** The same with a Node that says it is version 16, and that fails at the server as one does. */
function searchPathWithOldNode(): string {
  const bin = join(folder, "old");
  mkdirSync(bin, { recursive: true });
  const pretends = join(folder, "pretends.cjs");
  writeFileSync(
    pretends,
    'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "16.20.2" } });\n',
  );
  writeFileSync(
    join(bin, "node"),
    `#!/bin/sh\ncase "$1" in\n*server.js) echo "SyntaxError: Unexpected token" >&2; exit 1;;\n--version) echo v16.20.2; exit 0;;\nesac\nexec "${process.execPath}" --require "${pretends}" "$@"\n`,
  );
  chmodSync(join(bin, "node"), 0o755);
  return `${bin}:${searchPathWithoutNode()}`;
}

/** Works as somebody does who does not think of this plugin: reads, looks, and sends an agent. */
const steps = [
  calls("Bash", { command: "ls", description: "List files" }),
  calls("Bash", { command: "git log --oneline", description: "Look at the history" }),
  calls("Agent", { description: "Look around", prompt: "Look around.", subagent_type: "general-purpose" }),
];
const worksWithoutThePlugin: Orchestrator = (conversation) =>
  steps[turnsTaken(conversation)] ?? says("I have looked around.");

function story(name: string, path: string) {
  return storyOf(name, independentTasks(1), {
    environment: { PATH: path },
    work: [runs("ls"), stopsSilently()],
    runs: [{ prompt: "Look around.", orchestrator: worksWithoutThePlugin }],
  });
}

describe("a session without a Node that this plugin can use", () => {
  it.each([
    ["none at all", searchPathWithoutNode, /needs Node\.js 20 or newer, and none was found\. Install it/],
    [
      "one that is too old",
      searchPathWithOldNode,
      /needs Node\.js 20 or newer and found 16\.20\.2\. Install it/,
    ],
  ])(
    "a session without a Node that this plugin can use (%s) says once what to do, and works on",
    async (name, path, remedy) => {
      await runScenario(story(name, path()), (outcome) => {
        const { events, exit, permissionDenials, stderr } = runNumber(outcome, 1);
        expect(exit).toEqual({ code: 0, signal: null, timedOut: false });
        expect(stderr).toBe("");
        expect(permissionDenials).toEqual([]);
        expect(errorsInMain(outcome)).toEqual([]);
        expect(outcome.gitStatus).toEqual([]);
        const lines = events.filter(({ subtype, output }) => subtype === "hook_response" && output !== "");
        expect(lines.map(({ output }) => JSON.parse(String(output)))).toEqual([
          { systemMessage: expect.stringMatching(remedy) },
        ]);
        // The host warns of the other hooks by itself: once of those before tools, and at the end of every turn.
        const turns = events.filter(({ type }) => type === "result").length;
        const warnings = noticesOf(outcome, 1);
        const atTurnEnds = events.filter(({ key }) => key === "stop-hook-error");
        console.info(
          `${name}: ${warnings.length} warning, ${atTurnEnds.length} short ones at ${turns} ends of turns`,
        );
        expect(warnings.length).toBeLessThanOrEqual(1);
        expect(atTurnEnds.length).toBeLessThanOrEqual(turns);
        // None of it costs the model anything.
        expect(hookTexts(outcome)).toEqual([]);
        expect(JSON.stringify(mainRequestsOf(outcome, 1).at(-1)?.conversation.blocks)).not.toMatch(
          /usable answer|not connected|Node\.js/,
        );
      });
    },
  );
});
