import { Server } from "@modelcontextprotocol/server";
import * as z from "zod";
import manifest from "../../.claude-plugin/plugin.json" with { type: "json" };
import type { Service } from "./service.ts";

// Compiling validators pays off after many messages; before the first answer it only costs time.
z.config({ jitless: true });

/** Clients show this to their model: when the server is of use, in one breath. */
const INSTRUCTIONS =
  "A durable task graph: tasks with dependencies and file scopes, claimed by one agent each. For an existing plan, task_list shows where it stands and batch_next what to launch.";

/**
 * The MCP server. What it serves is loaded with the first request after the handshake, so that no session waits
 * at its start for tools, git or the database.
 */
export function buildServer(service: () => Promise<Service>): Server {
  const server = new Server(
    { name: "parallel", title: "Parallel", version: manifest.version },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
  );
  server.setRequestHandler("tools/list", async () => (await service()).listTools());
  server.setRequestHandler("tools/call", async ({ params }, { mcpReq }) =>
    (await service()).callTool(params.name, params.arguments, mcpReq),
  );
  return server;
}
