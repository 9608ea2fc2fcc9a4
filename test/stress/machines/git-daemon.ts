import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A connection on which nothing is said for so long is ended, in seconds. */
const SILENCE_S = 20;

/** Serves the bare repositories of a folder on a loopback port, for fetching and pushing, to whoever asks. */
export class GitDaemon {
  #child: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    readonly port: number,
  ) {}

  static async start(folder: string): Promise<GitDaemon> {
    const daemon = new GitDaemon(folder, await freePort());
    await daemon.#begin();
    return daemon;
  }

  async stop(): Promise<void> {
    this.#end("SIGTERM");
    if (this.#child?.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
  }

  /**
   * Ends it and whatever it serves at this moment by SIGKILL, and starts it again after a while.
   * A push that was killed leaves locks behind, which whoever runs a git server removes before he starts it again.
   */
  async crash(downMs: number): Promise<void> {
    const gone = once(this.#child as ChildProcess, "exit");
    this.#end("SIGKILL");
    await gone;
    await sleep(downMs);
    for (const path of readdirSync(this.folder, { recursive: true, encoding: "utf8" }))
      if (path.endsWith(".lock")) rmSync(join(this.folder, path));
    await this.#begin();
  }

  /** The daemon and its children, of which each serves a connection. */
  #end(signal: NodeJS.Signals): void {
    try {
      process.kill(-(this.#child?.pid ?? 0), signal);
    } catch {
      // It has ended.
    }
  }

  async #begin(): Promise<void> {
    const program = join(execFileSync("git", ["--exec-path"], { encoding: "utf8" }).trim(), "git-daemon");
    const where = ["--listen=127.0.0.1", `--port=${this.port}`, `--base-path=${this.folder}`, "--reuseaddr"];
    const how = ["--export-all", "--enable=receive-pack", `--timeout=${SILENCE_S}`, this.folder];
    const child = spawn(program, [...where, ...how], { stdio: "ignore", detached: true });
    this.#child = child;
    await once(child, "spawn");
    while (!(await answers(this.port))) {
      if (child.exitCode !== null) throw new Error(`git daemon ended with ${child.exitCode}`);
      await sleep(20);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const end = (does: boolean) => {
      socket.destroy();
      resolve(does);
    };
    socket.on("connect", () => end(true));
    socket.on("error", () => end(false));
  });
}
