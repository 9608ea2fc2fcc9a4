import { subscribe, unsubscribe } from "node:diagnostics_channel";

/** What one step took each time, in milliseconds, and how many processes it started. */
export interface Measured {
  readonly ms: number[];
  readonly processes: number[];
}

export function measured(): Measured {
  return { ms: [], processes: [] };
}

/** Does a step and notes what it took. */
export async function timed<T>(into: Measured, work: () => Promise<T>): Promise<T> {
  let processes = 0;
  const count = () => {
    processes++;
  };
  subscribe("child_process", count);
  const began = performance.now();
  try {
    return await work();
  } finally {
    into.ms.push(performance.now() - began);
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
  return { ms: sum(({ ms }) => ms), processes: sum(({ processes }) => processes) };
}

export const HEADER =
  "| what | here | raw git | ratio | processes here | raw |\n| --- | --- | --- | --- | --- | --- |";

export function row(what: string, here: Measured, raw: Measured): string {
  const [ms, rawMs] = [median(here.ms), median(raw.ms)];
  const times = `${ms.toFixed(0)} | ${rawMs.toFixed(0)} | ${(ms / rawMs).toFixed(2)}`;
  return `| ${what} | ${times} | ${median(here.processes)} | ${median(raw.processes)} |`;
}
