import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The ids of all processes below one, nearest first. */
export async function descendantsOf(pid: number): Promise<number[]> {
  const { stdout } = await run("ps", ["-A", "-o", "pid=,ppid="]);
  const children = new Map<number, number[]>();
  for (const line of stdout.trim().split("\n")) {
    const [child, parent] = line.trim().split(/\s+/).map(Number);
    if (child === undefined || parent === undefined) continue;
    children.set(parent, [...(children.get(parent) ?? []), child]);
  }
  const found: number[] = [];
  const queue = [pid];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const below = children.get(next) ?? [];
    found.push(...below);
    queue.push(...below);
  }
  return found;
}

/** Ends the plugin's servers below a process. @returns how many. */
export async function killServersOf(pid: number): Promise<number> {
  const { stdout } = await run("ps", ["-A", "-o", "pid=,args="]);
  const below = new Set(await descendantsOf(pid));
  const lines = stdout.split("\n").filter((line) => line.includes("mcp-server/dist/server.js"));
  const servers = lines.map((line) => Number.parseInt(line, 10)).filter((server) => below.has(server));
  endAll(servers);
  return servers.length;
}

/** Whether a process is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Ends processes for certain; one that has ended by itself is no error. */
export function endAll(pids: number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It is gone already.
    }
  }
}

/**
 * How long anything that a test waits for may take on a machine that is busy with other things: a limit that only
 * something that hangs reaches. The runner's own limit for a test is longer.
 */
export const PATIENCE_MS = 480_000;

/** Waits until a condition holds; false when the time is over first. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  limitMs = PATIENCE_MS,
): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    if (await condition()) return true;
    if (Date.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
