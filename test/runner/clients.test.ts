import { describe, expect, it } from "vitest";
import type { AgentClient, AgentStart } from "../../mcp-server/src/clients/agent-client.ts";
import { commandClient } from "../../mcp-server/src/clients/command.ts";
import { agentClient, CLIENTS } from "../../mcp-server/src/clients/index.ts";
import { troubleIn } from "../../mcp-server/src/clients/reading.ts";
import { reportInMessage } from "../../mcp-server/src/clients/report-message.ts";

const TOKEN = "7-abcdefghijklmnopqrstuvwxyz";
const START: AgentStart = {
  brief: `Task: p/1\nToken: ${TOKEN}`,
  agentId: "00000000-0000-4000-8000-000000000000",
  agentType: "parallel:code-writer",
  instructions: "You write code.",
  folder: "/checkout/.claude/worktrees/p-1",
  model: "the-model",
  effort: "high",
  stateFolder: "/state",
  server: { command: "node", args: ["server.js"], env: { PARALLEL_ATTEMPT_TOKEN: TOKEN } },
  plugins: ["/plugin"],
};
const named = (name: string): AgentClient => agentClient(name, undefined);

describe.each(CLIENTS.map((client) => [client.name, client] as const))("the client %s", (name, client) => {
  it(`the client ${name} is told its brief where no other user of the machine can read it, with this server`, () => {
    const { args, stdin, env, files, settings } = client.start(START);
    expect(stdin).toContain("Task: p/1");
    // What stands on a command line is seen by everybody.
    expect(args.join(" ")).not.toContain(TOKEN);
    const configuration = [
      ...[...args, ...Object.values(env), ...Object.values(files)],
      JSON.stringify(settings?.server),
    ].join("\n");
    expect(configuration).toMatch(name === "claude" ? /--plugin-dir\n\/plugin/ : /server\.js/);
    for (const value of Object.values(env).filter((text) => text.startsWith("/")))
      expect(value).toMatch(/^\/state\//);
  });

  it(`the client ${name} is started with the model that was chosen, and without anything that allows all`, () => {
    const { args } = client.start(START);
    expect(args[args.indexOf("--model") + 1]).toBe("the-model");
    expect(args.join(" ")).not.toMatch(/yolo|bypass|dangerous|allow-all|skip-permissions|full-access/);
    const { model: _, effort: _effort, ...rest } = START;
    expect(client.start(rest).args).not.toContain("--model");
  });

  it(`the client ${name} may print anything, and what is not known tells nothing`, () => {
    for (const line of ["", "Loading…", "{", "[]", "null", '{"type":42}', '{"type":"result"', '"text"'])
      expect(client.read(line)).toEqual([]);
    for (const type of ["assistant", "result", "system", "error", "item.completed", "text", "turn.completed"])
      expect(() =>
        client.read(JSON.stringify({ type, message: 1, part: [], usage: "x", item: null })),
      ).not.toThrow();
  });
});

const json = (client: string, event: unknown) => named(client).read(JSON.stringify(event));

describe("what clients print", () => {
  it("Claude Code tells its model's words, its tools and how it ended", () => {
    expect(
      json("claude", {
        type: "assistant",
        message: {
          content: [
            { type: "text", text: "I read." },
            { type: "tool_use", name: "Read" },
          ],
        },
      }),
    ).toEqual([{ kind: "started" }, { kind: "message", text: "I read." }, { kind: "tool", name: "Read" }]);
    expect(json("claude", { type: "result", is_error: false, result: "DONE" })).toEqual([
      { kind: "message", text: "DONE" },
    ]);
    expect(json("claude", { type: "result", is_error: true, result: "API Error: bad key" })).toEqual([
      { kind: "failed", text: "API Error: bad key" },
    ]);
  });

  it("Claude Code tells a limit with its end, and that the plugin's server did not start", () => {
    const rate_limit_info = { status: "rejected", resetsAt: 1_900_000_000, rateLimitType: "five_hour" };
    expect(json("claude", { type: "rate_limit_event", rate_limit_info })).toEqual([
      { kind: "limit", text: "its five hour limit is reached", untilMs: 1_900_000_000_000 },
    ]);
    const allowed = { ...rate_limit_info, status: "allowed_warning" };
    expect(json("claude", { type: "rate_limit_event", rate_limit_info: allowed })).toEqual([]);
    const servers = (status: string) => ({
      ...{ type: "system", subtype: "init" },
      mcp_servers: [{ name: "plugin:parallel:tasks", status }],
    });
    expect(json("claude", servers("connected"))).toEqual([]);
    expect(json("claude", servers("failed"))).toMatchObject([{ kind: "failed" }]);
  });

  it("Codex tells what it has used, without counting its cache twice", () => {
    const usage = { input_tokens: 1_000, cached_input_tokens: 800, output_tokens: 50 };
    expect(json("codex", { type: "turn.completed", usage })).toEqual([
      { kind: "usage", tokens: { input: 200, cacheWrite: 0, cacheRead: 800, output: 50 } },
    ]);
    expect(json("codex", { type: "item.completed", item: { type: "agent_message", text: "DONE" } })).toEqual([
      { kind: "message", text: "DONE" },
    ]);
    expect(json("codex", { type: "turn.failed", error: { message: "stream disconnected" } })).toEqual([
      { kind: "failed", text: "stream disconnected" },
    ]);
  });

  it("opencode tells each step's tokens, its reasoning among what it put out", () => {
    const tokens = { input: 10, output: 5, reasoning: 2, cache: { read: 7, write: 3 } };
    expect(json("opencode", { type: "step_finish", part: { tokens } })).toEqual([
      { kind: "usage", tokens: { input: 10, cacheWrite: 3, cacheRead: 7, output: 7 } },
    ]);
  });
});

describe("an error that a client prints", () => {
  const NOW = Date.parse("2026-11-30T12:00:00Z");

  it("an error that a client prints is a limit where it speaks of one, with its end where that is said", () => {
    const untilMs = (text: string) => {
      const event = troubleIn(text, NOW);
      return event.kind === "limit" ? (event.untilMs ?? "open") : event.kind;
    };
    expect(untilMs("You've hit your usage limit. Try again in 2 hours 5 minutes.")).toBe(NOW + 125 * 60_000);
    expect(untilMs("429 Too Many Requests, retry after 30s")).toBe(NOW + 30_000);
    expect(untilMs("Claude AI usage limit reached|1796083200")).toBe(1_796_083_200_000);
    expect(untilMs("Quota exceeded until 2026-11-30T13:00:00Z")).toBe(NOW + 3_600_000);
    expect(untilMs("RESOURCE_EXHAUSTED")).toBe("open");
    // One that has passed says nothing of the next.
    expect(untilMs("rate limit, reset 2026-11-30T11:00:00Z")).toBe("open");
    expect(untilMs("invalid api key")).toBe("failed");
  });
});

describe("a command of the user's own", () => {
  it("a command of the user's own is started word by word, with its placeholders filled and nothing else read", () => {
    const { program, args, stdin } = commandClient(
      "mine --cd {folder} \"--file={briefFile}\" --model '{model}' $HOME;ls {effort}",
    ).start(START);
    expect([program, ...args]).toEqual([
      ...["mine", "--cd", START.folder, "--file=/state/brief.md", "--model", "the-model", "$HOME;ls", "high"],
    ]);
    expect(stdin).toBe("");
  });

  it("a command of the user's own reads its brief from its input unless it is told otherwise, and everything that it prints is its report", () => {
    const client = commandClient("mine");
    expect(client.start(START).stdin).toBe(`You write code.\n\n${START.brief}`);
    expect(client.callsTools).toBe(false);
    expect(client.read("DONE")).toContainEqual({ kind: "message", text: "DONE\n", goesOn: true });
  });

  it("a command of the user's own that takes the server has its tools", () => {
    const client = commandClient("mine --mcp {mcpConfig}");
    expect(client.callsTools).toBe(true);
    expect(JSON.parse(client.start(START).files["mcp.json"] ?? "")).toMatchObject({
      mcpServers: { parallel: { command: "node", args: ["server.js"] } },
    });
  });
});

describe("a last message", () => {
  it("a last message in the report's form is a report, also in a fence, and any other is words", () => {
    const report = {
      outcome: "completed",
      summary: "Done.",
      evidence: [{ command: "npm test", exitCode: 0 }],
    };
    const read = {
      ...{ outcome: "completed", summary: "Done.", filesChanged: [], findings: [], notes: [] },
      evidence: [{ command: "npm test", exitCode: 0, result: "" }],
    };
    expect(reportInMessage(JSON.stringify(report))).toEqual(read);
    expect(reportInMessage(`\`\`\`json\n${JSON.stringify(report)}\n\`\`\``)).toEqual(read);
    for (const words of ["DONE", "{}", "{nonsense}", '{"outcome":"blocked","summary":"x"}', "See {here}"])
      expect(reportInMessage(words)).toBeUndefined();
  });
});
