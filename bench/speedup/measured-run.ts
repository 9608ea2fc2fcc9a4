import { type LoggedClaim, type LoggedEvent, Replay, readLog } from "../../test/e2e/graph-log.ts";
import {
  createsWithPolicy,
  executesThePlan,
  waitsForWholeBatches,
  withHabits,
} from "../../test/e2e/harness/orchestrator.ts";
import { type Outcome, runScenario } from "../../test/e2e/harness/run-scenario.ts";
import { type Scenario, specification } from "../../test/e2e/harness/scenario.ts";
import { after, reports, type Work } from "../../test/e2e/harness/worker.ts";
import type { TimedTask } from "./plan.ts";

export const CAP = 5;
const PLAN = "timed";

/** What the main conversation does between bursts. */
export type Way = "continuous" | "level chunks";

export interface MeasuredRun {
  readonly way: Way;
  /** From the first offer to the last report. */
  readonly wallMs: number;
  /** From the offer of a task to the first request of its agent, at the median. */
  readonly launchMs: number;
  /** From the last report before an offer to that offer, at the median of all bursts but the first. */
  readonly reactionMs: number;
  readonly mostAtOnce: number;
  /** From the offer of each task to its report, by task id. */
  readonly lastedMs: Readonly<Record<string, number>>;
  /** What may never happen and did; empty for a correct run. */
  readonly flaws: readonly string[];
}

/**
 * Carries the plan out in real Claude Code.
 * @param plugins the folders of the plugins; absent: this repository's.
 */
export async function measuredRun(
  way: Way,
  tasks: readonly TimedTask[],
  plugins?: string[],
): Promise<MeasuredRun> {
  let measured: MeasuredRun | undefined;
  await runScenario(scenarioOf(way, tasks, plugins), (outcome) => {
    measured = figuresOf(way, tasks, outcome);
  });
  if (measured === undefined) throw new Error(`${way}: nothing was measured`);
  return measured;
}

function scenarioOf(way: Way, tasks: readonly TimedTask[], plugins: string[] | undefined): Scenario {
  const isChunked = way === "level chunks";
  const works = tasks.map(({ id, durationMs }): [string, Work] => [id, [after(durationMs, reports())]]);
  return {
    name: way,
    files: specification(
      PLAN,
      tasks.map(({ id, durationMs, dependencies }) => ({
        id,
        description: `Work for ${durationMs} ms`,
        dependencies: [...dependencies],
        writes: [`parts/${id}.txt`],
        // A minute of the plan is a second of its agents: of a plan of seconds the server says it needs no agents.
        estimateMinutes: durationMs / 1_000,
      })),
    ),
    ...(plugins !== undefined && { plugins }),
    latencyMs: { main: 10, agent: 10 },
    workers: Object.fromEntries(works),
    environment: { PARALLEL_APPROVE: "scope", PARALLEL_TOGETHER: "none" },
    runs: [
      {
        prompt: `/spec:execute ${PLAN}`,
        orchestrator: isChunked
          ? withHabits(executesThePlan, createsWithPolicy({ barrier: "level" }), waitsForWholeBatches)
          : executesThePlan,
      },
    ],
  };
}

function figuresOf(way: Way, tasks: readonly TimedTask[], { database, recording }: Outcome): MeasuredRun {
  const events = readLog(database);
  const replay = new Replay(events, CAP);
  const claims = [...replay.claims.values()];
  const agents = recording.agents();
  const launches = claims.flatMap(({ task, offeredMs }) => {
    const agent = agents.find((one) => one.task === task);
    return agent === undefined ? [] : [agent.startMs - offeredMs];
  });
  return {
    way,
    wallMs:
      Math.max(...claims.map(({ endedMs = 0 }) => endedMs)) -
      Math.min(...claims.map(({ offeredMs }) => offeredMs)),
    launchMs: median(launches),
    reactionMs: median(reactionsIn(claims)),
    mostAtOnce: replay.mostLive,
    lastedMs: Object.fromEntries(
      claims.map(({ task, offeredMs, endedMs = 0 }) => [task.slice(`${PLAN}/`.length), endedMs - offeredMs]),
    ),
    flaws: [...replay.violations, ...undone(tasks, events, replay)],
  };
}

/** For each burst but the first, how long before it the last report came. */
function reactionsIn(claims: readonly LoggedClaim[]): number[] {
  const bursts = [...new Set(claims.map(({ offeredMs }) => offeredMs))].sort((a, b) => a - b).slice(1);
  return bursts.map((offered) => {
    const before = claims.map(({ endedMs = 0 }) => endedMs).filter((ended) => ended <= offered);
    return offered - Math.max(...before);
  });
}

/** Every task has to be completed, by one attempt. */
function undone(tasks: readonly TimedTask[], events: readonly LoggedEvent[], replay: Replay): string[] {
  const flaws = tasks.flatMap(({ id }) => {
    const attempts = replay.attemptsAt(`${PLAN}/${id}`).map(({ outcome }) => outcome);
    return attempts.join() === "completed" ? [] : [`${id}: ${attempts.join(", ") || "never ran"}`];
  });
  return events.some(({ type }) => type === "plan.reported") ? flaws : [...flaws, "there is no report"];
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
