import {
  type ClientCapabilities,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { config, looseObject, string } from "zod";
import manifest from "../../.claude-plugin/plugin.json" with { type: "json" };
import type { Prompts } from "./prompts/prompts.ts";
import type { ClientFacts, Service } from "./service.ts";

// Compiling validators pays off after many messages; before the first answer it only costs time.
config({ jitless: true });

/** Clients show this to their model: when the server is of use, in one breath. */
const INSTRUCTIONS =
  "A durable task graph: tasks with dependencies and file scopes, claimed by one agent each. For an existing plan, task_list shows where it stands and batch_next what to launch.";

/** What the server serves, each loaded with the first request that needs it. */
export interface ServedParts {
  readonly service: () => Promise<Service>;
  readonly prompts: () => Promise<Prompts>;
}

/** The keys under which requests of 2026-07-28 say who sends them, and what that can do. */
const CLIENT_INFO = "io.modelcontextprotocol/clientInfo";
const CLIENT_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
/** The extension by which a call is answered with a task that the client waits for by itself. */
const TASKS = "io.modelcontextprotocol/tasks";

/**
 * The MCP server. What it serves is loaded with the first request after the handshake, so that no session waits
 * at its start for tools, git or the database. Prompts come by themselves: some clients ask for them at once, and
 * make their menu of what has arrived within a tenth of a second.
 * @param hasCommands the client has this plugin's commands: the same texts as prompts would only be a second list.
 */
export function buildServer({ service, prompts }: ServedParts, hasCommands: boolean): Server {
  const server = new Server(
    { name: "parallel", title: "Parallel", version: manifest.version },
    {
      capabilities: { tools: {}, extensions: { [TASKS]: {} }, ...(!hasCommands && { prompts: {} }) },
      instructions: INSTRUCTIONS,
    },
  );
  server.setRequestHandler("tools/list", async () => (await service()).listTools());
  server.setRequestHandler("tools/call", async ({ params }, { mcpReq }) =>
    (await service()).callTool(params.name, params.arguments, mcpReq, clientOf(server, mcpReq)),
  );
  serveTasks(server, service);
  if (!hasCommands) servePrompts(server, prompts);
  return server;
}

interface Envelope {
  readonly [CLIENT_INFO]?: { readonly name: string };
  readonly [CLIENT_CAPABILITIES]?: ClientCapabilities;
}

/** What the client says of itself, in either era of the protocol. */
function clientOf(server: Server, { envelope = {} }: ServerContext["mcpReq"]): ClientFacts {
  const { [CLIENT_INFO]: sender, [CLIENT_CAPABILITIES]: capabilities }: Envelope = envelope;
  const { elicitation, extensions } = (sender ? capabilities : server.getClientCapabilities()) ?? {};
  return {
    name: (sender ?? server.getClientVersion())?.name,
    // A client that names no kind of question has forms.
    hasForms: elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined),
    // Each request says it anew: an agent's does not have them where the main conversation's has.
    hasTasks: sender !== undefined && extensions?.[TASKS] !== undefined,
  };
}

/** A task is all in its id and in the graph, and nothing is asked in it. */
function serveTasks(server: Server, service: () => Promise<Service>): void {
  const params = looseObject({ taskId: string() });
  server.setRequestHandler("tasks/get", { params }, async ({ taskId }, { mcpReq }) =>
    (await service()).taskNow(taskId, mcpReq, clientOf(server, mcpReq)),
  );
  server.setRequestHandler("tasks/cancel", { params }, async ({ taskId }) => {
    (await service()).forgetTask(taskId);
    return {};
  });
  server.setRequestHandler("tasks/update", { params }, async () => ({}));
}

function servePrompts(server: Server, prompts: () => Promise<Prompts>): void {
  server.setRequestHandler("prompts/list", async () => (await prompts()).list());
  server.setRequestHandler("prompts/get", async ({ params }) => {
    const { prompt, refused } = await (await prompts()).get(params.name, params.arguments);
    if (prompt === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, refused);
    return prompt;
  });
}
