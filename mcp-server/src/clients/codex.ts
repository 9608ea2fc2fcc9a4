import { RUNNER_VARIABLES } from "../run/session/runner-child.ts";
import type { AgentClient, ClientEvent } from "./agent-client.ts";
import { withInstructions } from "./prompt.ts";
import { fieldsOf, objectIn, textIn, tokensIn, troubleIn } from "./reading.ts";

/** Efforts that it does not know, as the nearest that it does. */
const EFFORTS: Readonly<Record<string, string>> = { max: "xhigh" };
/** What has the user's database, settings and proxies reach the server. */
const PASSED_ON = [
  "PARALLEL_DATABASE_URL",
  "PARALLEL_LEASE_MINUTES",
  "PARALLEL_GUARD",
  "PARALLEL_VERIFY",
  "PARALLEL_UNSCOPED",
  "PARALLEL_COMMIT",
  "PARALLEL_REVIEW",
];

/** `codex exec`: the server as an override of its configuration, so that the user's own stays as it is. */
export const CODEX: AgentClient = {
  name: "codex",
  programs: ["codex"],
  callsTools: true,
  hasHooks: false,
  permissions:
    "`--sandbox workspace-write`: its own sandbox, in which it writes to its worktree and to temporary folders and has no network; nothing is asked (`approval_policy = never`).",
  start({ brief, instructions, folder, model, effort, server }) {
    const settings = {
      "mcp_servers.parallel.command": server.command,
      "mcp_servers.parallel.args": server.args,
      // By name: what stands on a command line can be read by every user of the machine.
      "mcp_servers.parallel.env_vars": [...RUNNER_VARIABLES, ...PASSED_ON],
      "mcp_servers.parallel.required": true,
      "mcp_servers.parallel.default_tools_approval_mode": "approve",
      approval_policy: "never",
      ...(effort !== undefined && { model_reasoning_effort: EFFORTS[effort] ?? effort }),
    };
    return {
      program: "codex",
      args: [
        ...["exec", "--json", "--skip-git-repo-check", "--sandbox", "workspace-write", "--cd", folder],
        ...(model === undefined ? [] : ["--model", model]),
        // The values are TOML, and JSON's texts, lists and truth values are the same there.
        ...Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${JSON.stringify(value)}`]),
        "-",
      ],
      env: {},
      stdin: withInstructions(instructions, brief),
      files: {},
    };
  },
  read(line) {
    const event = objectIn(line);
    if (event?.type === "turn.started") return [{ kind: "started" }];
    if (event?.type === "item.started" || event?.type === "item.completed") return ofItem(event);
    if (event?.type === "turn.completed") return [usageIn(fieldsOf(event.usage))];
    if (event?.type === "turn.failed") return [troubleIn(textIn(fieldsOf(event.error).message))];
    return event?.type === "error" ? [troubleIn(textIn(event.message))] : [];
  },
};

function ofItem({ type, item }: Readonly<Record<string, unknown>>): ClientEvent[] {
  const { type: kind, text, tool } = fieldsOf(item);
  if (kind === "agent_message" && type === "item.completed") return [{ kind: "message", text: textIn(text) }];
  const isTool = kind === "command_execution" || kind === "mcp_tool_call" || kind === "file_change";
  return isTool && type === "item.started" ? [{ kind: "tool", name: textIn(tool) || textIn(kind) }] : [];
}

function usageIn(usage: Readonly<Record<string, unknown>>): ClientEvent {
  const { input_tokens, cached_input_tokens, output_tokens } = usage;
  return { kind: "usage", tokens: tokensIn(input_tokens, cached_input_tokens, output_tokens) };
}
