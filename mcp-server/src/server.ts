import { ProtocolError, ProtocolErrorCode, Server } from "@modelcontextprotocol/server";
import { config } from "zod";
import manifest from "../../.claude-plugin/plugin.json" with { type: "json" };
import type { Service } from "./service.ts";

// Compiling validators pays off after many messages; before the first answer it only costs time.
config({ jitless: true });

/** Clients show this to their model: when the server is of use, in one breath. */
const INSTRUCTIONS =
  "A durable task graph: tasks with dependencies and file scopes, claimed by one agent each. For an existing plan, task_list shows where it stands and batch_next what to launch. A call that a command or skill writes out runs as it stands, deferred or not.";

/**
 * The MCP server. What it serves is loaded with the first request after the handshake, so that no session waits
 * at its start for tools, git or the database.
 * @param hasCommands the client has this plugin's commands: the same texts as prompts would only be a second list.
 */
export function buildServer(service: () => Promise<Service>, hasCommands: boolean): Server {
  const server = new Server(
    { name: "parallel", title: "Parallel", version: manifest.version },
    { capabilities: { tools: {}, ...(!hasCommands && { prompts: {} }) }, instructions: INSTRUCTIONS },
  );
  server.setRequestHandler("tools/list", async () => (await service()).listTools());
  server.setRequestHandler("tools/call", async ({ params }, { mcpReq }) =>
    (await service()).callTool(params.name, params.arguments, mcpReq),
  );
  if (!hasCommands) servePrompts(server, service);
  return server;
}

function servePrompts(server: Server, service: () => Promise<Service>): void {
  server.setRequestHandler("prompts/list", async () => (await service()).listPrompts());
  server.setRequestHandler("prompts/get", async ({ params }) => {
    const { prompt, refused } = await (await service()).getPrompt(params.name, params.arguments);
    if (prompt === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, refused);
    return prompt;
  });
}
