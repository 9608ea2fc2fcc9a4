import { type AnyClaim, isAttempt, isLive, workedUntilMs } from "../../../graph/attempt.ts";
import type { PlanState } from "../../../graph/plan-state.ts";
import { hasEnded, reachableIn } from "../../../graph/readiness.ts";
import { plainSubject, type Task, type TaskId } from "../../../graph/task.ts";
import { causeText } from "../../../graph/task-cause.ts";
import { newTokens } from "../../../graph/usage.ts";
import type { AttemptRow, TaskRow } from "../../../live/snapshot.ts";
import { attemptStanding } from "../../../report/tasks/attempt-span.ts";
import type { TaskResult } from "../../../report/tasks/task-result.ts";
import { cleanText, LINE_LIMIT, NAME_LIMIT } from "../../../text/sanitize.ts";
import type { LoadedPlan } from "../../plan/load-plan.ts";
import type { ExpectedTimes } from "../../planning/expected-times.ts";
import { askingTasks } from "./needs.ts";
import { machineOf } from "./run-by.ts";
import { isClose } from "./steady.ts";
import type { ReadyWait } from "./waits.ts";

/** Half of its lease without a sign of life is long: a living agent gives one every third of it. */
const SILENT_SHARE = 1 / 2;

export interface RowFacts {
  readonly loaded: LoadedPlan;
  /** The plan without what only seems to run. */
  readonly state: PlanState;
  /** Of the tasks that failed or were cancelled. */
  readonly results: readonly TaskResult[];
  /** Why each pending task has not run. */
  readonly reasons: ReadonlyMap<TaskId, string>;
  readonly waits: ReadonlyMap<TaskId, ReadyWait>;
  readonly expected: ExpectedTimes | undefined;
}

/** A row, and what it was made of. */
interface KnownRow {
  readonly claims: readonly AnyClaim[];
  readonly standing: Standing;
  readonly isCritical: boolean;
  readonly times: ExpectedSpan | undefined;
  readonly row: TaskRow;
}

type ExpectedSpan = NonNullable<ReturnType<ExpectedTimes["tasks"]["get"]>>;

/** Most tasks of a large plan are as they were at the look before: their rows are the same objects. */
const knownRows = new WeakMap<Task, KnownRow>();

/** Every task as views show it, in order of position. What has not changed since the last look is the same object. */
export function rowsOf(facts: RowFacts): TaskRow[] {
  const { state, expected } = facts;
  const claims = new Map<TaskId, AnyClaim[]>();
  for (const claim of state.claims) {
    const own = claims.get(claim.task);
    if (own) own.push(claim);
    else claims.set(claim.task, [claim]);
  }
  const byId = new Map(state.tasks.map((task) => [task.id, task]));
  const results = new Map(facts.results.map((result) => [result.task, result]));
  const asking = askingTasks(facts.results);
  const reachable = reachableIn(state.tasks);
  const hasNotEnded = (id: TaskId) => !hasEnded(byId.get(id)?.status ?? "cancelled");
  return state.tasks.map((task) => {
    const own = claims.get(task.id) ?? NO_CLAIMS;
    const known = knownRows.get(task);
    // Of what is completed nothing else changes; in a large plan that is most.
    if (task.status === "completed" && known && isSameList(known.claims, own)) return known.row;
    const is = standing(task, own.find(isLive), facts.waits.get(task.id), {
      open: task.status === "pending" ? task.dependencies.filter(hasNotEnded) : [],
      canRun: reachable.has(task.id),
      asks: asking.has(task.id),
      why: whyOf(task, facts.reasons, results.get(task.id)),
    });
    const isCritical = expected?.critical.has(task.id) ?? false;
    const times = expected?.tasks.get(task.id);
    const isSame =
      known?.isCritical === isCritical &&
      isSameList(known.claims, own) &&
      isSameStanding(known.standing, is) &&
      isSameSpan(known.times, times, expected?.atMs ?? 0);
    if (isSame) return known.row;
    const { reason, ...stands } = is;
    const row: TaskRow = {
      ...nameOf(task, state),
      status: task.status,
      ...stands,
      ...(reason !== undefined && { reason: cleanText(reason, LINE_LIMIT) }),
      critical: isCritical,
      ...progressOf(task, own, times, facts),
    };
    knownRows.set(task, { claims: own, standing: is, isCritical, times, row });
    return row;
  });
}

function isSameStanding(a: Standing, b: Standing): boolean {
  return (
    a.group === b.group && a.why === b.why && a.reason === b.reason && isSameList(a.waitsFor, b.waitsFor)
  );
}

function isSameSpan(a: ExpectedSpan | undefined, b: ExpectedSpan | undefined, nowMs: number): boolean {
  if (a === undefined || b === undefined) return a === b;
  return isClose(a.startMs, b.startMs, nowMs) && isClose(a.endMs, b.endMs, nowMs);
}

const NO_CLAIMS: readonly AnyClaim[] = [];

function isSameList<Item>(a: readonly Item[], b: readonly Item[]): boolean {
  return a === b || (a.length === b.length && a.every((one, i) => one === b[i]));
}

function whyOf(
  task: Task,
  reasons: ReadonlyMap<TaskId, string>,
  result: TaskResult | undefined,
): string | undefined {
  const cause = task.cause && causeText(task.cause);
  // What an agent says of its failure tells more than that it failed.
  if (task.status === "failed") return result?.summary ?? result?.reason ?? cause;
  return reasons.get(task.id) ?? result?.reason ?? cause;
}

type Named = Pick<TaskRow, "id" | "subject" | "position" | "needs"> & Partial<TaskRow>;

/** A task that has not changed is the same object, and cleaning text takes longer than all the rest. */
const names = new WeakMap<Task, Named>();

function nameOf(task: Task, { plan }: PlanState): Named {
  const known = names.get(task);
  if (known) return known;
  const phase = task.phaseName ?? (task.phase === undefined ? undefined : `${task.phase}`);
  const named: Named = {
    id: task.id,
    subject: cleanText(plainSubject(task, plan.slug), NAME_LIMIT),
    position: task.position,
    ...(phase !== undefined && { phase: cleanText(phase, NAME_LIMIT) }),
    ...(task.agent !== undefined && { role: cleanText(task.agent.replace(/^parallel:/, ""), NAME_LIMIT) }),
    needs: task.dependencies,
  };
  names.set(task, named);
  return named;
}

interface Around {
  /** Dependencies that have not ended. */
  readonly open: readonly TaskId[];
  readonly canRun: boolean;
  readonly asks: boolean;
  readonly why: string | undefined;
}

/** Where a task stands and why, in words as they came. */
type Standing = Pick<TaskRow, "group" | "why" | "waitsFor" | "reason">;

function standing(
  task: Task,
  live: AnyClaim | undefined,
  wait: ReadyWait | undefined,
  { open, canRun, asks, why }: Around,
): Standing {
  const said = why === undefined ? {} : { reason: why };
  if (task.status === "in_progress" || live) return { group: "running", waitsFor: [] };
  if (task.status === "completed" || task.status === "cancelled")
    return { group: "done", waitsFor: [], ...said };
  if (task.status === "failed")
    return asks
      ? { group: "cannotRun", why: "question", reason: "asks a question", waitsFor: [] }
      : { group: "cannotRun", why: "failed", reason: why ?? "failed", waitsFor: [] };
  if (!canRun) return { group: "cannotRun", why: "behind", waitsFor: open, ...said };
  if (!wait) return { group: "waits", why: "tasks", waitsFor: open, ...said };
  // That it failed before says more of it than that it is the next.
  const reason = wait.why === "next" && why !== undefined && why !== "ready" ? why : wait.reason;
  return { group: "couldStart", why: wait.why, waitsFor: wait.waitsFor, reason };
}

function progressOf(
  task: Task,
  claims: readonly AnyClaim[],
  times: ExpectedSpan | undefined,
  { loaded }: RowFacts,
): Pick<TaskRow, "attempts"> & Partial<TaskRow> {
  const attempts = claims.flatMap(attemptRow);
  const measured = claims.flatMap((claim) => (isAttempt(claim) ? (claim.usage ?? []) : []));
  const model = claims.findLast(({ chosenModel }) => chosenModel?.model)?.chosenModel?.model;
  const running = claims.find((claim) => claim.state === "running");
  const startMs = running?.state === "running" ? running.startedAtMs : times?.startMs;
  return {
    ...(model !== undefined && { model }),
    attempts,
    ...(times &&
      startMs !== undefined && {
        expected: {
          startMs: Math.round(startMs),
          endMs: Math.round(times.endMs),
          durationMs: Math.round(loaded.estimates.durationMs(task)),
        },
      }),
    ...(measured.length > 0 && { tokens: measured.reduce((sum, usage) => sum + newTokens(usage), 0) }),
    ...(running?.state === "running" && {
      lastSeenMs: running.lastSeenMs,
      silentAtMs: running.lastSeenMs + Math.round(loaded.policy.leaseMs * SILENT_SHARE),
    }),
  };
}

/** A claim as an attempt of its task; none for an offer that came to nothing. */
export function attemptRow(claim: AnyClaim): AttemptRow[] {
  if (claim.state === "returned") return [];
  const machine = cleanText(machineOf(claim.owner), NAME_LIMIT);
  if (!isAttempt(claim)) return [{ number: 0, state: "offered", startMs: claim.offeredAtMs, machine }];
  const endMs = workedUntilMs(claim);
  return [
    {
      number: claim.number,
      state: attemptStanding(claim),
      startMs: claim.startedAtMs,
      ...(endMs !== undefined && { endMs: Math.max(claim.startedAtMs, endMs) }),
      machine,
      ...(claim.usage && { tokens: newTokens(claim.usage) }),
    },
  ];
}
