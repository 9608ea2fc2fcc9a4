import { readFileSync, statSync } from "node:fs";
import type { GraphInspection } from "../store/inspection.ts";
import { type Check, type CheckResult, type Finding, skipped, wrong } from "./finding.ts";

/** A transaction lasts milliseconds; whoever is seen writing this long is stuck. */
const STUCK_MS = 1_000;
const LOOKS = 5;
/** PostgreSQL tells the age of a transaction, which may be one of a slow network. */
const STUCK_IN_POSTGRES_MS = 5_000;

/** The byte of the -shm file that SQLite's writer locks: WAL_WRITE_LOCK of SQLite's file format, section 2.3.2. */
const WRITE_LOCK_BYTE = 120;

/** Whether a process keeps all others from writing. */
export const locks: Check = {
  name: "Locks",
  async look({ graph }) {
    if (graph.state === "open" && graph.inspection.engine === "postgres")
      return lookAtPostgres(graph.inspection);
    // Also a graph that cannot be opened may be one that somebody holds.
    if (graph.state === "out of sight" || graph.state === "none" || graph.location.engine !== "sqlite") {
      return skipped("no database to look at");
    }
    if (process.platform !== "linux") return skipped("only Linux tells who holds a lock");
    const { path } = graph.location;
    const stuck = await stuckWriter(() => writersOf(`${path}-shm`));
    return stuck === undefined
      ? { seen: "nobody holds the write lock", findings: [] }
      : { seen: `held by process ${stuck}`, findings: [heldBy(stuck, path)] };
  },
};

/** The process that was writing at every look. */
async function stuckWriter(look: () => number[]): Promise<number | undefined> {
  let candidates = look();
  for (let n = 1; n < LOOKS && candidates.length > 0; n++) {
    await new Promise((resolve) => setTimeout(resolve, STUCK_MS / (LOOKS - 1)));
    const now = look();
    candidates = candidates.filter((pid) => now.includes(pid));
  }
  return candidates[0];
}

/** The processes that hold the write lock, by the kernel's list: at most one of this machine's. */
function writersOf(file: string): number[] {
  let inode: number;
  let list: string;
  try {
    inode = statSync(file).ino;
    list = readFileSync("/proc/locks", "utf8");
  } catch {
    // Nobody has the graph open, or the kernel does not tell.
    return [];
  }
  // 1: POSIX  ADVISORY  WRITE 4711 fe:00:123 120 120
  return list.split("\n").flatMap((line) => {
    const [, kind, , mode, pid, place, from, to] = line.trim().split(/\s+/);
    const covers = Number(from) <= WRITE_LOCK_BYTE && (to === "EOF" || Number(to) >= WRITE_LOCK_BYTE);
    const isIt = kind === "POSIX" && mode === "WRITE" && place?.endsWith(`:${inode}`) && covers;
    return isIt ? [Number(pid)] : [];
  });
}

function heldBy(pid: number, path: string): Finding {
  return wrong(
    `Process ${pid}${programOf(pid)} keeps ${path} locked: nobody else can write.`,
    `Look what it does (ps -p ${pid}); if it hangs, or is stopped, end it: kill ${pid}. What it had not finished is undone by itself.`,
  );
}

/** Its name and, where that explains the lock, its state. */
function programOf(pid: number): string {
  try {
    const name = readFileSync(`/proc/${pid}/comm`, "utf8").trim();
    const state = /^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, "utf8")) ? ", stopped" : "";
    return ` (${name}${state})`;
  } catch {
    return "";
  }
}

async function lookAtPostgres(inspection: GraphInspection & { engine: "postgres" }): Promise<CheckResult> {
  const open = await inspection.openTransactions(STUCK_IN_POSTGRES_MS);
  return {
    seen: open.length === 0 ? "no transaction is open for long" : `${open.length} open for long`,
    findings: open.map(({ pid, client, ageMs }) =>
      wrong(
        `A transaction from ${client} (server process ${pid}) has been open for ${Math.round(ageMs / 1000)} s: it may keep others from writing.`,
        `End the session there that hangs, or as the database's owner: select pg_terminate_backend(${pid}). What it had not finished is undone by itself.`,
      ),
    ),
  };
}
