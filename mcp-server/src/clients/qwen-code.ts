import { join } from "node:path";
import type { AgentClient, ClientEvent } from "./agent-client.ts";
import { namedServer, withInstructions } from "./prompt.ts";
import { fieldsOf, objectIn, textIn, tokensIn, troubleIn } from "./reading.ts";

const SETTINGS = "settings.json";

/** `qwen`: the server in a file of defaults, over which the settings of the user and of the machine stand. */
export const QWEN_CODE: AgentClient = {
  name: "qwen",
  programs: ["qwen"],
  callsTools: true,
  hasHooks: false,
  permissions:
    "`--approval-mode auto-edit` with `run_shell_command` allowed: edits in its worktree and commands; other tools that would ask are refused.",
  start: ({ brief, instructions, model, server, stateFolder }) => ({
    program: "qwen",
    args: [
      ...["--approval-mode", "auto-edit", "--allowed-tools", "run_shell_command"],
      ...["--output-format", "stream-json"],
      ...(model === undefined ? [] : ["--model", model]),
    ],
    env: { QWEN_CODE_SYSTEM_DEFAULTS_PATH: join(stateFolder, SETTINGS) },
    stdin: withInstructions(instructions, brief),
    files: {
      [SETTINGS]: JSON.stringify({ mcpServers: { parallel: { ...namedServer(server), trust: true } } }),
    },
  }),
  read(line) {
    const event = objectIn(line);
    if (event?.type === "assistant") return said(fieldsOf(event.message));
    if (event?.type !== "result") return [];
    const usage = usageIn(fieldsOf(event.usage));
    if (event.is_error !== true) return [usage, { kind: "message", text: textIn(event.result) }];
    return [usage, troubleIn(textIn(fieldsOf(event.error).message) || textIn(event.result))];
  },
};

function said({ content }: Readonly<Record<string, unknown>>): ClientEvent[] {
  const blocks = Array.isArray(content) ? content.map(fieldsOf) : [];
  return [
    { kind: "started" },
    ...blocks.flatMap((block): ClientEvent[] => {
      if (block.type === "tool_use") return [{ kind: "tool", name: textIn(block.name) }];
      return block.type === "text" ? [{ kind: "message", text: textIn(block.text) }] : [];
    }),
  ];
}

function usageIn(usage: Readonly<Record<string, unknown>>): ClientEvent {
  const { input_tokens, cache_read_input_tokens, output_tokens } = usage;
  return { kind: "usage", tokens: tokensIn(input_tokens, cache_read_input_tokens, output_tokens) };
}
