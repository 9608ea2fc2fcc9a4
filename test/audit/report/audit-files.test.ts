import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { auditFiles } from "../../../mcp-server/src/audit/report/audit-files.ts";
import {
  type Agent,
  type Line,
  launches,
  prompt,
  runsCommand,
  say,
  writes,
} from "../../support/transcript.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "parallel-audit-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const NOW_MS = Date.parse("2026-06-01T00:00:00Z");
const agent = (id: string, from: number): Agent => ({
  ...{ id, name: `Document ${id}`, from, to: from + 100, foreground: true },
});

function session(name: string, lines: Line[]): string {
  const path = join(folder, `${name}.jsonl`);
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return path;
}

/** @param paths the newest first */
function audit(...paths: string[]) {
  return auditFiles(
    paths.map((path, i) => ({ path, changedMs: paths.length - i })),
    NOW_MS,
    () => undefined,
  );
}

const beginning = [prompt(0, "Go"), ...launches(agent("x", 10)), ...launches(agent("y", 120))];

function agentsOf(name: string, ...ids: string[]): void {
  mkdirSync(join(folder, name, "subagents"), { recursive: true });
  for (const id of ids) {
    const lines = [prompt(12, "Do it"), ...writes(20, `src/${id}.ts`), say(100, `Wrote ${id}.`)];
    session(join(name, "subagents", `agent-${id}`), lines);
  }
}

const together = ["x", "y"].map((id) => ({ ...agent(id, 10), message: "both", foreground: true }));
const history = [prompt(0, "Go"), ...together.flatMap(launches).sort(byTime), say(230, "That was it.")];

function byTime(a: Line, b: Line): number {
  return String(a.timestamp).localeCompare(String(b.timestamp));
}

describe("what a session copied from another one counts once", () => {
  it("a finding stays where it happened, whichever session was written last of those that copied it", async () => {
    agentsOf("old", "x", "y");
    const old = session("old", history);
    const fork = session("fork", [...history, prompt(400, "And now?"), say(410, "Nothing.")]);
    const alone = await audit(old);
    for (const both of [await audit(fork, old), await audit(old, fork)]) {
      expect(both.agents).toBe(2);
      expect(both.findings.map(({ rule }) => rule)).toEqual(["validation-skipped"]);
      expect(both.agentsUsage).toEqual(alone.agentsUsage);
      expect(both.mainUsage.output).toBe(alone.mainUsage.output + 20);
    }
  });

  it("copied records count once also where the host gave them other ids, or repeats them in their own file", async () => {
    agentsOf("old", "x", "y");
    const old = session(
      "old",
      history.map((line, i) => ({ uuid: `a${i}`, ...line })),
    );
    const other = history.map((line, i) => ({ uuid: `b${i}`, ...line }));
    const later = history.slice(1, 3).map((line) => ({ ...line, timestamp: "2026-03-01T11:00:00.000Z" }));
    const fork = session("fork", [...other, ...later, say(9_000, "Still here.")]);
    const both = await audit(fork, old);
    expect(both.agents).toBe(2);
    expect(both.mainUsage.output).toBe((await audit(old)).mainUsage.output + 20);
  });

  it("what a session copied from another one is judged with what the later session did", async () => {
    agentsOf("old", "x", "y");
    const old = session("old", history);
    const fork = session("fork", [
      ...history,
      prompt(400, "Check"),
      ...runsCommand(410, "t", "mise run test"),
    ]);
    expect((await audit(fork, old)).findings).toEqual([]);
  });

  it("a copied session is whole when only the later one is read, whose agents lie with the other", async () => {
    agentsOf("old", "x", "y");
    session("old", history);
    const report = await audit(session("fork", history));
    expect([report.agents, report.agentsWithoutUsage]).toEqual([2, 0]);
  });

  it("agents that the later session launched are its own", async () => {
    const old = session("old", [...beginning, say(230, "That was it.")]);
    const fork = session("fork", [...beginning, ...launches(agent("z", 400)), say(510, "That was it.")]);
    const report = await audit(fork, old);
    expect(report.agents).toBe(3);
    expect(report.sessionsRead).toBe(2);
  });
});

it("the audit's shares are those of sessions in which agents worked", async () => {
  agentsOf("old", "x", "y");
  const old = session("old", history);
  const other = session("other", [prompt(5_000, "Hello"), say(5_010, "Hello to you.")]);
  const [alone, both] = [await audit(old), await audit(old, other)];
  expect(both.sessionsRead).toBe(2);
  expect([both.mainUsage, both.shareOfAgents]).toEqual([alone.mainUsage, alone.shareOfAgents]);
});

it("tokens of agents without a transcript are unknown, and not none", async () => {
  const none = await audit(session("old", history));
  expect([none.agentsUsage, none.shareOfAgents, none.agentsWithoutUsage]).toEqual([undefined, undefined, 2]);
  agentsOf("half", "x");
  const half = await audit(session("half", history));
  expect([half.agentsUsage?.output, half.shareOfAgents, half.agentsWithoutUsage]).toEqual([40, undefined, 1]);
});

it("the audit counts thousands of agents, all of them", async () => {
  const many = Array.from({ length: 2_500 }, (_, i) => ({
    ...agent(`n${i}`, 10 + i),
    message: `m${i >> 3}`,
  }));
  const report = await audit(session("many", [prompt(0, "Go"), ...many.flatMap(launches).sort(byTime)]));
  expect([report.agents, report.skipped.launches]).toEqual([2_500, 0]);
});

it("the audit goes on past a transcript that has gone, and says so", async () => {
  const report = await audit(session("here", beginning), join(folder, "gone.jsonl"));
  expect([report.sessionsRead, report.sessionsUnreadable]).toEqual([1, 1]);
});

it("the audit refuses files in which nobody talks", async () => {
  await expect(audit(session("empty", []))).rejects.toThrow("The file holds no conversation.");
  await expect(audit(join(folder, "gone.jsonl"))).rejects.toThrow("No transcript could be opened.");
});
