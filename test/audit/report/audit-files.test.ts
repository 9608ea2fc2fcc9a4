import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { auditFiles } from "../../../mcp-server/src/audit/report/audit-files.ts";
import { type Agent, type Line, launches, prompt, say } from "../../support/transcript.ts";

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

function audit(...paths: string[]) {
  return auditFiles(
    paths.map((path) => ({ path, changedMs: 0 })),
    NOW_MS,
    () => undefined,
  );
}

const beginning = [prompt(0, "Go"), ...launches(agent("x", 10)), ...launches(agent("y", 120))];

it("counts what a session copied from the one before it once", async () => {
  const old = session("old", [...beginning, say(230, "That was it.")]);
  const fork = session("fork", [...beginning, ...launches(agent("z", 400)), say(510, "That was it.")]);
  const report = await audit(fork, old);
  expect(report.agents).toBe(3);
  expect(report.findings.map(({ rule, session }) => [rule, session])).toEqual([["waited-for-each", "fork"]]);
  expect(report.sessionsRead).toBe(2);
});

it("goes on past a transcript that has gone, and says so", async () => {
  const report = await audit(session("here", beginning), join(folder, "gone.jsonl"));
  expect([report.sessionsRead, report.sessionsUnreadable]).toEqual([1, 1]);
});

it("refuses files in which nobody talks", async () => {
  await expect(audit(session("empty", []))).rejects.toThrow("The file holds no conversation.");
  await expect(audit(join(folder, "gone.jsonl"))).rejects.toThrow("No transcript could be opened.");
});
