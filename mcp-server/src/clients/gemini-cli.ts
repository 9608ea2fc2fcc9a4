import type { AgentClient, ClientEvent } from "./agent-client.ts";
import { namedServer, withInstructions } from "./prompt.ts";
import { fieldsOf, objectIn, textIn, tokensIn, troubleIn } from "./reading.ts";

/** `gemini` takes settings from files of the user, of the project, or of root: none of them is to be touched. */
export const GEMINI_CLI: AgentClient = {
  name: "gemini",
  programs: ["gemini"],
  callsTools: true,
  hasHooks: false,
  permissions:
    "`--approval-mode auto_edit` with `run_shell_command` allowed: edits in its worktree and commands; other tools that would ask are left out.",
  start: ({ brief, instructions, model, server }) => ({
    program: "gemini",
    args: [
      ...["--skip-trust", "--approval-mode", "auto_edit", "--allowed-tools", "run_shell_command"],
      ...["--output-format", "stream-json"],
      ...(model === undefined ? [] : ["--model", model]),
    ],
    env: {},
    stdin: withInstructions(instructions, brief),
    files: {},
    settings: {
      ...{
        variable: "GEMINI_CLI_HOME",
        folder: ".gemini",
        file: "settings.json",
        leftOut: ["tmp", "history"],
      },
      server: { ...namedServer(server), trust: true },
    },
  }),
  read(line) {
    const event = objectIn(line);
    if (event?.type === "init") return [{ kind: "started" }];
    if (event?.type === "message" && event.role === "assistant")
      return [{ kind: "message", text: textIn(event.content), goesOn: event.delta === true }];
    if (event?.type === "tool_use") return [{ kind: "tool", name: textIn(event.tool_name) }];
    // Others are warnings: whether it has failed stands at the end.
    if (event?.type === "error")
      return [troubleIn(textIn(event.message))].filter(({ kind }) => kind === "limit");
    return event?.type === "result" ? ended(event) : [];
  },
};

function ended({ status, error, stats }: Readonly<Record<string, unknown>>): ClientEvent[] {
  const { input_tokens, cached, output_tokens } = fieldsOf(stats);
  const usage: ClientEvent = { kind: "usage", tokens: tokensIn(input_tokens, cached, output_tokens) };
  return status === "error" ? [usage, troubleIn(textIn(fieldsOf(error).message))] : [usage];
}
