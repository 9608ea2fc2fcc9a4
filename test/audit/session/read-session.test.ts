import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConversation } from "../../../mcp-server/src/audit/conversation/read-conversation.ts";
import { auditSession } from "../../../mcp-server/src/audit/report/session-audit.ts";
import { readSession } from "../../../mcp-server/src/audit/session/read-session.ts";
import { MAX_LINE_BYTES, readLines } from "../../../mcp-server/src/host/transcripts/read-lines.ts";
import {
  type Agent,
  call,
  conversationOf,
  type Line,
  launches,
  notice,
  prompt,
  result,
  say,
  shown,
  writes,
} from "../../support/transcript.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "parallel-audit-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(path: string, content: string): string {
  const full = join(folder, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
  return full;
}

function transcript(path: string, lines: Line[]): string {
  const time = ({ timestamp }: Line) => Date.parse(String(timestamp));
  const sorted = [...lines].sort((a, b) => time(a) - time(b));
  return file(path, sorted.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

function ofAgent(lines: Line[], agentId: string): Line[] {
  return lines.map((line) => ({ ...line, isSidechain: true, agentId }));
}

const NOW_MS = Date.parse("2026-06-01T00:00:00Z");
const a: Agent = { id: "a1", name: "Explore auth", from: 10, to: 110, message: "m" };
const b: Agent = { id: "a2", name: "Explore billing", from: 10, to: 60, message: "m" };
const doing = (agent: Agent) =>
  ofAgent([prompt(12, "Do it"), ...writes(20, `src/${agent.id}.ts`), say(agent.to - 1, "Done.")], agent.id);

describe("where hosts keep agents", () => {
  it("agents are found in the folder of the session, with the launching call beside them", async () => {
    const cutOff = launches({ ...b, foreground: true }).slice(0, 1);
    const main = transcript("s.jsonl", [prompt(0, "Go"), ...launches(a), ...cutOff, say(120, "…")]);
    transcript("s/subagents/agent-a1.jsonl", doing(a));
    transcript("s/subagents/agent-a2.jsonl", doing(b));
    file("s/subagents/agent-a2.meta.json", '{"toolUseId":"call-a2","agentType":"Explore"}');
    const { runs } = await readSession(main, NOW_MS);
    expect(runs.map(({ name, agentId, startMs, endMs }) => [name, agentId, endMs - startMs])).toEqual([
      ["Explore auth", "a1", 97_000],
      ["Explore billing", "a2", 47_000],
    ]);
  });

  it("agents are found beside the session, as older hosts kept them, by the id of the launch", async () => {
    const older = { ...a, tool: "Task" as const, foreground: true };
    const main = transcript("project/s.jsonl", [prompt(0, "Go"), ...launches(older), say(120, "…")]);
    transcript("project/agent-a1.jsonl", doing(a));
    transcript("project/agent-a9.jsonl", doing(a));
    const session = await readSession(main, NOW_MS);
    expect(session.agents).toHaveLength(1);
    expect([...(session.runs[0]?.conversation?.writes.keys() ?? [])]).toEqual([
      "/home/someone/project/src/a1.ts",
    ]);
  });

  it("agents are found below an agent that launched agents itself", async () => {
    const main = transcript("s.jsonl", [prompt(0, "Go"), ...launches(a)]);
    transcript("s/subagents/agent-a1.jsonl", [...doing(a), ...ofAgent(launches({ ...b, from: 30 }), "a1")]);
    transcript("s/subagents/agent-a2.jsonl", doing(b));
    const { runs } = await readSession(main, NOW_MS);
    expect(runs.map(({ name, by }) => [name, by.agentId])).toEqual([
      ["Explore auth", undefined],
      ["Explore billing", "a1"],
    ]);
  });

  it("agents are found in the folder of a workflow, which is one burst", async () => {
    const main = transcript("s.jsonl", [prompt(0, "Go"), say(200, "It ran.")]);
    for (const agent of [a, b]) transcript(`s/subagents/workflows/wf1/agent-${agent.id}.jsonl`, doing(agent));
    const audit = auditSession(await readSession(main, NOW_MS));
    expect(audit.bursts.map(({ agents, atOnce }) => [agents.length, atOnce])).toEqual([[2, 2]]);
  });

  it("agents that have no file anywhere have the time of the host's own answer", async () => {
    const main = transcript("s.jsonl", [prompt(0, "Go"), ...launches({ ...a, foreground: true })]);
    expect(auditSession(await readSession(main, NOW_MS)).agentsMs).toBe(100_000);
  });

  it("ids of agents that are paths lead nowhere", async () => {
    const hostile = launches({ ...a, id: "../../secret" });
    const main = transcript("x/s.jsonl", [prompt(0, "Go"), ...hostile]);
    transcript("secret.jsonl", doing(a));
    expect((await readSession(main, NOW_MS)).agents).toEqual([]);
  });
});

describe("an agent whose steps the host showed to its launcher", () => {
  const agent = { ...a, foreground: true };
  const steps = (to: number) =>
    [prompt(12, "Do it"), ...writes(20, "src/a1.ts"), ...writes(to, "src/a1.test.ts")].map((step) =>
      shown(a, step),
    );
  const audited = async (lines: Line[]) => {
    const session = await readSession(transcript("s.jsonl", [prompt(0, "Go"), ...lines]), NOW_MS);
    return { ...auditSession(session), runs: session.runs };
  };

  it("an agent whose steps the host showed is judged by them where it has no transcript", async () => {
    const { runs, agentsMs, agentsUsage, mainUsage } = await audited([...launches(agent), ...steps(90)]);
    expect([...(runs[0]?.conversation?.writes.keys() ?? [])]).toHaveLength(2);
    expect(agentsMs).toBe(98_000);
    expect(agentsUsage).toBeUndefined();
    expect(mainUsage.output).toBe(20);
  });

  it("an agent whose steps the host showed has begun, however its launch ended", async () => {
    const [launch] = launches(agent);
    if (launch === undefined) throw new Error("no launch");
    const rejected = result(100, "call-a1", "The user doesn't want to proceed with this tool use.", {}, true);
    for (const answer of [[], [rejected]]) {
      expect(await audited([launch, ...steps(60), ...answer])).toMatchObject({ agents: 1, agentsMs: 48_000 });
    }
    expect(await audited([launch, rejected])).toMatchObject({ agents: 0 });
  });

  it("an agent whose steps the host showed slept where they leave hours out", async () => {
    const night = { ...agent, to: 36_000 };
    const { agentsMs, agentsUnmeasured } = await audited([...launches(night), ...steps(35_990)]);
    expect([agentsMs, agentsUnmeasured]).toEqual([18_000, 0]);
  });

  it("an agent whose steps the host showed in part is measured by the host alone", async () => {
    const [launch = {}, answer = {}] = launches({ ...agent, to: 1_210 });
    const broken = '{"type":"progress","data":{"type":"agent_progress","message":{"type":"user"';
    const before = [prompt(0, "Go"), launch, ...steps(60)].map((line) => JSON.stringify(line));
    const main = file("s.jsonl", [...before, broken, JSON.stringify(answer)].join("\n"));
    expect(auditSession(await readSession(main, NOW_MS)).agentsMs).toBe(1_200_000);
  });

  it("an agent whose steps the host showed until it went into the background is measured by its end", async () => {
    const [launch = {}] = launches(agent);
    const moved = result(70, "call-a1", "Async agent launched successfully.", {
      toolUseResult: { isAsync: true, status: "async_launched", agentId: "a1" },
    });
    const lines = [launch, ...steps(60), moved, notice(400, "a1", "completed", "Done.", "call-a1")];
    expect((await audited(lines)).agentsMs).toBe(390_000);
  });

  it("an agent whose steps the host showed counts once where it has a transcript as well", async () => {
    transcript("s/subagents/agent-a1.jsonl", doing(a));
    const session = await audited([...launches(agent), ...steps(90)]);
    expect(session.runs).toHaveLength(1);
    expect(session.agentsMs).toBe(97_000);
  });
});

describe("transcripts that are not as they should be", () => {
  it("transcripts are read around broken, half-written, unknown and odd lines", async () => {
    const good = [prompt(0, "Go"), say(10, "Here.")].map((line) => JSON.stringify(line));
    const odd = [
      '{"type":"user","message":',
      '["user"]',
      "null",
      '{"type":"user"}',
      '{"type":"assistant","message":{"content":[null,7,{"type":"tool_use"},{"type":"tool_result"}],"usage":{"output_tokens":-5}}}',
      '{"type":"user","timestamp":"yesterday","message":{"content":{"user":true}}}',
      '{"type":"something-new","of":"user"}',
      `{"type":"user","x":${"[".repeat(200_000)}`,
      '{"type":"assistant","message":{"id":"m","usage":{"output_tok',
    ];
    const path = file("s.jsonl", [good[0], ...odd, good[1], odd.at(-1)].join("\n"));
    const conversation = await readConversation(path);
    expect(conversation.skipped).toEqual({ brokenLines: 5, longLines: 0, steps: 0, launches: 0 });
    expect(conversation.closing?.text).toBe("Here.");
    expect(conversation.closing?.line).toBe(odd.length + 2);
    expect(conversation.usage?.output).toBe(20);
  });

  it("transcripts are read past lines that are too long to be held", async () => {
    const long = JSON.stringify(prompt(1, "x".repeat(MAX_LINE_BYTES)));
    const path = file(
      "s.jsonl",
      [JSON.stringify(prompt(0, "Go")), long, JSON.stringify(say(2, "End."))].join("\n"),
    );
    const numbers: [number, boolean][] = [];
    for await (const { number, bytes } of readLines(path)) numbers.push([number, bytes !== undefined]);
    expect(numbers).toEqual([
      [1, true],
      [2, false],
      [3, true],
    ]);
    expect((await readConversation(path)).skipped.longLines).toBe(1);
  });
});

it("a long session is boiled down to what matters of it", () => {
  const turns = Array.from({ length: 6_000 }, (_, i) => [
    say(i, i % 7 === 0 ? `Step ${i} failed, so I look at it.` : `Step ${i} is done.`),
    call(i, `c${i}`, "Read", { file_path: `src/${i}.ts` }),
    result(i, `c${i}`, "…"),
  ]);
  const conversation = conversationOf([prompt(0, "Go"), ...turns.flat(), say(6_000, "That was it.")]);
  expect(conversation.steps.length).toBeLessThan(10);
  expect(conversation.steps.some((step) => step.kind === "statement" && step.admitsFailure)).toBe(true);
  expect(conversation.reads.size).toBe(2_000);
  expect(conversation.closing?.text).toBe("That was it.");
  expect(conversation.skipped.steps).toBe(0);
});

describe("tokens", () => {
  it("tokens of a message are counted once, whatever stands between its blocks", async () => {
    const blocks = ["x", "y"].flatMap((id) => [
      call(5, id, "Bash", { command: "ls" }, "same"),
      result(6, id, "ok"),
    ]);
    const main = transcript("s.jsonl", [prompt(0, "Go"), ...blocks, say(10, "End.")]);
    expect((await readConversation(main)).usage).toEqual({
      input: 200,
      cacheWrite: 20,
      cacheRead: 0,
      output: 40,
    });
  });

  it("tokens of agents are kept apart from the main conversation's", async () => {
    const main = transcript("s.jsonl", [prompt(0, "Go"), ...launches(a)]);
    transcript("s/subagents/agent-a1.jsonl", doing(a));
    const audit = auditSession(await readSession(main, NOW_MS));
    expect([audit.mainUsage.output, audit.agentsUsage?.output]).toEqual([20, 40]);
  });
});

it("a session that spoke a moment ago is still going on", async () => {
  const main = transcript("s.jsonl", [prompt(0, "Go"), notice(5, "a1")]);
  const at = Date.parse("2026-03-01T10:00:05Z");
  expect((await readSession(main, at + 60_000)).isLive).toBe(true);
  expect((await readSession(main, at + 3_600_000)).isLive).toBe(false);
});
