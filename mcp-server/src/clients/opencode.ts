import type { AgentClient, ClientEvent } from "./agent-client.ts";
import { withInstructions } from "./prompt.ts";
import { countIn, fieldsOf, objectIn, textIn, troubleIn } from "./reading.ts";

/** `opencode run`: the server and the permissions as further configuration in its environment, which files do not change. */
export const OPENCODE: AgentClient = {
  name: "opencode",
  programs: ["opencode"],
  callsTools: true,
  hasHooks: false,
  permissions:
    "`permission`: edits and commands in its worktree are allowed, folders outside of it and the web are not; it has no sandbox.",
  start({ brief, instructions, model, server }) {
    const configuration = {
      mcp: {
        parallel: {
          type: "local",
          command: [server.command, ...server.args],
          enabled: true,
          environment: server.env,
        },
      },
      permission: { edit: "allow", bash: "allow", external_directory: "deny", webfetch: "deny" },
      share: "disabled",
    };
    return {
      program: "opencode",
      args: ["run", "--format", "json", ...(model === undefined ? [] : ["--model", model])],
      env: { OPENCODE_CONFIG_CONTENT: JSON.stringify(configuration), OPENCODE_DISABLE_AUTOUPDATE: "1" },
      stdin: withInstructions(instructions, brief),
      files: {},
    };
  },
  read(line) {
    const event = objectIn(line);
    const part = fieldsOf(event?.part);
    if (event?.type === "step_start") return [{ kind: "started" }];
    if (event?.type === "text") return [{ kind: "message", text: textIn(part.text) }];
    if (event?.type === "tool_use") return [{ kind: "tool", name: textIn(part.tool) }];
    if (event?.type === "step_finish") return [usageIn(fieldsOf(part.tokens))];
    if (event?.type !== "error") return [];
    const { name, data, message } = fieldsOf(event.error);
    return [troubleIn(textIn(fieldsOf(data).message) || textIn(message) || textIn(name))];
  },
};

function usageIn(tokens: Readonly<Record<string, unknown>>): ClientEvent {
  const { read, write } = fieldsOf(tokens.cache);
  return {
    kind: "usage",
    tokens: {
      input: countIn(tokens.input),
      cacheWrite: countIn(write),
      cacheRead: countIn(read),
      output: countIn(tokens.output) + countIn(tokens.reasoning),
    },
  };
}
