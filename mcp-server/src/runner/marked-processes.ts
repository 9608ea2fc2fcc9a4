import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { runProgram } from "../host/run-program.ts";

/** So long they have to end by themselves before they are killed. */
const MAX_ENDING_MS = 3_000;
const LOOK_MS = 50;

/**
 * The processes of this user whose environment has the variable with this value; this one is none of them. Windows tells
 * nobody a process's environment: none is found there.
 */
async function processesWith(variable: string, value: string): Promise<number[]> {
  const pids = process.platform === "linux" ? onLinux(variable, value) : await byPs(variable, value);
  return pids.filter((pid) => pid !== process.pid);
}

function onLinux(variable: string, value: string): number[] {
  const entry = `\0${variable}=${value}\0`;
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      return `\0${readFileSync(`/proc/${name}/environ`, "latin1")}\0`.includes(entry) ? [Number(name)] : [];
    } catch {
      // It has ended, or is another user's.
      return [];
    }
  });
}

async function byPs(variable: string, value: string): Promise<number[]> {
  if (process.platform === "win32") return [];
  const options = { maxOutputBytes: 64 * 1024 * 1024, env: { ...process.env, LC_ALL: "C" } };
  const listed = await runProgram("ps", ["-A", "-E", "-ww", "-o", "pid=,command="], options).catch(() => "");
  const entry = ` ${variable}=${value} `;
  return listed
    .split("\n")
    .flatMap((line) => (`${line} `.includes(entry) ? [Number.parseInt(line, 10)] : []));
}

/**
 * Ends all processes whose environment has the variable with this value, those that they start meanwhile too.
 * @returns how many there were.
 */
export async function endProcessesWith(variable: string, value: string): Promise<number> {
  const ended = new Set<number>();
  const deadline = performance.now() + MAX_ENDING_MS;
  for (;;) {
    const pids = await processesWith(variable, value);
    // What a disk holds cannot even be killed: nobody waits for that.
    if (pids.length === 0 || performance.now() > deadline + MAX_ENDING_MS) return ended.size;
    const signal = performance.now() < deadline ? "SIGTERM" : "SIGKILL";
    for (const pid of pids) {
      if (signal === "SIGKILL" || !ended.has(pid)) quietlyKill(pid, signal);
      ended.add(pid);
    }
    await sleep(LOOK_MS);
  }
}

function quietlyKill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}
