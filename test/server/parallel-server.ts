import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { type CallToolResult, CallToolResultSchema, type Progress } from "@modelcontextprotocol/sdk/types.js";
import { onTestFinished } from "vitest";
import type { Answers, ToolError } from "./answers.ts";

/** The committed bundle: what users start. */
export const BUNDLE = join(dirname(fileURLToPath(import.meta.url)), "../../mcp-server/dist/server.js");

export interface StartOptions {
  /** The settings that the plugin's manifest or a user would pass. */
  readonly env?: Readonly<Record<string, string>>;
  readonly bundle?: string;
  readonly nodeOptions?: readonly string[];
  /** A parent process of its own, which then is the owner of the claims; else this process is. */
  readonly ownParent?: boolean;
}

export interface CallOptions {
  /** The id that Claude Code sends with a call that a model made. */
  readonly toolUseId?: string;
  readonly onProgress?: (progress: Progress) => void;
}

/** Starts the command in the background and says its process id, so that the shell is a parent that can be killed. */
const PARENT = 'exec 3<&0; "$@" <&3 3<&- & echo "server $!" >&2; wait';

/** A new folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "parallel-test-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What a server sees of the machine: nothing of the user's but where programs are. */
export function emptyEnvironment(): Record<string, string> {
  return { PATH: process.env.PATH ?? "", HOME: temporaryFolder() };
}

/** A real server process, driven by an MCP client of the other SDK line; it is ended with the test. */
export class ParallelServer {
  /** What the server wrote to its log. */
  log = "";

  private constructor(
    private readonly client: Client,
    readonly pid: number,
    /** The process that owns the claims. */
    readonly ownerPid: number,
  ) {}

  static async start(folder: string, options: StartOptions = {}): Promise<ParallelServer> {
    const command = [process.execPath, ...(options.nodeOptions ?? []), options.bundle ?? BUNDLE];
    const [program = "", ...parameters] = options.ownParent
      ? ["sh", "-c", PARENT, "sh", ...command]
      : command;
    const transport = new StdioClientTransport({
      command: program,
      args: parameters,
      cwd: folder,
      env: { ...emptyEnvironment(), ...options.env },
      stderr: "pipe",
    });
    const lines = createInterface({ input: transport.stderr as Readable });
    const serverPid = new Promise<number>((resolve) => {
      if (options.ownParent) lines.once("line", (line) => resolve(Number(line.replace("server ", ""))));
    });
    const client = new Client({ name: "parallel-tests", version: "1.0.0" });
    const connected = client.connect(transport);
    // Registered before anything can fail, so that no test leaves a process behind.
    onTestFinished(async () => {
      if (transport.pid !== null) end(transport.pid);
      if (options.ownParent) end(await serverPid);
      await client.close();
    });
    const spawned = async () => transport.pid ?? 0;
    await connected;
    const own = await spawned();
    const server = new ParallelServer(
      client,
      options.ownParent ? await serverPid : own,
      options.ownParent ? own : process.pid,
    );
    lines.on("line", (line) => {
      server.log += `${line}\n`;
    });
    return server;
  }

  /** The tools as a client sees them. */
  async tools() {
    return (await this.client.listTools()).tools;
  }

  instructions(): string | undefined {
    return this.client.getInstructions();
  }

  /** The answer of any tool, also of one that is not listed, as it came. */
  async raw(tool: string, input: unknown, options: CallOptions = {}): Promise<CallToolResult> {
    const meta = options.toolUseId === undefined ? {} : { "claudecode/toolUseId": options.toolUseId };
    return this.client.request(
      {
        method: "tools/call",
        params: { name: tool, arguments: input as Record<string, unknown>, _meta: meta },
      },
      CallToolResultSchema,
      { timeout: 60_000, ...(options.onProgress && { onprogress: options.onProgress }) },
    );
  }

  /** The data of a call that succeeds. */
  async call<Tool extends keyof Answers>(
    tool: Tool,
    input: Readonly<Record<string, unknown>>,
    options?: CallOptions,
  ): Promise<Answers[Tool]> {
    const result = await this.raw(tool, input, options);
    if (result.isError) throw new Error(`${tool} was refused: ${JSON.stringify(result.content)}`);
    return result.structuredContent as unknown as Answers[Tool];
  }

  /** The error of a call that is refused, after checking what holds for every error. */
  async refused(
    tool: string,
    input: Readonly<Record<string, unknown>>,
    options?: CallOptions,
  ): Promise<ToolError> {
    const result = await this.raw(tool, input, options);
    if (!result.isError)
      throw new Error(`${tool} was not refused: ${JSON.stringify(result.structuredContent)}`);
    const { error } = result.structuredContent as { error: ToolError };
    const text = result.content.map((block) => (block.type === "text" ? block.text : "")).join("\n");
    for (const part of [error.message, error.remedy]) {
      if (!part || !text.includes(part)) throw new Error(`the text lacks ${JSON.stringify(part)}: ${text}`);
    }
    if (/\n\s+at |\.[mc]?[jt]s:\d/.test(text)) throw new Error(`a stack reaches the model: ${text}`);
    if (/\brm\b|\bdelete\b|\bremove the (file|folder|database)|--force|reset --hard/i.test(text)) {
      throw new Error(`the remedy destroys something: ${text}`);
    }
    return error;
  }

  /** What the host's hooks tell the server. */
  async hook(event: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
    const result = await this.raw("hook", event);
    const [block] = result.content;
    if (result.isError || block?.type !== "text") throw new Error(JSON.stringify(result));
    return JSON.parse(block.text) as Record<string, unknown>;
  }

  /** Ends the server's input, as a client does that closes it. */
  async close(): Promise<void> {
    await this.client.close();
  }

  /** Kills the server, or its owner, without a chance to tidy up. */
  kill(which: "server" | "owner" = "server"): void {
    process.kill(which === "server" ? this.pid : this.ownerPid, "SIGKILL");
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}

/** Runs git in the folder and returns what it prints. */
export async function git(folder: string, ...parameters: string[]): Promise<string> {
  const settings = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"];
  const child = spawn("git", [...settings, ...parameters], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    out += text;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`git ${parameters.join(" ")} ended with ${code}`);
  return out;
}
