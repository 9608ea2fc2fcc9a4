import type { AgentClient, ClientEvent } from "./agent-client.ts";
import { countIn, fieldsOf, momentInMs, objectIn, textIn, troubleIn } from "./reading.ts";

/** How the host names this plugin's server, and how that is when it cannot be used. */
const SERVER = "plugin:parallel:tasks";
const UNUSABLE = new Set(["failed", "needs-auth", "disabled"]);

/** `claude -p` as the agent type of the task, with this plugin: its hooks guard the agent, and its server is the agent's. */
export const CLAUDE_CODE: AgentClient = {
  name: "claude",
  programs: ["claude"],
  callsTools: true,
  hasHooks: true,
  permissions:
    "`--permission-mode acceptEdits` and `Bash`: edits in its folder, which the guard judges, and commands. Your own rules that deny or ask hold, as does your sandbox; what would ask is refused.",
  start({ brief, agentId, agentType, model, effort, plugins }) {
    const output = ["--output-format", "stream-json", "--verbose"];
    const allowed = ["--permission-mode", "acceptEdits", "--allowedTools", "Bash"];
    return {
      program: "claude",
      args: [
        ...["-p", ...output, "--session-id", agentId, "--agent", agentType, ...allowed],
        ...plugins.flatMap((folder) => ["--plugin-dir", folder]),
        ...(model === undefined ? [] : ["--model", model]),
        ...(effort === undefined ? [] : ["--effort", effort]),
      ],
      env: {},
      stdin: brief,
      files: {},
    };
  },
  read(line) {
    const event = objectIn(line);
    if (event?.type === "system" && event.subtype === "init") return begun(event);
    if (event?.type === "assistant") return said(fieldsOf(event.message));
    if (event?.type === "rate_limit_event") return limitIn(fieldsOf(event.rate_limit_info));
    if (event?.type === "result" && event.is_error === true)
      return [troubleIn(textIn(event.result) || textIn(event.subtype) || "Claude Code ended with an error")];
    return event?.type === "result" && textIn(event.result) !== ""
      ? [{ kind: "message", text: textIn(event.result) }]
      : [];
  },
};

/** Without the plugin's server nobody would guard the agent. */
function begun(event: Readonly<Record<string, unknown>>): ClientEvent[] {
  const servers = Array.isArray(event.mcp_servers) ? event.mcp_servers.map(fieldsOf) : [];
  const own = servers.find(({ name }) => name === SERVER);
  return own && UNUSABLE.has(textIn(own.status))
    ? [{ kind: "failed", text: `the plugin's server is ${textIn(own.status)}` }]
    : [];
}

function said(message: Readonly<Record<string, unknown>>): ClientEvent[] {
  const blocks = Array.isArray(message.content) ? message.content.map(fieldsOf) : [];
  return [
    { kind: "started" },
    ...blocks.flatMap((block): ClientEvent[] => {
      if (block.type === "tool_use") return [{ kind: "tool", name: textIn(block.name) }];
      return block.type === "text" ? [{ kind: "message", text: textIn(block.text) }] : [];
    }),
  ];
}

function limitIn(info: Readonly<Record<string, unknown>>): ClientEvent[] {
  if (info.status !== "rejected") return [];
  const seconds = countIn(info.resetsAt);
  const text = `its ${textIn(info.rateLimitType).replaceAll("_", " ") || "usage"} limit is reached`;
  return [{ kind: "limit", text, ...(seconds > 0 && { untilMs: momentInMs(seconds) }) }];
}
