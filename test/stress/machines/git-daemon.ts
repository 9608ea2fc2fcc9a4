import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A connection on which nothing is said for so long is ended, in seconds. */
const SILENCE_S = 20;

/** Serves the bare repositories of a folder on a loopback port, for fetching and pushing, to whoever asks. */
export class GitDaemon {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async start(folder: string): Promise<GitDaemon> {
    const port = await freePort();
    const program = join(execFileSync("git", ["--exec-path"], { encoding: "utf8" }).trim(), "git-daemon");
    const where = ["--listen=127.0.0.1", `--port=${port}`, `--base-path=${folder}`, "--reuseaddr"];
    const how = ["--export-all", "--enable=receive-pack", `--timeout=${SILENCE_S}`, folder];
    const child = spawn(program, [...where, ...how], { stdio: "ignore" });
    await once(child, "spawn");
    while (!(await answers(port))) {
      if (child.exitCode !== null) throw new Error(`git daemon ended with ${child.exitCode}`);
      await sleep(20);
    }
    return new GitDaemon(child, port);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    this.child.kill();
    await once(this.child, "exit");
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
