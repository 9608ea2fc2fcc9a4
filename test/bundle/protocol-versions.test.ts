import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  PROTOCOL_VERSION_META_KEY,
} from "@modelcontextprotocol/server";
import { describe, expect, it, onTestFinished } from "vitest";
import { BUNDLE } from "../support/bundled-server.ts";
import { emptyEnvironment, temporaryFolder } from "../support/temporary-folder.ts";

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

  it("the protocol of 2026-07-28 is answered without a handshake", async () => {
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

  it("the protocol of 2026-07-28 keeps the hooks' tool from models as well", async () => {
    const _meta = { ...modern, "claudecode/toolUseId": "toolu_1" };
    const params = { name: "hook", arguments: { event: "SubagentStop", agent: "a1" }, _meta };
    const answers = await exchange([{ id: 1, method: "tools/call", params }]);
    expect(answers.get(1)?.result).toMatchObject({ isError: true });
  });

  it.each(["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])(
    "the protocol of %s is answered",
    async (version) => {
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
    },
  );
});
