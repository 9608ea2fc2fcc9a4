import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isLong } from "../support/long-tests.ts";
import { Connection, type Message } from "./connection.ts";
import { EventLog } from "./event-log.ts";
import { toJson } from "./hostile-values.ts";
import type { InputSchema } from "./input-schema.ts";
import { type MalformedCall, malformedCalls, type Target, validCalls } from "./malformed-calls.ts";
import { malformedLines } from "./malformed-lines.ts";
import { Repository } from "./repository.ts";

const SEED = 20_260_728;
const CALLS = isLong ? 9_000 : 3_000;
const LINES = 1_000;
/** Calls aim at a plan of their own after so many, because some of them turn out to be valid and change it. */
const CALLS_PER_PLAN = 750;
/** On a machine that does other things as well; most answers take a few milliseconds. */
const SLOWEST_ANSWER_MS = 20_000;
const MAX_ERROR = 4_000;
const STACK = /\n\s*at |node:internal|[\w/]\.(?:m?js|ts):\d+/;

let here: Repository;
let servers: readonly [Connection, Connection];
let log: EventLog;
let schemas: Map<string, InputSchema>;

beforeAll(async () => {
  here = await Repository.make();
  mkdirSync(here.outside);
  writeFileSync(join(here.outside, "03-tasks.json"), '{"tasks":[{"id":"1","subject":"Not yours"}]}');
  symlinkSync(here.outside, join(here.root, "way-out"));
  symlinkSync(join(here.outside, "03-tasks.json"), join(here.root, "door.json"));
  servers = [await Connection.open("2025", here), await Connection.open("2026", here)];
  const { tools } = (await servers[0].request("tools/list", servers[0].params({}))).result as {
    tools: { name: string; inputSchema: InputSchema }[];
  };
  schemas = new Map(tools.map(({ name, inputSchema }) => [name, inputSchema]));
  await data(servers[0].call("plan_create", { plan: "first", tasks: [{ id: "1", subject: "S" }] }));
  log = new EventLog(here.graphFile);
});

afterAll(async () => {
  log?.close();
  await Promise.all((servers ?? []).map((server) => server.close()));
  here?.remove();
});

/** The answer's data; an error fails the test. */
async function data(answer: Promise<Message>): Promise<Record<string, unknown>> {
  const { result, error } = await answer;
  expect(error ?? result?.isError, JSON.stringify(error ?? result).slice(0, 2_000)).toBeFalsy();
  return result?.structuredContent as Record<string, unknown>;
}

/** A plan under way: two tasks that run (one with an agent that the host knows), one that is done, one that is free. */
async function makeTarget(server: Connection, n: number): Promise<Target> {
  const [plan, other] = [`plan-${n}`, `other-${n}`];
  const file = `specs/${plan}/03-tasks.json`;
  const tasks = ["running", "spare", "stale", "free"].map((id) => ({
    id,
    subject: "S",
    writes: [`${plan}/${id}.ts`],
  }));
  here.write(file, JSON.stringify({ tasks }));
  await data(server.call("plan_create", { plan, from: file }));
  await data(
    server.call("plan_create", { plan: other, tasks: [{ id: "1", subject: "S", writes: [other] }] }),
  );
  const claim = async (of: string, id: string) => {
    const { claim } = await data(server.call("task_claim", { plan: of, task: id, worker: "w" }));
    return claim as { task: string; token: string };
  };
  const [running, spare, stale] = [
    await claim(plan, "running"),
    await claim(plan, "spare"),
    await claim(plan, "stale"),
  ];
  const report = { outcome: "completed", summary: "Done.", evidence: [{ inspected: "x" }] };
  await data(server.call("task_report", { task: stale.task, token: stale.token, ...report }));
  // The agent is bound as the host would do it: a hook tells whose call the next one is.
  const agent = `agent${n}`;
  await server.call("hook", { event: "PreToolUse", agent, use: `use${n}`, tool: "Read" });
  await data(
    server.call(
      "task_get",
      { task: running.task, token: running.token },
      { "claudecode/toolUseId": `use${n}` },
    ),
  );
  const foreign = await claim(other, "1");
  return { plan, file, running: { ...running, agent }, spare, foreign, stale, free: `${plan}/free`, other };
}

/** What is wrong with an answer, if anything: every one must be clear, whole, and free of our insides. */
function flaw({ result, error }: Message): string | undefined {
  const text = JSON.stringify(result ?? error);
  if (STACK.test(text)) return "it shows a stack";
  if (error) {
    if (!Number.isInteger(error.code) || !/\w/.test(error.message)) return "the error says nothing";
    return error.message.length > MAX_ERROR ? "the error has no end" : undefined;
  }
  const { content, structuredContent, isError } = result as {
    content: { text: string }[];
    structuredContent?: { error?: Record<string, string> };
    isError?: boolean;
  };
  const shown = content.map((block) => block.text).join("");
  if (!isError) return shown === "" ? "it is empty" : undefined;
  const { kind, message = "", remedy = "" } = structuredContent?.error ?? {};
  if (kind === undefined || /^(internal|store_.*)$/.test(kind)) return "the server failed";
  if (!/\w/.test(message) || !/\w/.test(remedy)) return "the error says nothing";
  if (!shown.includes(message) || !shown.includes(remedy)) return "the text says less than the data";
  return shown.length > MAX_ERROR ? "the error has no end" : undefined;
}

const failed = ({ result, error }: Message) => error !== undefined || result?.isError === true;

interface Tally {
  sent: number;
  refused: number;
  slowestMs: number;
}

describe("thousands of malformed calls", () => {
  const tallies = new Map<string, Tally>();
  const flaws: string[] = [];
  const times: number[] = [];
  /** Of each server, in MB: before the calls, after half of them, at the end. */
  const memory: number[][] = [];
  const measure = () => void memory.push(servers.map((server) => server.memory));

  const count = (kind: string, refused: boolean, ms: number) => {
    const tally = tallies.get(kind) ?? { sent: 0, refused: 0, slowestMs: 0 };
    tallies.set(kind, {
      sent: tally.sent + 1,
      refused: tally.refused + (refused ? 1 : 0),
      slowestMs: Math.max(tally.slowestMs, ms),
    });
    times.push(ms);
  };

  async function send(server: Connection, call: MalformedCall, at: string): Promise<void> {
    const before = { seq: log.last, state: call.mustFail ? log.state : "" };
    const id = server.newId();
    const asked = performance.now();
    const answer = server.answerTo(id);
    server.send(
      toJson({
        jsonrpc: "2.0",
        id,
        method: "tools/call",
        params: server.params({
          name: call.tool,
          arguments: call.input,
          ...(call.meta && { _meta: call.meta }),
        }),
      }),
    );
    const message = await answer;
    const ms = performance.now() - asked;
    const refused = failed(message);
    count(call.kind, refused, ms);
    const complain = (what: string) =>
      void flaws.push(
        `${at}: ${call.kind}: ${what}\n  ${call.tool} ${JSON.stringify(call.input).slice(0, 300)}\n  → ${JSON.stringify(message).slice(0, 400)}`,
      );
    const wrong = flaw(message);
    if (wrong !== undefined) complain(wrong);
    if (ms > SLOWEST_ANSWER_MS) complain(`it took ${Math.round(ms)} ms`);
    if (call.mustFail && !refused) complain("it was not refused");
    if (!refused) return;
    // What somebody tried with a dead token is kept as evidence; nothing else is ever written.
    const written = log.typesAfter(before.seq).filter((type) => type !== "token.refused");
    if (written.length > 0) complain(`it was refused and yet wrote ${written.join(", ")}`);
    if (call.mustFail && log.state !== before.state) complain("it was refused and yet changed the graph");
  }

  it("there is a valid call to spoil for every tool that is listed", async () => {
    const target = await makeTarget(servers[0], 0);
    const calls = validCalls(target);
    expect(new Set(calls.map(([tool]) => tool))).toEqual(new Set(schemas.keys()));
    for (const [tool, input] of calls) {
      const answer = await servers[0].call(tool, input);
      expect(failed(answer), `${tool}: ${JSON.stringify(answer).slice(0, 1_000)}`).toBe(false);
    }
  });

  it(`thousands of malformed calls are refused one by one, or answered where they are valid: ${CALLS} calls of tools`, async () => {
    measure();
    for (let sent = 0; sent < CALLS; sent += CALLS_PER_PLAN) {
      const block = 1 + sent / CALLS_PER_PLAN;
      if (sent === CALLS / 2) measure();
      const target = await makeTarget(servers[block % 2 === 0 ? 0 : 1], block);
      const calls = fc.sample(malformedCalls(target, schemas), {
        seed: SEED + block,
        numRuns: CALLS_PER_PLAN,
      });
      for (const [n, call] of calls.entries()) {
        await send(servers[n % 2 === 0 ? 0 : 1], call, `block ${block}, call ${n}`);
      }
    }
    expect(flaws.slice(0, 100).join("\n"), `${flaws.length} flaws`).toBe("");
  });

  it(`thousands of malformed calls and ${LINES} lines that are no calls at all leave the server as it was`, async () => {
    const target = await makeTarget(servers[0], 1_000);
    const lines = fc.sample(malformedLines(target), { seed: SEED, numRuns: LINES });
    for (const [n, { kind, line }] of lines.entries()) {
      const server = servers[n % 2 === 0 ? 0 : 1];
      const before = { seq: log.last, heard: server.others.length };
      const asked = performance.now();
      server.send(line);
      await data(server.call("task_list", { limit: 0 }));
      const ms = performance.now() - asked;
      const heard = server.others.slice(before.heard);
      count(kind, true, ms);
      const complain = (what: string) =>
        void flaws.push(`line ${n}: ${kind}: ${what}\n  ${line.slice(0, 300)}`);
      if (heard.some((message) => message.result && message.result.isError !== true))
        complain("it was served");
      for (const message of heard) {
        const wrong = message.error || message.result ? flaw(message) : "the server asked something";
        if (wrong !== undefined) complain(`${wrong}: ${JSON.stringify(message).slice(0, 300)}`);
      }
      if (log.typesAfter(before.seq).length > 0) complain("it changed the graph");
      if (ms > SLOWEST_ANSWER_MS) complain(`the next call took ${Math.round(ms)} ms`);
    }
    expect(flaws.slice(0, 100).join("\n"), `${flaws.length} flaws`).toBe("");
  });

  it("thousands of malformed calls have cost no server its life, no trace in its log, and no memory to speak of", async () => {
    measure();
    times.sort((a, b) => a - b);
    console.table(
      Object.fromEntries(
        [...tallies]
          .sort(([a], [b]) => a.localeCompare(b))
          .map(([kind, tally]) => [kind, { ...tally, slowestMs: Math.round(tally.slowestMs) }]),
      ),
    );
    const at = (part: number) => (times[Math.floor(times.length * part)] ?? 0).toFixed(1);
    console.log(
      `${times.length} calls: median ${at(0.5)} ms, 99th percentile ${at(0.99)} ms, slowest ${times.at(-1)?.toFixed(0)} ms`,
    );
    const [first = [], half = [], last = []] = memory.map((each) => each.map(Math.round));
    console.log(
      `resident memory in MB before → half way → after: ${servers.map(({ era }, n) => `era of ${era} ${first[n]} → ${half[n]} → ${last[n]}`).join(", ")}`,
    );
    for (const [n, server] of servers.entries()) {
      expect(server.isAlive).toBe(true);
      expect(server.log).toBe("");
      // The first half fills the heap; kept inputs of the second would be several hundred MB more.
      expect((last[n] ?? 0) - (half[n] ?? 0)).toBeLessThan(100);
    }
    expect(times.length).toBe(CALLS + LINES);
  });

  it("thousands of malformed calls have written nothing beside the graph, and the graph is whole and goes on", async () => {
    expect(log.integrity).toBe("ok");
    expect(readdirSync(here.outside)).toEqual(["03-tasks.json"]);
    expect(readFileSync(join(here.outside, "03-tasks.json"), "utf8")).toContain("Not yours");
    expect(readdirSync(here.root).sort()).toEqual([".git", "door.json", "specs", "way-out"]);
    const target = await makeTarget(servers[1], 2_000);
    const report = { outcome: "completed", summary: "Done.", evidence: [{ inspected: "x" }] };
    const { task, token } = target.running;
    await data(servers[0].call("task_report", { task, token, ...report }));
    expect((await data(servers[1].call("task_get", { task }))).task).toMatchObject({ status: "completed" });
  });
});
