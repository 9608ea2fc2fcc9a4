import type { AgentClient, ClientEvent } from "./agent-client.ts";
import { namedServer, withInstructions } from "./prompt.ts";
import { countIn, fieldsOf, objectIn, textIn, troubleIn } from "./reading.ts";

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
  const { input_tokens: all, output_tokens: output, cached } = fieldsOf(stats);
  const cacheRead = countIn(cached);
  const tokens = {
    input: Math.max(0, countIn(all) - cacheRead),
    cacheWrite: 0,
    cacheRead,
    output: countIn(output),
  };
  const usage: ClientEvent = { kind: "usage", tokens };
  return status === "error" ? [usage, troubleIn(textIn(fieldsOf(error).message))] : [usage];
}
