import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { uptime } from "node:os";
import { runProgram } from "./run-program.ts";

/** A process of this machine. Times are milliseconds since 1970. */
export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  /** The process that leads its group; commands of a session share one, and Claude Code gives each call's shell its own. */
  readonly group: number;
  /** The process that leads its session; undefined where the system does not tell. */
  readonly session?: number;
  /** The system tells the time of its start less exactly than a clock: it lies between these. */
  readonly startedFromMs: number;
  readonly startedToMs: number;
  /** Of what Claude Code's tool calls start, the Claude Code that it was; undefined where it is not marked or may not be read. */
  readonly markedBy?: number;
  /** Where it works, a real path; undefined where it may not be read. */
  readonly folder?: string;
  /** The folder that its shell had when it started it, as far as its environment tells. */
  readonly startFolder?: string;
  /** Whether somebody may sit at it: it has a terminal. Undefined where the system does not tell. */
  readonly hasTerminal?: boolean;
  /** Whether it runs as the user that asks; undefined where the system does not tell. */
  readonly isOwn?: boolean;
}

/** Clock ticks of /proc are hundredths of a second on every Linux that Node runs on. */
const TICK_MS = 10;
/** Clocks are asked one after the other, and a process runs a little before its own clock does. */
const SLACK_MS = 100;
/** Claude Code sets it for what its calls start, and not for its servers. */
const MARK = /(?:^|\0)CLAUDE_PID=(\d+)(?:\0|$)/;
const START_FOLDER = /(?:^|\0)PWD=([^\0]+)/;

/**
 * All processes that this user may see.
 * @param platform as Node names it.
 * @throws an Error where the system does not tell.
 */
export async function runningProcesses(
  platform: NodeJS.Platform = process.platform,
): Promise<RunningProcess[]> {
  if (platform === "linux") return linuxProcesses();
  if (platform === "win32") throw new Error("Windows does not tell the group of a process");
  const environment = { ...process.env, LC_ALL: "C" };
  const text = await runProgram("ps", ["-A", "-o", "pid=,ppid=,pgid=,lstart="], { env: environment });
  return text.split("\n").flatMap(processInLine);
}

function linuxProcesses(): RunningProcess[] {
  const own = statOf(process.pid);
  if (!own) throw new Error("/proc cannot be read");
  // A container may have an uptime of its own, and a clock that was set since this process began shows in the other.
  const boots = [Date.now() - uptime() * 1_000, performance.timeOrigin - own.startTicks * TICK_MS];
  const earliestMs = Math.min(...boots) - SLACK_MS;
  const latestMs = Math.max(...boots) + SLACK_MS;
  return readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    const stat = Number.isInteger(pid) ? statOf(pid) : undefined;
    if (!stat) return [];
    const { startTicks, ...place } = stat;
    const startedMs = startTicks * TICK_MS;
    const environment = read(() => readFileSync(`/proc/${pid}/environ`, "latin1")) ?? "";
    const mark = MARK.exec(environment)?.[1];
    const startFolder = START_FOLDER.exec(environment)?.[1];
    const user = read(() => statSync(`/proc/${pid}`).uid);
    const folder = read(() => readlinkSync(`/proc/${pid}/cwd`));
    return [
      {
        ...{ pid, ...place },
        ...{ startedFromMs: earliestMs + startedMs, startedToMs: latestMs + startedMs },
        ...(mark !== undefined && { markedBy: Number(mark) }),
        ...(folder !== undefined && { folder }),
        // Read byte by byte, since a name need not be UTF-8.
        ...(startFolder !== undefined && { startFolder: Buffer.from(startFolder, "latin1").toString() }),
        ...(user !== undefined && { isOwn: user === process.getuid?.() }),
      },
    ];
  });
}

/** @returns undefined for a process that has ended, also when nobody has asked yet how. */
function statOf(
  pid: number,
): { parent: number; group: number; session: number; hasTerminal: boolean; startTicks: number } | undefined {
  const text = read(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
  if (text === undefined) return undefined;
  // The name in parentheses may contain anything, so fields are counted from its end.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return undefined;
  const [parent = 0, group = 0, session = 0, terminal = 0] = fields.slice(1, 5).map(Number);
  return { parent, group, session, hasTerminal: terminal !== 0, startTicks: Number(fields[19]) };
}

function read<T>(what: () => T): T | undefined {
  try {
    return what();
  } catch {
    // It has ended, or is another user's.
    return undefined;
  }
}

function processInLine(line: string): RunningProcess[] {
  const [, pid, parent, group, started = ""] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.+)$/.exec(line) ?? [];
  const startedMs = Date.parse(started);
  if (Number.isNaN(startedMs)) return [];
  const numbers = { pid: Number(pid), parent: Number(parent), group: Number(group) };
  // Whole seconds, reckoned from a start of the machine in whole seconds.
  return [{ ...numbers, startedFromMs: startedMs - 1_000, startedToMs: startedMs + 2_000 }];
}
