import { spawnSync } from "node:child_process";
import { planSchedule } from "../../mcp-server/src/schedule/plan-schedule.ts";
import { compileProblem } from "../../mcp-server/src/schedule/problem/problem.ts";
import { Replanner } from "../../mcp-server/src/schedule/replan.ts";
import { flawOf } from "./feasibility.ts";
import { syntheticPlan } from "./synthetic.ts";

const PROCESSES = 5;
const PLANS = 11;
const COMPLETIONS = 301;
const SEED = 1;

/** Medians, and what they may be at most. */
export interface SpeedFigures {
  readonly what: string;
  readonly tasks: number;
  readonly medianMs: number;
  /** Processor time, which other processes of the machine disturb less. */
  readonly medianCpuMs: number;
  readonly limitMs: number;
}

/** First plans, in processes of their own and in one that has planned before, and replans after one completion. */
export function speedFigures(): SpeedFigures[] {
  return [
    firstPlans(1_000, 50),
    laterPlans(1_000, 50),
    firstPlans(10_000, 1_000),
    laterPlans(10_000, 1_000),
    replans(2_000, 10),
    replans(10_000, 10),
  ];
}

interface Took {
  readonly ms: number;
  readonly cpuMs: number;
}

function timed(work: () => void): Took {
  const cpu = process.cpuUsage();
  const began = performance.now();
  work();
  const ms = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  return { ms, cpuMs: (user + system) / 1_000 };
}

/** Prints how long the first plan of this process takes. */
export function measureFirstPlan(tasks: number): void {
  console.log(JSON.stringify(timePlan(tasks)));
}

function timePlan(tasks: number): Took {
  const input = syntheticPlan(tasks, SEED);
  let start: Float64Array = new Float64Array();
  const took = timed(() => {
    start = planSchedule(compileProblem(input)).start;
  });
  const flaw = flawOf(input, start);
  if (flaw !== undefined) throw new Error(flaw);
  return took;
}

function firstPlans(tasks: number, limitMs: number): SpeedFigures {
  const times = Array.from({ length: PROCESSES }, (): Took => {
    const command = [process.argv[1] as string, "first-plan", String(tasks)];
    return JSON.parse(spawnSync(process.execPath, command, { encoding: "utf8" }).stdout);
  });
  return figures("first plan in a new process", tasks, times, limitMs);
}

function laterPlans(tasks: number, limitMs: number): SpeedFigures {
  const times = Array.from({ length: PLANS }, () => timePlan(tasks));
  return figures("first plan in a warm process", tasks, times, limitMs);
}

function figures(what: string, tasks: number, times: readonly Took[], limitMs: number) {
  const medianMs = median(times.map(({ ms }) => ms));
  const medianCpuMs = median(times.map(({ cpuMs }) => cpuMs));
  return { what, tasks, medianMs, medianCpuMs, limitMs };
}

/** Replans at completions spread over the whole run of one plan. */
function replans(tasks: number, limitMs: number): SpeedFigures {
  const problem = compileProblem(syntheticPlan(tasks, SEED));
  const plan = planSchedule(problem);
  const replanner = new Replanner(problem);
  const ends = plan.start.map((start, i) => start + (problem.duration[i] as number)).sort();
  const times = Array.from({ length: COMPLETIONS }, (_, n) => {
    const now = ends[Math.floor((n * tasks) / COMPLETIONS)] as number;
    const progress = progressAt(now, plan.start, problem.duration);
    return timed(() => {
      replanner.replan(progress);
    });
  });
  return figures("replan after a completion", tasks, times, limitMs);
}

function progressAt(now: number, start: Float64Array, duration: Float64Array) {
  const ended: number[] = [];
  const running: [number, number][] = [];
  for (const [activity, began] of start.entries()) {
    const end = began + (duration[activity] as number);
    if (end <= now) ended.push(activity);
    else if (began < now) running.push([activity, now - began]);
  }
  return { ended, running };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}

/** The rows as a table for people. */
export function speedTable(rows: readonly SpeedFigures[]): string {
  const head = ["", "tasks", "median ms", "CPU ms", "at most ms"];
  const cells = rows.map(({ what, tasks, medianMs, medianCpuMs, limitMs }) => [
    what,
    String(tasks),
    medianMs.toFixed(1),
    medianCpuMs.toFixed(1),
    String(limitMs),
  ]);
  return [head, ...cells]
    .map((row) => row.map((cell, at) => (at === 0 ? cell.padEnd(30) : cell.padStart(11))).join(""))
    .join("\n");
}
