import { setTimeout as sleep } from "node:timers/promises";
import type { AnyClaim } from "../../../graph/attempt.ts";
import { runningProcesses } from "../../../host/processes.ts";
import { type KnownServers, processesInFolder } from "../../../policy/effects/processes-in-folder.ts";
import { isInside } from "../../project/inside-checkout.ts";
import type { RunContext } from "../../project/run-context.ts";

/** How long a process has to end by itself. */
const MAX_TERM_MS = 2_000;
/** How long the system may take to end it. */
const MAX_KILL_MS = 2_000;
const PAUSE_MS = 20;

/** The clients and servers of this machine that claims belong to. */
export function knownServers(
  { owner }: Pick<RunContext, "owner">,
  claims: readonly AnyClaim[],
): KnownServers {
  const owners = [owner, ...claims.map((claim) => claim.owner)].filter(({ host }) => host === owner.host);
  return {
    own: process.pid,
    clients: new Set(owners.map(({ pid }) => pid)),
    servers: new Set(owners.flatMap(({ server }) => server?.pid ?? [])),
  };
}

/**
 * Ends what a task that is over has left running in its worktree.
 * @param path a real path.
 * @returns whether nothing runs there any more, or somebody else works there, who is left alone; `unknown` where the
 *   system does not tell, or a process does not end.
 */
export async function endLeftProcesses(
  path: string,
  known: KnownServers,
): Promise<"none" | "used" | "unknown"> {
  // Only Linux tells the folder of every process.
  if (process.platform !== "linux") return "unknown";
  const isThere = (folder: string) => folder === path || isInside(path, folder);
  const look = async () => processesInFolder(await runningProcesses(), isThere, known);
  const begin = performance.now();
  const signalled = new Map<number, NodeJS.Signals>();
  for (;;) {
    const { left, isUsed } = await look();
    if (isUsed) return "used";
    if (left.length === 0) return "none";
    const waitedMs = performance.now() - begin;
    if (waitedMs > MAX_TERM_MS + MAX_KILL_MS) return "unknown";
    const signal = waitedMs > MAX_TERM_MS ? "SIGKILL" : "SIGTERM";
    for (const { pid } of left) {
      if (signalled.get(pid) === signal) continue;
      signalled.set(pid, signal);
      send(pid, signal);
    }
    await sleep(PAUSE_MS);
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended, or it is not ours: the next look tells.
  }
}
