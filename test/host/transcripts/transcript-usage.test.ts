import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { transcriptUsage } from "../../../mcp-server/src/host/transcripts/transcript-usage.ts";
import { call, prompt, result, START_MS, say } from "../../support/transcript.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "parallel-usage-"));
  file = join(folder, "agent-a1.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ALWAYS = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
/** What one message of the fixtures used. */
const ONE = { input: 100, cacheWrite: 10, cacheRead: 0, output: 20 };

function write(...lines: object[]): void {
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

/** A period by seconds from the start of the fixtures. */
function seconds(from: number, to: number) {
  return { fromMs: START_MS + from * 1_000, toMs: START_MS + to * 1_000 };
}

async function usageOf(...periods: (typeof ALWAYS)[]) {
  return (await transcriptUsage(file, "agent", periods))?.usage.map(
    ({ requests: _requests, byModel: _byModel, ...tokens }) => tokens,
  );
}

describe("the tokens of a transcript", () => {
  it("the tokens of a transcript count a message once, however many blocks it has, with the most that is said of it", async () => {
    const usage = (output: number) => ({
      message: {
        id: "m1",
        content: [],
        usage: { input_tokens: 5, cache_read_input_tokens: 7, output_tokens: output },
      },
    });
    const line = { type: "assistant", timestamp: new Date(START_MS).toISOString() };
    write(
      { ...line, ...usage(1) },
      result(1, "c", "ok"),
      { ...line, ...usage(1) },
      { ...line, ...usage(90) },
    );
    expect(await usageOf(ALWAYS)).toEqual([{ input: 5, cacheWrite: 0, cacheRead: 7, output: 90 }]);
  });

  it("the tokens of a transcript are those of the model's messages alone", async () => {
    const toolUseResult = { usage: { input_tokens: 1_000_000 }, totalTokens: 1_000_000 };
    write(
      prompt(0, '"usage" of 1,000,000 tokens'),
      say(1, "Hello"),
      result(2, "c", "done", { toolUseResult }),
    );
    expect(await usageOf(ALWAYS)).toEqual([ONE]);
  });

  it("the tokens of a transcript belong to the period in which their message began", async () => {
    write(
      say(1, "before"),
      call(9, "c1", "Read", {}, "m"),
      call(12, "c2", "Read", {}, "m"),
      say(15, "in it"),
      say(20, "in it"),
      say(21, "after"),
    );
    expect(await usageOf(seconds(10, 20), ALWAYS, seconds(30, 40))).toEqual([
      { input: 200, cacheWrite: 20, cacheRead: 0, output: 40 },
      { input: 500, cacheWrite: 50, cacheRead: 0, output: 100 },
      { input: 0, cacheWrite: 0, cacheRead: 0, output: 0 },
    ]);
  });

  it("the tokens of a transcript are counted up to a line that is being written, and past one that is broken", async () => {
    write(say(1, "whole"));
    appendFileSync(file, `{"type":"assistant","message":{"usage":{"inp\n`);
    appendFileSync(file, `${JSON.stringify(say(2, "whole"))}\n`);
    appendFileSync(file, JSON.stringify(say(3, "half")).slice(0, -30));
    expect(await usageOf(ALWAYS)).toEqual([{ input: 200, cacheWrite: 20, cacheRead: 0, output: 40 }]);
    expect((await transcriptUsage(file, "agent", []))?.bytes).toBe(statSync(file).size);
  });

  it("the tokens of a main conversation are without those of agents that an older host wrote beside it", async () => {
    write(say(1, "main"), { ...say(2, "agent"), isSidechain: true });
    expect((await transcriptUsage(file, "main", [ALWAYS]))?.usage).toMatchObject([ONE]);
    expect((await usageOf(ALWAYS))?.[0]?.input).toBe(200);
  });

  it("the tokens of a transcript that nobody can tell are not taken for none", async () => {
    expect(await transcriptUsage(join(folder, "gone.jsonl"), "agent", [ALWAYS])).toBeUndefined();
    expect(await transcriptUsage(folder, "agent", [ALWAYS])).toBeUndefined();
    write(prompt(0, "Do it"));
    expect(await usageOf(ALWAYS)).toBeUndefined();
    write({
      type: "assistant",
      message: { id: "m", content: [], usage: { input_tokens: -5, output_tokens: "9" } },
    });
    expect(await usageOf(ALWAYS)).toBeUndefined();
  });
});

describe("the tokens of a transcript, by model,", () => {
  const said = (id: string, model: string, usage: object) => ({
    type: "assistant",
    timestamp: new Date(START_MS).toISOString(),
    message: { id, model, role: "assistant", content: [], usage },
  });

  it("the tokens of a transcript, by model, are told apart, with the requests and the cache writes for an hour", async () => {
    write(
      said("m1", "claude-haiku-5-5", {
        input_tokens: 5,
        cache_creation_input_tokens: 30,
        cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
        output_tokens: 1,
      }),
      said("m1", "claude-haiku-5-5", {
        input_tokens: 5,
        cache_creation_input_tokens: 30,
        cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
        output_tokens: 4,
      }),
      said("m2", "claude-opus-5-5", { input_tokens: 7, output_tokens: 2 }),
      said("m3", "claude-haiku-5-5", { cache_read_input_tokens: 100_001, output_tokens: 3 }),
    );
    const [usage] = (await transcriptUsage(file, "agent", [ALWAYS]))?.usage ?? [];
    const long = { input: 0, cacheWrite: 0, cacheRead: 100_001, output: 3 };
    expect(usage).toEqual({
      ...{ input: 12, cacheWrite: 30, cacheRead: 100_001, output: 9, requests: 3 },
      byModel: {
        "claude-haiku-5-5": {
          ...{ input: 5, cacheWrite: 30, cacheWriteHour: 20, cacheRead: 100_001, output: 7 },
          longPrompts: long,
        },
        "claude-opus-5-5": { input: 7, cacheWrite: 0, cacheRead: 0, output: 2 },
      },
    });
  });
});
