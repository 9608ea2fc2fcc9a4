import type { RunningProcess } from "../../host/processes.ts";

/** Who asks, and whose processes are never those of a task. */
export interface KnownServers {
  /** The process that asks. */
  readonly own: number;
  /** Clients that claims belong to. */
  readonly clients: ReadonlySet<number>;
  /** Servers of those clients: what they have started is their own work, and ends by itself. */
  readonly servers: ReadonlySet<number>;
}

export interface ProcessesInFolder {
  /** What a task has started there and left behind. */
  readonly left: readonly RunningProcess[];
  /** Whether somebody else is there: a client, a server at work, or a person at a terminal. */
  readonly isUsed: boolean;
}

/**
 * The processes in the folder of a task that is over. One with Claude Code's mark was started by a tool call; of one
 * without, a terminal tells that a person sits at it.
 * @param isInside whether a path is the folder or lies in it.
 */
export function processesInFolder(
  living: readonly RunningProcess[],
  isInside: (path: string) => boolean,
  { own, clients, servers }: KnownServers,
): ProcessesInFolder {
  const byPid = new Map(living.map((one) => [one.pid, one]));
  const around = new Set(linesUp(own, byPid));
  const left: RunningProcess[] = [];
  let isUsed = false;
  for (const process of living) {
    const { pid, folder, startFolder, markedBy } = process;
    const isThere =
      (folder !== undefined && isInside(folder)) ||
      (markedBy !== undefined && startFolder !== undefined && isInside(startFolder));
    if (!isThere || process.isOwn === false) continue;
    const isServed = linesUp(pid, byPid).some((one) => one === own || servers.has(one));
    const isClient = around.has(pid) || clients.has(pid);
    if (isServed || isClient || (markedBy === undefined && process.hasTerminal !== false)) isUsed = true;
    else left.push(process);
  }
  return { left, isUsed };
}

/** The process itself and those above it. */
function linesUp(pid: number, byPid: ReadonlyMap<number, RunningProcess>): number[] {
  const passed: number[] = [];
  for (let at = byPid.get(pid); at && !passed.includes(at.pid); at = byPid.get(at.parent))
    passed.push(at.pid);
  return passed;
}
