import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  PROTOCOL_VERSION_META_KEY,
} from "@modelcontextprotocol/server";
import { describe, expect, it, onTestFinished } from "vitest";
import { BUNDLE, emptyEnvironment, ParallelServer, temporaryFolder } from "./parallel-server.ts";

const NAMES = [
  "batch_collect",
  "batch_next",
  "plan_analyze",
  "plan_create",
  "plan_report",
  "plan_update",
  "task_claim",
  "task_create",
  "task_get",
  "task_list",
  "task_report",
  "task_update",
];
const LIMIT = 10_000;
/** The longest tool name that clients accept. */
const LONGEST_NAME = 64;

async function listed() {
  const server = await ParallelServer.start(temporaryFolder());
  return { server, tools: await server.tools() };
}

type Field = Readonly<Record<string, unknown>>;

describe("the tool list", () => {
  it("holds the twelve tools by name, the same each time", async () => {
    const { server, tools } = await listed();
    expect(tools.map((tool) => tool.name)).toEqual(NAMES);
    expect(await server.tools()).toEqual(tools);
  });

  it(`is at most ${LIMIT} characters of name, description and schema`, async () => {
    const { tools } = await listed();
    const sizes = tools.map((tool) => ({
      name: tool.name,
      always: tool._meta?.["anthropic/alwaysLoad"] === true,
      characters:
        tool.name.length + (tool.description ?? "").length + JSON.stringify(tool.inputSchema).length,
    }));
    const sum = (some: typeof sizes) => some.reduce((total, { characters }) => total + characters, 0);
    const always = sizes.filter((size) => size.always);
    const lines = sizes.map(({ name, always: loaded, characters }) =>
      `${name.padEnd(16)}${String(characters).padStart(6)}  ${loaded ? "always loaded" : ""}`.trimEnd(),
    );
    console.log(
      [...lines, `${"all".padEnd(16)}${String(sum(sizes)).padStart(6)}  of them always ${sum(always)}`].join(
        "\n",
      ),
    );
    expect(sum(sizes)).toBeLessThanOrEqual(LIMIT);
    // What only agents call costs the main conversation a name: Claude Code gives agents that list their tools the
    // whole of each.
    expect(always.map(({ name }) => name)).toEqual(["batch_collect", "batch_next"]);
  });

  it("says of each tool whether it only reads, and when to use it", async () => {
    const { tools } = await listed();
    for (const { name, title, description, annotations } of tools) {
      expect(title, name).toBeTruthy();
      expect(description, name).toMatch(/^Use /);
      expect(annotations, name).toMatchObject({
        readOnlyHint: expect.any(Boolean),
        idempotentHint: expect.any(Boolean),
        destructiveHint: false,
        openWorldHint: false,
      });
    }
    const reading = tools.filter((tool) => tool.annotations?.readOnlyHint).map((tool) => tool.name);
    expect(reading).toEqual(["plan_analyze", "task_list"]);
  });

  it("has names that clients accept, also with Claude Code's prefix", async () => {
    for (const { name } of (await listed()).tools) {
      expect(name).toMatch(/^[a-z_]+$/);
      expect(`mcp__plugin_parallel_tasks__${name}`.length).toBeLessThanOrEqual(LONGEST_NAME);
    }
  });

  it("has objects as schemas, whose every field is described", async () => {
    const { tools } = await listed();
    for (const { name, inputSchema } of tools) {
      expect(inputSchema, name).toMatchObject({ type: "object" });
      const bare = Object.entries(inputSchema.properties ?? {}).filter(
        ([, field]) => !(field as Field).description,
      );
      expect(
        bare.map(([field]) => field),
        name,
      ).toEqual([]);
    }
  });

  it("can be read by clients that know only plain schemas", async () => {
    const { tools } = await listed();
    const text = JSON.stringify(tools.map((tool) => tool.inputSchema));
    expect(text).not.toMatch(/"\$(ref|defs|schema)"/);
    for (const { inputSchema } of tools) {
      for (const key of ["anyOf", "oneOf", "allOf"]) expect(inputSchema).not.toHaveProperty(key);
    }
  });
});

describe("the protocol", () => {
  /** Sends messages as they are to a new server and returns the answers by id. */
  async function exchange(messages: readonly { readonly id: number; [key: string]: unknown }[]) {
    const child = spawn(process.execPath, [BUNDLE], {
      cwd: temporaryFolder(),
      env: emptyEnvironment(),
      stdio: ["pipe", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const answers = new Map<unknown, Record<string, unknown>>();
    for (const message of messages) child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
    for await (const line of createInterface({ input: child.stdout })) {
      const answer = JSON.parse(line) as Record<string, unknown>;
      answers.set(answer.id, answer);
      if (answers.size === messages.length) break;
    }
    return answers;
  }

  const modern = {
    [PROTOCOL_VERSION_META_KEY]: "2026-07-28",
    [CLIENT_INFO_META_KEY]: { name: "parallel-tests", version: "1.0.0" },
    [CLIENT_CAPABILITIES_META_KEY]: {},
  };

  it("of 2026-07-28 is answered without a handshake", async () => {
    const answers = await exchange([
      { id: 1, method: "server/discover", params: { _meta: modern } },
      { id: 2, method: "tools/list", params: { _meta: modern } },
      { id: 3, method: "tools/call", params: { name: "task_list", arguments: {}, _meta: modern } },
    ]);
    expect(answers.get(1)?.result).toMatchObject({
      supportedVersions: ["2026-07-28"],
      capabilities: { tools: {} },
    });
    expect(answers.get(2)?.result).toMatchObject({ tools: NAMES.map((name) => ({ name })) });
    expect(answers.get(3)?.result).toMatchObject({ structuredContent: { tasks: [] } });
  });

  it("of 2026-07-28 keeps the hooks' tool from models as well", async () => {
    const _meta = { ...modern, "claudecode/toolUseId": "toolu_1" };
    const params = { name: "hook", arguments: { event: "SubagentStop", agent: "a1" }, _meta };
    const answers = await exchange([{ id: 1, method: "tools/call", params }]);
    expect(answers.get(1)?.result).toMatchObject({ isError: true });
  });

  it.each(["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])("of %s is answered", async (version) => {
    const params = {
      protocolVersion: version,
      capabilities: {},
      clientInfo: { name: "parallel-tests", version: "1.0.0" },
    };
    const answers = await exchange([{ id: 1, method: "initialize", params }]);
    expect(answers.get(1)?.result).toMatchObject({
      protocolVersion: version,
      serverInfo: { name: "parallel" },
      instructions: expect.stringContaining("task_list"),
    });
  });
});
