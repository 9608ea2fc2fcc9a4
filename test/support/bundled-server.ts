import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { onTestFinished } from "vitest";
import { emptyEnvironment } from "./temporary-folder.ts";
import { CLIENT_INFO, ToolClient } from "./tool-client.ts";

/** The committed bundle: what users start. */
export const BUNDLE = join(dirname(fileURLToPath(import.meta.url)), "../../mcp-server/dist/server.js");

export interface BundleOptions {
  /** The settings that the plugin's manifest or a user would pass. */
  readonly env?: Readonly<Record<string, string>>;
  readonly bundle?: string;
  readonly nodeOptions?: readonly string[];
  /** A parent process of its own, which then is the owner of the claims; else this process is. */
  readonly ownParent?: boolean;
  /** What stands before its command, as by `onMachine`. */
  readonly launcher?: readonly string[];
  /** No file of it may become longer, in blocks of 512 bytes: beyond it writing fails, as on a full disk. */
  readonly maxFileBlocks?: number;
}

const LIMITED = 'ulimit -f "$1"; shift; exec "$@"';

/** Starts the command in the background and says its process id, so that the shell is a parent that can be killed. */
const PARENT = 'exec 3<&0; "$@" <&3 3<&- & echo "server $!" >&2; wait';

/** The bundle in a process of its own, driven by an MCP client of the other SDK line; it is ended with the test. */
export class BundledServer extends ToolClient {
  /** What the server wrote to its log. */
  log = "";

  private constructor(
    client: Client,
    readonly pid: number,
    /** The process that owns the claims. */
    readonly ownerPid: number,
  ) {
    super(client);
  }

  static async start(folder: string, options: BundleOptions = {}): Promise<BundledServer> {
    const node = [
      ...(options.launcher ?? []),
      process.execPath,
      ...(options.nodeOptions ?? []),
      options.bundle ?? BUNDLE,
    ];
    const { maxFileBlocks } = options;
    const command =
      maxFileBlocks === undefined ? node : ["sh", "-c", LIMITED, "sh", `${maxFileBlocks}`, ...node];
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
    const client = new Client(CLIENT_INFO);
    const connected = client.connect(transport);
    // Registered before anything can fail, so that no test leaves a process behind.
    onTestFinished(async () => {
      if (transport.pid !== null) end(transport.pid);
      if (options.ownParent) end(await serverPid);
      await client.close();
    });
    await connected;
    const own = transport.pid ?? 0;
    const server = new BundledServer(
      client,
      options.ownParent ? await serverPid : own,
      options.ownParent ? own : process.pid,
    );
    lines.on("line", (line) => {
      server.log += `${line}\n`;
    });
    return server;
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
