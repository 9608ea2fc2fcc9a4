import { topologicalOrder } from "../graph/order/levels.ts";
import type { PlanStatus } from "../graph/plan.ts";
import type { TaskStatus } from "../graph/task.ts";
import {
  type AttemptRow,
  type HistoryTask,
  type Incident,
  MAX_TROUBLE,
  type Need,
  type PlanHistory,
  type PlanSnapshot,
  type SnapshotCounts,
  type TaskRow,
} from "./snapshot.ts";

/**
 * Shows a plan as it was at any moment, as far as the history tells: statuses, attempts, dependencies and what went
 * wrong are as they were; of why a task did not start only the plan's own reasons are known, and nothing is forecast.
 * @returns a function of the moment, in milliseconds of the graph's clock; a thousand tasks take it about a millisecond.
 */
export function stateAt(history: PlanHistory): (atMs: number) => PlanSnapshot {
  const inOrder = topologicalOrder(history.tasks.map((task) => ({ ...task, dependencies: task.needs })));
  const byPosition = [...history.tasks].sort((a, b) => a.position - b.position);
  return (atMs) => {
    const status = valueAt(history.statuses, atMs) ?? "open";
    const moment = new Map<string, TaskMoment>();
    // A task after all those that it needs.
    for (const task of inOrder) {
      const own = momentOf(task, atMs, moment);
      if (own !== undefined) moment.set(task.id, own);
    }
    const known = byPosition.filter(({ id }) => moment.has(id));
    const running = [...moment.values()].filter((task) => task.status === "in_progress").length;
    const critical = longestChain(inOrder, moment);
    const rows = known.map((task): TaskRow => {
      const own = moment.get(task.id) as TaskMoment;
      return rowOf(task, own, { atMs, status, isFull: running >= history.cap, critical, moment });
    });
    const trouble = troubleUntil(history.trouble, atMs);
    const isDone = !rows.some(
      ({ group }) => group === "running" || group === "couldStart" || group === "waits",
    );
    const starts = rows.flatMap(({ attempts }) => attempts.map(({ startMs }) => startMs));
    const ends = rows.flatMap(({ attempts }) => attempts.map(({ endMs }) => endMs ?? atMs));
    const held = heldBy(status);
    return {
      v: 1,
      plan: history.plan,
      title: history.title,
      repository: history.repository,
      seq: history.seq,
      atMs,
      status,
      done: isDone,
      ...(held === undefined ? {} : { held }),
      runBy: { kind: "done", words: "as it was" },
      machines: [],
      ...(starts.length === 0 ? {} : { startedAtMs: least(starts) }),
      ...(isDone && ends.length > 0 ? { endedAtMs: most(ends) } : {}),
      cap: { running, now: history.cap, allowed: history.cap },
      counts: countsOf(rows),
      cost: { tokens: rows.reduce((sum, { tokens }) => sum + (tokens ?? 0), 0), limits: [] },
      needs: needsOf(rows, trouble),
      trouble,
      tasks: rows,
    };
  };
}

/** What a task was at the moment. */
interface TaskMoment {
  readonly status: TaskStatus;
  /** Its dependencies hold. */
  readonly isReady: boolean;
  /** It can still complete, if nothing fails. */
  readonly canComplete: boolean;
}

function momentOf(
  task: HistoryTask,
  atMs: number,
  before: ReadonlyMap<string, TaskMoment>,
): TaskMoment | undefined {
  const status = valueAt(task.statuses, atMs);
  if (status === undefined) return undefined;
  const others = task.needs.flatMap((id) => before.get(id) ?? []);
  const completed = others.filter((other) => other.status === "completed").length;
  const possible = others.filter((other) => other.canComplete).length;
  if (task.needed === "ended") {
    const isReady = others.every((other) => isEnded(other.status));
    // One that can never start never ends.
    const canEnd = others.every((other) => other.canComplete || isEnded(other.status));
    return { status, isReady, canComplete: canStillComplete(status, canEnd) };
  }
  const needed = task.needed ?? others.length;
  return {
    status,
    isReady: completed >= needed,
    canComplete: canStillComplete(status, possible >= needed),
  };
}

function canStillComplete(status: TaskStatus, canStart: boolean): boolean {
  return status === "completed" || status === "in_progress" || (status === "pending" && canStart);
}

function isEnded(status: TaskStatus): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}

interface Surrounding {
  readonly atMs: number;
  readonly status: PlanStatus;
  /** As many agents are at work as may be. */
  readonly isFull: boolean;
  readonly critical: ReadonlySet<string>;
  readonly moment: ReadonlyMap<string, TaskMoment>;
}

function rowOf(task: HistoryTask, own: TaskMoment, around: Surrounding): TaskRow {
  const { id, subject, position, phase, role, model, needs, durationMs } = task;
  const attempts = attemptsAt(task.attempts, own.status, around.atMs);
  const tokens = attempts.reduce((sum, attempt) => sum + (attempt.tokens ?? 0), 0);
  const last = attempts.at(-1);
  return {
    id,
    subject,
    position,
    ...(phase === undefined ? {} : { phase }),
    ...(role === undefined ? {} : { role }),
    ...(model === undefined ? {} : { model }),
    status: own.status,
    ...placeOf(task, own, last, around),
    needs,
    critical: around.critical.has(id),
    attempts,
    ...(own.status === "in_progress" && last !== undefined
      ? { expected: { startMs: last.startMs, endMs: last.startMs + durationMs, durationMs } }
      : {}),
    ...(tokens > 0 ? { tokens } : {}),
  };
}

type Place = Pick<TaskRow, "group" | "reason" | "why" | "waitsFor">;

function placeOf(
  { needs }: HistoryTask,
  own: TaskMoment,
  last: AttemptRow | undefined,
  { status, isFull, moment }: Surrounding,
): Place {
  if (own.status === "in_progress") return { group: "running", waitsFor: [] };
  if (own.status === "completed" || own.status === "cancelled") return { group: "done", waitsFor: [] };
  if (own.status === "failed") {
    return last?.state === "blocked"
      ? { group: "cannotRun", why: "question", reason: "asks a question", waitsFor: [] }
      : { group: "cannotRun", why: "failed", reason: "failed", waitsFor: [] };
  }
  const open = needs.filter((id) => moment.get(id)?.status !== "completed");
  if (!own.canComplete) {
    const dead = open.filter((id) => moment.get(id)?.canComplete === false);
    return { group: "cannotRun", why: "behind", reason: `behind ${dead.join(", ")}`, waitsFor: dead };
  }
  if (!own.isReady) {
    return { group: "waits", why: "tasks", reason: `waits for ${open.join(", ")}`, waitsFor: open };
  }
  const held = heldBy(status);
  if (held !== undefined) return { group: "couldStart", why: "held", reason: held, waitsFor: [] };
  if (isFull) return { group: "couldStart", why: "cap", reason: "all places are taken", waitsFor: [] };
  return { group: "couldStart", why: "next", waitsFor: [] };
}

/** The attempts that had begun; of what ended later, that it was running. */
function attemptsAt(attempts: readonly AttemptRow[], status: TaskStatus, atMs: number): AttemptRow[] {
  return attempts
    .filter(({ startMs }) => startMs <= atMs)
    .map((attempt, n, begun): AttemptRow => {
      const { number, startMs, endMs, machine } = attempt;
      const hasEnded = endMs !== undefined && endMs <= atMs;
      if (hasEnded) {
        const isDelivering =
          n === begun.length - 1 && status === "in_progress" && attempt.state === "completed";
        return isDelivering ? { ...attempt, state: "delivering" } : attempt;
      }
      return { number, startMs, state: "running", ...(machine === undefined ? {} : { machine }) };
    });
}

/** The tasks of the longest chain of what had not ended, by how long each was expected to take. */
function longestChain(
  inOrder: readonly HistoryTask[],
  moment: ReadonlyMap<string, TaskMoment>,
): ReadonlySet<string> {
  const lengths = new Map<string, { ms: number; before?: string }>();
  let last: { id: string; ms: number } | undefined;
  for (const { id, needs, durationMs } of inOrder) {
    const own = moment.get(id);
    if (own === undefined || isEnded(own.status) || !own.canComplete) continue;
    let before: { id: string; ms: number } | undefined;
    for (const other of needs) {
      const ms = lengths.get(other)?.ms;
      if (ms !== undefined && ms > (before?.ms ?? 0)) before = { id: other, ms };
    }
    const ms = durationMs + (before?.ms ?? 0);
    lengths.set(id, { ms, ...(before === undefined ? {} : { before: before.id }) });
    if (ms > (last?.ms ?? 0)) last = { id, ms };
  }
  const chain = new Set<string>();
  for (let id = last?.id; id !== undefined; id = lengths.get(id)?.before) chain.add(id);
  return chain;
}

function needsOf(rows: readonly TaskRow[], trouble: readonly Incident[]): Need[] {
  return rows
    .filter(({ status }) => status === "failed")
    .map(({ id, why, attempts }): Need => {
      const sinceMs = attempts.at(-1)?.endMs;
      return {
        task: id,
        kind: why === "question" ? "question" : "failed",
        text: trouble.find(({ task }) => task === id)?.text ?? "",
        ...(sinceMs === undefined ? {} : { sinceMs }),
        holdsUp: rows.filter((row) => row.why === "behind" && row.waitsFor.includes(id)).map((row) => row.id),
        actions: [],
      };
    });
}

function countsOf(rows: readonly TaskRow[]): SnapshotCounts {
  const count = (test: (row: TaskRow) => boolean) => rows.filter(test).length;
  const isDelivering = ({ status, attempts }: TaskRow) =>
    status === "in_progress" && attempts.at(-1)?.state === "delivering";
  const delivering = count(isDelivering);
  return {
    total: rows.length,
    completed: count(({ status }) => status === "completed"),
    running: count(({ status }) => status === "in_progress") - delivering,
    delivering,
    failed: count(({ status }) => status === "failed"),
    cancelled: count(({ status }) => status === "cancelled"),
    waiting: count(({ status }) => status === "pending"),
  };
}

function troubleUntil(oldestFirst: readonly Incident[], atMs: number): Incident[] {
  return oldestFirst
    .filter((trouble) => trouble.atMs <= atMs)
    .slice(-MAX_TROUBLE)
    .reverse();
}

function heldBy(status: PlanStatus): string | undefined {
  return status === "open" ? undefined : `the plan is ${status}`;
}

function valueAt<T>(changes: readonly (readonly [number, T])[], atMs: number): T | undefined {
  return changes[lastUntil(changes, atMs)]?.[1];
}

/** The index of the last change that is not after the moment; -1: none is. */
function lastUntil(changes: readonly (readonly [number, unknown])[], atMs: number): number {
  let [low, high] = [0, changes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((changes[middle] as readonly [number, unknown])[0] <= atMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b));
}

function most(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b));
}
