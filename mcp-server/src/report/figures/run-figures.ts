import type { AttemptId } from "../../graph/attempt.ts";
import type { GraphEvent } from "../../graph/event.ts";
import type { PlanState } from "../../graph/plan-state.ts";
import type { TaskId } from "../../graph/task.ts";
import { newTokens } from "../../graph/usage.ts";
import type { PriceTable } from "../../policy/spending/price-table.ts";
import { criticalPath } from "../../schedule/bounds/critical-path.ts";
import { median } from "../../schedule/median.ts";
import { plural } from "../../text/format.ts";
import { type AttemptSpan, attemptSpans, attemptStanding, lengthOf } from "../tasks/attempt-span.ts";
import { type UsageFigures, usageFigures } from "../tasks/usage-figures.ts";
import { gapsOf, isBreak, totalMs } from "../timeline/elapsed.ts";
import { assignSlots } from "../timeline/slots.ts";
import { type Chain, longestChain } from "./longest-chain.ts";
import { type SpendingFigures, spendingFigures } from "./spending.ts";

/** How the launches of a plan really happened, as the hooks saw them. */
export interface Bursts {
  /** How many agents each message launched, in order. */
  readonly sizes: readonly number[];
  /** Of the claims that were to be launched, the share that went out in the first message that could. */
  readonly shareInOneMessage: number;
}

/** How the estimates of completed tasks turned out. */
export interface EstimateFigures {
  readonly tasks: number;
  readonly estimatedMs: number;
  readonly actualMs: number;
  /** The median of what a task took by what was expected of it; of one task there is none. */
  readonly medianRatio?: number;
}

/** How many tokens completed tasks were expected to use, and did; cache reads left out. */
export interface TokenEstimateFigures {
  readonly tasks: number;
  readonly estimated: number;
  readonly actual: number;
}

/** The measured run. What could not be measured is `undefined`, never 0. */
export interface RunFigures {
  /** From the start of the first attempt to the end of the last, or to now while one runs. */
  readonly wallMs: number | undefined;
  /** The part of the wall time in which no agent ran (a pause, a night between two sessions). */
  readonly nobodyRanMs: number | undefined;
  /** The part of that in stretches of more than a quarter of an hour: nobody was at it, so they count for no speedup. */
  readonly breaksMs: number | undefined;
  /** Every attempt's time added up. */
  readonly attemptsMs: number | undefined;
  /**
   * What the tasks would have taken one after another: the time of each task's last attempt, added up.
   * Lost and cancelled attempts are left out, since nobody knows how much of their time was work.
   */
  readonly sequentialMs: number | undefined;
  /** The same over completed tasks only. */
  readonly completedTasksMs: number | undefined;
  /** `sequentialMs` by `wallMs` without `breaksMs`. */
  readonly speedup: number | undefined;
  /**
   * `speedup` by `largestRunning`: by the slots that the run really used, not by the cap that it was allowed,
   * so that it judges how well agents were kept busy and not how high the cap was set.
   */
  readonly efficiency: number | undefined;
  /** The largest number of attempts that really ran at the same moment. */
  readonly largestRunning: number | undefined;
  /** By the measured time of each task's last attempt (lost and cancelled ones left out). */
  readonly criticalPath: Chain | undefined;
  /**
   * Of the whole breakdown, by the estimates with which its tasks were claimed, or by today's where they were not;
   * without what was cancelled. The server's own tasks were not planned and count for nothing.
   */
  readonly plannedCriticalPath: Chain | undefined;
  /** Completed tasks: what was expected of them, and what they took. */
  readonly estimates: EstimateFigures | undefined;
  /** The same for tokens, over the completed tasks whose last attempt was measured. */
  readonly tokenEstimates: TokenEstimateFigures | undefined;
  /** No run of these tasks with `largestRunning` slots could have been shorter, had each worked at once. */
  readonly lowerBoundMs: number | undefined;
  /** Per slot, the part of the wall time in which it had no agent. */
  readonly idleMs: readonly number[] | undefined;
  readonly attempts: number;
  /** Attempts that followed a failed or an unreported one at the same task. */
  readonly retries: number;
  readonly lostAttempts: number;
  /** Offers that nobody took up. */
  readonly returnedOffers: number;
  /** Writes that the guard denied because they would have met another task's scope. */
  readonly preventedConflicts: number | undefined;
  readonly bursts: Bursts | undefined;
  /** The machines on which it was executed without a conversation. */
  readonly runnersOn: readonly string[] | undefined;
  readonly usage: UsageFigures | undefined;
  readonly spending: SpendingFigures | undefined;
}

/** Measures a run from its graph and its log. */
export function measureRun(
  state: PlanState,
  events: readonly GraphEvent[],
  nowMs: number,
  prices?: PriceTable,
): RunFigures {
  const estimateMs = estimatesOf(events);
  const spans = attemptSpans(state, nowMs);
  const slots = assignSlots(spans);
  const taskMs = timeOfTasks(spans);
  const completedMs = new Map(
    state.tasks.flatMap((task) => {
      const ms = taskMs.get(task.id);
      return task.status === "completed" && ms !== undefined ? [[task.id, ms] as const] : [];
    }),
  );

  const wallMs = spans.length === 0 ? undefined : lengthOf(hull(spans));
  const sequentialMs = sumOrUndefined(taskMs);
  const largestRunning = slots.length === 0 ? undefined : slots.length;
  const gaps = gapsOf(spans);
  const breaksMs = totalMs(gaps.filter(isBreak));
  const speedup = ratio(sequentialMs, wallMs && wallMs - breaksMs);
  const usage = usageFigures(state, events, nowMs);
  const actualPath = longestChain(state.tasks, taskMs);
  return {
    wallMs,
    nobodyRanMs: wallMs === undefined ? undefined : totalMs(gaps),
    breaksMs: wallMs === undefined ? undefined : breaksMs,
    attemptsMs: spans.length === 0 ? undefined : spans.reduce((sum, span) => sum + lengthOf(span), 0),
    sequentialMs,
    completedTasksMs: sumOrUndefined(completedMs),
    speedup,
    efficiency: ratio(speedup, largestRunning),
    largestRunning,
    criticalPath: actualPath,
    plannedCriticalPath: plannedCriticalPath(state, estimateMs),
    estimates: estimateFigures(estimateMs, completedMs),
    tokenEstimates: tokenEstimateFigures(state, spans, events),
    lowerBoundMs: lowerBound(actualPath, sequentialMs, largestRunning),
    idleMs:
      wallMs === undefined
        ? undefined
        : slots.map((slot) => wallMs - slot.reduce((busy, span) => busy + lengthOf(span), 0)),
    attempts: spans.length,
    retries: countRetries(spans),
    lostAttempts: spans.filter((span) => attemptStanding(span.attempt) === "lost").length,
    returnedOffers: state.claims.filter((claim) => claim.state === "returned").length,
    preventedConflicts: hooksReported(state, events)
      ? events.filter(({ change }) => change.type === "write.denied" && !change.warned).length
      : undefined,
    bursts: burstsOf(events),
    runnersOn: runnersOf(events),
    usage,
    spending: usage && spendingFigures(state, events, usage, prices, nowMs),
  };
}

/** What each task was last claimed with. */
function estimatesOf(events: readonly GraphEvent[]): Map<TaskId, number> {
  return new Map(
    events.flatMap(({ change }) =>
      change.type === "claim.offered" && change.estimateMs !== undefined
        ? [[change.task, change.estimateMs] as const]
        : [],
    ),
  );
}

function plannedCriticalPath(
  { tasks, expectedMs }: PlanState,
  claimedMs: ReadonlyMap<TaskId, number>,
): Chain | undefined {
  const own = new Set(tasks.flatMap(({ id, origin }) => (origin === "server" ? [id] : [])));
  const planned = tasks.flatMap((task) => {
    if (task.status === "cancelled") return [];
    const durationMs = own.has(task.id) ? 0 : (claimedMs.get(task.id) ?? expectedMs?.(task));
    return durationMs === undefined ? [] : [{ ...task, durationMs }];
  });
  const known = new Set<string>(planned.map(({ id }) => id));
  const nodes = planned.map(({ id, dependencies, durationMs }) => ({
    id,
    dependencies: dependencies.filter((before) => known.has(before)),
    durationMs,
  }));
  const { ids, lengthMs } = criticalPath(nodes);
  const path = (ids as TaskId[]).filter((id) => !own.has(id));
  return path.length === 0 ? undefined : { lengthMs, tasks: path };
}

function estimateFigures(
  estimateMs: ReadonlyMap<TaskId, number>,
  actualMs: ReadonlyMap<TaskId, number>,
): EstimateFigures | undefined {
  const pairs = [...actualMs].flatMap(([task, actual]) => {
    const estimated = estimateMs.get(task);
    return estimated === undefined || estimated <= 0 ? [] : [{ estimated, actual }];
  });
  if (pairs.length === 0) return undefined;
  const ratios = pairs.map(({ estimated, actual }) => actual / estimated);
  return {
    tasks: pairs.length,
    estimatedMs: pairs.reduce((sum, { estimated }) => sum + estimated, 0),
    actualMs: pairs.reduce((sum, { actual }) => sum + actual, 0),
    ...(ratios.length > 1 && { medianRatio: median(ratios) }),
  };
}

function tokenEstimateFigures(
  state: PlanState,
  spans: readonly AttemptSpan[],
  events: readonly GraphEvent[],
): TokenEstimateFigures | undefined {
  const estimated = new Map(
    events.flatMap(({ change }) =>
      change.type === "claim.offered" && change.estimateTokens !== undefined
        ? [[change.attempt, change.estimateTokens] as const]
        : [],
    ),
  );
  const last = new Map(spans.map(({ attempt }) => [attempt.task, attempt]));
  const pairs = state.tasks.flatMap(({ id, status }) => {
    const attempt = status === "completed" ? last.get(id) : undefined;
    const tokens = attempt && estimated.get(attempt.id);
    return attempt?.usage && tokens !== undefined ? [{ tokens, used: newTokens(attempt.usage) }] : [];
  });
  if (pairs.length === 0) return undefined;
  return {
    tasks: pairs.length,
    estimated: pairs.reduce((sum, { tokens }) => sum + tokens, 0),
    actual: pairs.reduce((sum, { used }) => sum + used, 0),
  };
}

/** The time of each task's last attempt; tasks whose last attempt was lost or cancelled have none. */
function timeOfTasks(spans: readonly AttemptSpan[]): Map<TaskId, number> {
  const last = new Map(spans.map((span) => [span.attempt.task, span]));
  return new Map(
    [...last].flatMap(([task, span]) => {
      const outcome = attemptStanding(span.attempt);
      return outcome === "lost" || outcome === "cancelled" ? [] : [[task, lengthOf(span)] as const];
    }),
  );
}

function hull(spans: readonly AttemptSpan[]): { startMs: number; endMs: number } {
  let startMs = Number.POSITIVE_INFINITY;
  let endMs = Number.NEGATIVE_INFINITY;
  for (const span of spans) {
    startMs = Math.min(startMs, span.startMs);
    endMs = Math.max(endMs, span.endMs);
  }
  return { startMs, endMs };
}

function lowerBound(
  criticalPath: Chain | undefined,
  sequentialMs: number | undefined,
  slots: number | undefined,
): number | undefined {
  if (criticalPath === undefined || sequentialMs === undefined || slots === undefined) return undefined;
  return Math.max(criticalPath.lengthMs, Math.ceil(sequentialMs / slots));
}

function countRetries(spans: readonly AttemptSpan[]): number {
  const previous = new Map<TaskId, AttemptSpan>();
  let retries = 0;
  for (const span of spans) {
    const before = previous.get(span.attempt.task);
    const outcome = before && attemptStanding(before.attempt);
    if (outcome === "failed" || outcome === "unreported") retries++;
    previous.set(span.attempt.task, span);
  }
  return retries;
}

/** Whether hooks were at work at all: without them, silence about denied writes proves nothing. */
function hooksReported(state: PlanState, events: readonly GraphEvent[]): boolean {
  return (
    state.claims.some((claim) => "agentId" in claim && claim.agentId !== undefined) ||
    events.some(({ change }) => change.type === "batch.launched" || change.type === "write.denied")
  );
}

function burstsOf(events: readonly GraphEvent[]): Bursts | undefined {
  const sizes: number[] = [];
  const launched = new Set<AttemptId>();
  const leftOut = new Set<AttemptId>();
  for (const { change } of events) {
    if (change.type !== "batch.launched") continue;
    sizes.push(change.inOneMessage);
    for (const attempt of change.attempts) launched.add(attempt);
    for (const attempt of change.leftOut) leftOut.add(attempt);
  }
  const offered = new Set([...launched, ...leftOut]).size;
  if (offered === 0) return undefined;
  const atOnce = [...launched].filter((attempt) => !leftOut.has(attempt)).length;
  return { sizes, shareInOneMessage: atOnce / offered };
}

function runnersOf(events: readonly GraphEvent[]): string[] | undefined {
  const machines = events.flatMap(({ change }) =>
    change.type === "engine.started" && change.engine === "run"
      ? [change.owner.host.split(" ")[0] ?? ""]
      : [],
  );
  return machines.length === 0 ? undefined : [...new Set(machines)];
}

function sumOrUndefined(times: ReadonlyMap<TaskId, number>): number | undefined {
  return times.size === 0 ? undefined : [...times.values()].reduce((sum, ms) => sum + ms, 0);
}

function ratio(value: number | undefined, by: number | undefined): number | undefined {
  return value === undefined || by === undefined || by === 0 ? undefined : value / by;
}

/** What a report should say and these figures cannot, because nobody measured it. */
export function notMeasured(figures: RunFigures): string[] {
  return [
    ...(figures.wallMs === undefined ? ["times (no attempt was made)"] : []),
    ...(figures.plannedCriticalPath === undefined ? ["planned critical path (no estimates)"] : []),
    ...(figures.bursts === undefined && figures.runnersOn === undefined
      ? ["agents launched per message (no hook reported)"]
      : []),
    ...(figures.preventedConflicts === undefined ? ["conflicts prevented (no hook reported)"] : []),
    ...tokensNotMeasured(figures),
    "contradictions between reports",
  ];
}

/** The host's own requests. */
const ON_THE_SIDE = "what Claude Code asks models on the side (titles, summaries), which no transcript tells";

function tokensNotMeasured({ attempts, usage, runnersOn }: RunFigures): string[] {
  if (usage === undefined) return ["tokens (no attempt was made)"];
  const { agents, unmeasuredAttempts, main, sessions, unmeasuredSessions } = usage;
  return [
    ...(agents === undefined
      ? ["tokens of the agents (no transcript was found)"]
      : unmeasuredAttempts > 0
        ? [`tokens of ${unmeasuredAttempts} of ${plural(attempts, "attempt")} (no transcript was found)`]
        : []),
    ...(main === undefined
      ? sessions === 0 && runnersOn !== undefined
        ? []
        : ["tokens of the main conversation (no transcript was found)"]
      : unmeasuredSessions > 0
        ? [`tokens of the main conversation in ${unmeasuredSessions} of ${sessions} sessions`]
        : []),
    ...(main === undefined ? [] : ["what the main conversation says after the report"]),
    ...(agents === undefined && main === undefined ? [] : [ON_THE_SIDE]),
  ];
}
