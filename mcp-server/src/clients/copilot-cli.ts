import { join } from "node:path";
import type { AgentClient } from "./agent-client.ts";
import { serverEntry, withInstructions } from "./prompt.ts";
import { fieldsOf, objectIn, textIn, troubleIn } from "./reading.ts";

const SERVERS = "mcp.json";

/** GitHub Copilot CLI: the server in a file that is named when it starts. Its output tells no tokens. */
export const COPILOT_CLI: AgentClient = {
  name: "copilot",
  programs: ["copilot"],
  callsTools: true,
  hasHooks: false,
  permissions:
    "`--allow-tool` for edits (`write`), commands (`shell`) and this server: in its worktree, to which it keeps files by itself; other tools that would ask are refused.",
  start({ brief, instructions, folder, model, stateFolder, server }) {
    const entry = { type: "local", ...serverEntry(server), tools: ["*"] };
    return {
      program: "copilot",
      args: [
        ...["--additional-mcp-config", `@${join(stateFolder, SERVERS)}`, "--output-format", "json"],
        ...["--allow-tool=write", "--allow-tool=shell", "--allow-tool=parallel", "--add-dir", folder],
        ...["--no-ask-user", "--no-auto-update", "--disable-builtin-mcps"],
        ...(model === undefined ? [] : ["--model", model]),
      ],
      env: {},
      stdin: withInstructions(instructions, brief),
      files: { [SERVERS]: JSON.stringify({ mcpServers: { parallel: entry } }) },
    };
  },
  read(line) {
    const event = objectIn(line);
    const data = fieldsOf(event?.data);
    if (event?.type === "assistant.turn_start") return [{ kind: "started" }];
    if (event?.type === "assistant.message") return [{ kind: "message", text: textIn(data.content) }];
    if (event?.type === "tool.execution_start") return [{ kind: "tool", name: textIn(data.toolName) }];
    return event?.type === "session.error" ? [troubleIn(textIn(data.message))] : [];
  },
};
