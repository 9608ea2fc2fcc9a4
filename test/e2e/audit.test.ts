import { execFile } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { MAX_SILENCE_MS } from "../../mcp-server/src/report/timeline/elapsed.ts";
import { isLong } from "../support/long-tests.ts";
import { type AuditStory, auditStories } from "./audit-stories.ts";
import { type Outcome, runScenario } from "./harness/run-scenario.ts";
import { headlessRun, independentTasks, storyOf } from "./small-plan.ts";

const COMMAND_LINE = fileURLToPath(new URL("../../bin/parallel", import.meta.url));
/** Long ago, so that no session looks as if it were still going on. */
const START_MS = Date.parse("2024-01-01T00:00:00.000Z");

interface Printed {
  code: number;
  stdout: string;
  stderr: string;
}

interface Json {
  agents: number;
  findings: { rule: string; file: string; line: number; at: string; lostMs: number; what: string }[];
  mainUsage: { output: number };
  agentsUsage: { output: number };
}

/** Runs the audit as a user does, in the project's folder. */
function audit(outcome: Outcome, ...parameters: string[]): Promise<Printed> {
  const env = { PATH: process.env.PATH, HOME: outcome.home };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [COMMAND_LINE, "audit", ...parameters],
      { cwd: outcome.project, env },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number((error as { code?: unknown }).code), stdout, stderr }),
    );
  });
}

/**
 * Makes a recorded session slower than it was, as if real models had worked; less so where the machine was slow itself
 * and a conversation would seem to pause.
 */
function slowDown({ transcripts }: Outcome, most: number): void {
  const texts = transcripts.map((file) => readFileSync(file, "utf8"));
  const stamp = /"timestamp":"(\d{4}-[^"]+Z)"/g;
  const times = texts.map((text) =>
    [...text.matchAll(stamp)].map(([, at]) => Date.parse(at ?? "")).sort((a, b) => a - b),
  );
  const firstMs = Math.min(...times.flat());
  const gaps = times.flatMap((all) => all.slice(1).map((ms, i) => ms - (all[i] ?? ms)));
  const factor = Math.min(most, (0.9 * MAX_SILENCE_MS) / Math.max(...gaps));
  transcripts.forEach((file, i) => {
    const slower = (texts[i] ?? "").replace(stamp, (_, at: string) => {
      const ms = START_MS + (Date.parse(at) - firstMs) * factor;
      return `"timestamp":"${new Date(ms).toISOString()}"`;
    });
    writeFileSync(file, slower);
  });
}

/** What the host records in a way of its own; the other rules read the same lines (`test/audit/rules`). */
const IN_EVERY_SUITE = [
  "agents launched together and checked",
  "launches and waits, one agent after the other, in the background",
  "ends while an agent is at work",
  "one agent needs what the other is about to write",
  "claims that all is done after a failure",
];

async function play({ scenario, slower }: AuditStory, check: (outcome: Outcome) => Promise<void>) {
  await runScenario(scenario, async (outcome) => {
    slowDown(outcome, slower);
    await check(outcome);
  });
}

describe("the audit of a session that Claude Code recorded", () => {
  it.each(
    auditStories
      .filter(({ name }) => isLong || IN_EVERY_SUITE.includes(name))
      .map((story) => [story.name, story] as const),
  )("the audit of a session that Claude Code recorded %s", async (_, story) => {
    await play(story, async (outcome) => {
      const { code, stdout, stderr } = await audit(outcome, "--json");
      expect(stderr).toBe("");
      const { findings, ...figures } = JSON.parse(stdout) as Json;
      expect(findings.map(({ rule }) => rule)).toEqual(story.rules);
      expect(code).toBe(story.rules.length > 0 ? 1 : 0);
      for (const { file, line } of findings) {
        // The place is a line that exists, in a transcript of this session.
        expect(outcome.transcripts).toContain(file);
        expect(readFileSync(file, "utf8").split("\n").length).toBeGreaterThan(line);
      }
      // Each request of the scripted model is one message, however many blocks it has.
      const { recording } = outcome;
      const handedOut = recording.requests.reduce(
        (sum, { isMain, usage }) => sum + (isMain ? (usage?.output_tokens ?? 0) : 0),
        0,
      );
      expect(figures.mainUsage.output).toBe(handedOut);
      expect(figures.agents).toBe(recording.agents().length);
    });
  });

  it("the audit of a session that Claude Code recorded tells people, a code host and a program the same", async () => {
    const story = auditStories.find(({ name }) => name.includes("for seconds of work"));
    if (story === undefined) throw new Error("the story is gone");
    await play(story, async (outcome) => {
      const terminal = await audit(outcome);
      expect(terminal.code).toBe(1);
      expect(terminal.stdout).toContain("1. Work under 30 seconds parallelised");
      expect(terminal.stdout).not.toContain("\x1b");
      const markdown = await audit(outcome, "--markdown");
      expect(markdown.stdout).toContain("| Work under 30 seconds parallelised | 1 |");
      const [session] = readdirSync(dirname(outcome.transcripts[0] ?? "")).filter((name) =>
        name.endsWith(".jsonl"),
      );
      const byId = await audit(outcome, (session ?? "").slice(0, 8), "--json");
      const byFolder = await audit(outcome, join(outcome.home, ".claude"), "--json");
      expect(byId.stdout).toBe(byFolder.stdout);
      expect(await audit(outcome, "--json", "--markdown")).toMatchObject({ code: 2 });
      expect(await audit(outcome, "nothing-of-this-name")).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/^parallel: There is no session, transcript or folder/),
      });
    });
  });

  it("the audit of a session that Claude Code recorded finds nothing in a plan that this plugin executed", async () => {
    const tasks = independentTasks(3);
    const plan = { name: "a plan", scenario: storyOf("a plan", tasks, { runs: [headlessRun()] }), rules: [] };
    await play({ ...plan, slower: 1 }, async (outcome) => {
      const { code, stdout } = await audit(outcome, "--json");
      expect(JSON.parse(stdout)).toMatchObject({ agents: 3, bursts: 1, largestBurst: 3, findings: [] });
      expect(code).toBe(0);
    });
  });
});
