import { CallerError } from "../errors/caller-error.ts";
import type { AgentClient } from "./agent-client.ts";
import { CLAUDE_CODE } from "./claude-code.ts";
import { CODEX } from "./codex.ts";
import { commandClient } from "./command.ts";
import { COPILOT_CLI } from "./copilot-cli.ts";
import { GEMINI_CLI } from "./gemini-cli.ts";
import { OPENCODE } from "./opencode.ts";
import { QWEN_CODE } from "./qwen-code.ts";

/** The clients that this project knows how to start. */
export const CLIENTS: readonly AgentClient[] = [
  CLAUDE_CODE,
  CODEX,
  GEMINI_CLI,
  OPENCODE,
  COPILOT_CLI,
  QWEN_CODE,
];

/** The client of the user's own command. */
export const COMMAND = "command";

/**
 * @param command what the user starts agents with, where he says so.
 * @throws CallerError for a name that no client has, or a command that is none.
 */
export function agentClient(name: string, command: string | undefined): AgentClient {
  if (name === COMMAND && command !== undefined) return commandClient(command);
  const known = CLIENTS.find((client) => client.name === name);
  if (known) return known;
  const names = [...CLIENTS.map((client) => client.name), COMMAND].join(", ");
  throw name === COMMAND
    ? new CallerError(
        "bad_input",
        "--agents names command, and --command is not given.",
        'Say how an agent is started: --command "my-agent --file {briefFile}".',
        "command",
      )
    : new CallerError(
        "bad_input",
        `--agents: there is no client ${JSON.stringify(name)}.`,
        `There are ${names}.`,
        "agents",
      );
}
