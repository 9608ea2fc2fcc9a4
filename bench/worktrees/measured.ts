import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { readFileSync } from "node:fs";

/** What one step took each time. */
export interface Measured {
  /** By the clock, in milliseconds. */
  readonly ms: number[];
  /** Of the processor, with all processes that it started, in milliseconds: a busy machine changes that less. */
  readonly cpuMs: number[];
  /** How many processes it started itself. */
  readonly processes: number[];
}

export function measured(): Measured {
  return { ms: [], cpuMs: [], processes: [] };
}

/** One tick of Linux's account of the processor. */
const TICK_MS = 10;

/** Of this process and of all that it has started and that have ended; 0 where the system does not tell. */
function processorMs(): number {
  if (process.platform !== "linux") return 0;
  const fields = readFileSync("/proc/self/stat", "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * TICK_MS, 0);
}

/** Does a step and notes what it took. */
export async function timed<T>(into: Measured, work: () => Promise<T>): Promise<T> {
  let processes = 0;
  const count = () => {
    processes++;
  };
  subscribe("child_process", count);
  const [began, cpuBefore] = [performance.now(), processorMs()];
  try {
    return await work();
  } finally {
    into.ms.push(performance.now() - began);
    into.cpuMs.push(processorMs() - cpuBefore);
    into.processes.push(processes);
    unsubscribe("child_process", count);
  }
}

export function median(all: readonly number[]): number {
  return [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;
}

/** How many times as long as raw git the product takes, at the median. */
export function ratio(here: Measured, raw: Measured): number {
  return median(here.ms) / median(raw.ms);
}

/** Both in one, round by round. */
export function together(...steps: readonly Measured[]): Measured {
  const sum = (of: (one: Measured) => readonly number[]) =>
    (steps[0]?.ms ?? []).map((_, at) => steps.reduce((all, one) => all + (of(one)[at] ?? 0), 0));
  return {
    ms: sum(({ ms }) => ms),
    cpuMs: sum(({ cpuMs }) => cpuMs),
    processes: sum(({ processes }) => processes),
  };
}

export const HEADER =
  "| what | here | raw git | ratio | by processor | processes here | raw |\n| --- | --- | --- | --- | --- | --- | --- |";

export function row(what: string, here: Measured, raw: Measured): string {
  const [ms, rawMs] = [median(here.ms), median(raw.ms)];
  const total = ({ cpuMs }: Measured) => cpuMs.reduce((sum, one) => sum + one, 0);
  const byProcessor = total(raw) === 0 ? "-" : (total(here) / total(raw)).toFixed(2);
  const times = `${ms.toFixed(0)} | ${rawMs.toFixed(0)} | ${(ms / rawMs).toFixed(2)} | ${byProcessor}`;
  return `| ${what} | ${times} | ${median(here.processes)} | ${median(raw.processes)} |`;
}
