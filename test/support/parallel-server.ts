import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { onTestFinished } from "vitest";
import { Prompts } from "../../mcp-server/src/prompts/prompts.ts";
import { buildServer } from "../../mcp-server/src/server.ts";
import { Service } from "../../mcp-server/src/service.ts";
import type { Answers } from "./answers.ts";
import { emptyEnvironment } from "./temporary-folder.ts";
import { type CallOptions, CLIENT_INFO, ToolClient } from "./tool-client.ts";

/** This checkout, which is the plugin. */
const CHECKOUT = join(import.meta.dirname, "..", "..");

export interface StartOptions {
  /** The settings that the plugin's manifest or a user would pass. */
  readonly env?: Readonly<Record<string, string>>;
  /** A process of its own owns the claims and can be killed; else this process owns them. */
  readonly ownParent?: boolean;
  /** The clock of the server, in milliseconds since 1970; else the real one. */
  readonly now?: () => number;
  /** How the client calls itself; else Claude Code. */
  readonly clientName?: string;
  /** Where the plugin lies; else in this checkout. */
  readonly pluginRoot?: string;
}

/** The folders in which a server of this process works. */
const live = new Set<string>();

/**
 * The server from source in this process, driven by an MCP client of the other SDK line; it is ended with the test.
 *
 * One graph has one of them at a time: SQLite waits for another connection's transaction without letting the process
 * go on that would end it. A second one at the same time is a `BundledServer`.
 */
export class ParallelServer extends ToolClient {
  private constructor(
    client: Client,
    private readonly end: () => Promise<void>,
    private readonly owner: ChildProcess | undefined,
    /** What the server does every second while its process runs. */
    readonly tick: () => Promise<void>,
  ) {
    super(client);
  }

  override async call<Tool extends keyof Answers>(
    tool: Tool,
    input: Readonly<Record<string, unknown>>,
    options?: CallOptions,
  ): Promise<Answers[Tool]> {
    const answer = await super.call(tool, input, options);
    const next = (answer as { readonly next?: string } | undefined)?.next;
    // Each answer is read by itself: what is to be done follows on nothing.
    if (next !== undefined && /^Then\b/.test(next))
      throw new Error(`${tool} goes on in the middle of a sentence: ${next}`);
    return answer;
  }

  static async start(folder: string, options: StartOptions = {}): Promise<ParallelServer> {
    if (live.has(folder)) throw new Error(`a server of this process works in ${folder} already`);
    live.add(folder);
    const owner = options.ownParent ? await livingProcess() : undefined;
    const service = new Service({
      directory: folder,
      env: { ...emptyEnvironment(), ...options.env },
      parentPid: owner?.pid ?? process.pid,
      pluginRoot: options.pluginRoot ?? CHECKOUT,
      now: options.now ?? Date.now,
    });
    const prompts = new Prompts(options.pluginRoot ?? CHECKOUT);
    const server = buildServer({ service: async () => service, prompts: async () => prompts }, false);
    const client = new Client({ ...CLIENT_INFO, ...(options.clientName && { name: options.clientName }) });
    let ended: Promise<void> | undefined;
    const end = () => {
      ended ??= client
        .close()
        .then(() => service.close())
        .finally(() => live.delete(folder));
      return ended;
    };
    onTestFinished(end);
    const [clientSide, serverSide] = textConnection();
    await server.connect(serverSide);
    await client.connect(clientSide);
    return new ParallelServer(client, end, owner, () => service.tick());
  }

  override close(): Promise<void> {
    return this.end();
  }

  /** Kills the process that owns the claims, with which the server ends. */
  async killOwner(): Promise<void> {
    if (!this.owner) throw new Error("the server was not started with an owner of its own");
    this.owner.kill("SIGKILL");
    if (this.owner.exitCode === null && this.owner.signalCode === null) await once(this.owner, "exit");
    await this.end();
  }
}

/** A process that lives as long as the test at most. */
async function livingProcess(): Promise<ChildProcess> {
  const child = spawn("sleep", ["3600"], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "spawn");
  return child;
}

/** The two ends of a connection that carries nothing but what JSON can say, as a pipe does. */
function textConnection(): [InMemoryTransport, InMemoryTransport] {
  const pair = InMemoryTransport.createLinkedPair();
  for (const end of pair) {
    const send = end.send.bind(end);
    end.send = (message, options) => send(JSON.parse(JSON.stringify(message)), options);
  }
  return pair;
}
