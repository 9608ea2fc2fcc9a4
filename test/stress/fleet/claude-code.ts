import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Connection, TOOL_OF, type TokenCalls } from "../connection.ts";
import { optionValue, PATIENT, type Started, tell, type VendorAgent } from "./vendor.ts";

const PREFIX = "mcp__plugin_parallel_tasks__";
/** An agent that is refused because the graph did not answer tries again, as its model would. */
const TRIES = 20;
const AGAIN_AFTER_MS = 1_000;

/**
 * As `claude -p --output-format stream-json` with this plugin: its server is started as the plugin's manifest says, and
 * told by hooks what the conversation does.
 */
export async function claudeCode({ parameters, journal, stdin }: Started): Promise<VendorAgent> {
  const plugin = optionValue(parameters, "--plugin-dir");
  const session = optionValue(parameters, "--session-id");
  const manifest = JSON.parse(readFileSync(join(plugin, ".claude-plugin", "plugin.json"), "utf8"));
  const [path = ""] = manifest.mcpServers.tasks.args as string[];
  const entry = path.replace(/^\$\{CLAUDE_PLUGIN_ROOT\}/, plugin);
  const env = { ...process.env, CLAUDE_PLUGIN_ROOT: plugin, CLAUDE_CODE_SESSION_ID: session };
  const place = { ...PATIENT, entry, checkout: process.cwd(), env };
  const connection = new Connection({ ...place, clientName: "claude-code" }, journal);
  const facts = { session, mode: "acceptEdits", transcript: "", cwd: process.cwd(), agent: "" };
  const hook = async (event: string, fields: Readonly<Record<string, string>> = {}) =>
    JSON.parse((await connection.call("hook", { ...facts, event, ...fields })).text || "{}");
  tell({
    ...{ type: "system", subtype: "init", session_id: session },
    mcp_servers: [{ name: "plugin:parallel:tasks", status: "connected" }],
  });
  await hook("UserPromptSubmit", { prompt: stdin, promptId: "1" });
  let uses = 0;

  /** Announces a call. @returns its id; undefined: it is refused for good. */
  const begin = async (tool: string, input: unknown): Promise<string | undefined> => {
    for (let tries = 0; tries < TRIES; tries++) {
      const use = `toolu_${process.pid}_${++uses}`;
      const content = [{ type: "tool_use", id: use, name: tool, input }];
      tell({ type: "assistant", message: { role: "assistant", content } });
      const answer = await hook("PreToolUse", { tool, use, input: JSON.stringify(input) });
      const { permissionDecision, permissionDecisionReason } = answer.hookSpecificOutput ?? {};
      if (permissionDecision !== "deny") return use;
      await hook("PostToolBatch", { calls: JSON.stringify([{ tool_use_id: use, tool_name: tool }]) });
      if (/has ended|is no longer/.test(permissionDecisionReason)) return undefined;
      await sleep(AGAIN_AFTER_MS);
    }
    return undefined;
  };
  const end = (tool: string, use: string) =>
    hook("PostToolBatch", { calls: JSON.stringify([{ tool_use_id: use, tool_name: tool }]) });
  const calls: TokenCalls = {
    async useToken(sent, args, mayBeRefusedAs) {
      const tool = `${PREFIX}${TOOL_OF[sent.call]}`;
      const use = await begin(tool, { task: sent.task, token: sent.token, ...args });
      if (use === undefined) return { isError: true, text: "refused by the guard", data: {} };
      const answer = await connection.useToken(sent, args, mayBeRefusedAs, use);
      await end(tool, use);
      return answer;
    },
  };
  return {
    brief: stdin,
    calls,
    async byTool(work) {
      const input = { command: "sh work.sh" };
      const use = await begin("Bash", input);
      if (use === undefined) return undefined;
      const done = await work();
      const response = JSON.stringify({ stdout: "", stderr: "", interrupted: false });
      await hook("PostToolUse", { tool: "Bash", use, input: JSON.stringify(input), response });
      await end("Bash", use);
      return done;
    },
    // The guard refuses it.
    commits: false,
    async end() {
      const last = "That is all.";
      // Who is held back to report has nothing more to say here.
      for (let turns = 0; turns < 2; turns++)
        if ((await hook("Stop", { background: "[]", last })).decision !== "block") break;
      tell({ type: "assistant", message: { role: "assistant", content: [{ type: "text", text: last }] } });
      tell({ type: "result", subtype: "success", is_error: false, result: last, session_id: session });
      await connection.end();
    },
  };
}
