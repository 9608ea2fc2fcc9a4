import { DELIVERING_MARK, MARKS } from "../report/tasks/status-mark.ts";
import { formatDuration, plural } from "../text/format.ts";
import {
  type ActionName,
  type AttemptRow,
  ROW_GROUPS,
  type RowGroup,
  type SnapshotHead,
  type TaskRow,
  WAIT_KINDS,
  type WaitKind,
} from "./snapshot.ts";

/** Rows of one kind, in the order in which they are shown. */
export interface ShownGroup {
  readonly group: RowGroup;
  readonly title: string;
  readonly rows: readonly TaskRow[];
  /** What there is to say of all of them at once, such as `6 without a free agent · 2 with files held`; may be empty. */
  readonly summary: string;
}

const TITLES: Readonly<Record<RowGroup, string>> = {
  running: "Running",
  couldStart: "Could start",
  waits: "Wait for others",
  cannotRun: "Cannot run",
  done: "Done",
};

/** What stands behind how many there are. */
const WAIT_WORDS: Readonly<Record<WaitKind, string>> = {
  next: "next",
  cap: "without a free agent",
  role: "with their role busy",
  files: "with files held",
  turn: "in turn",
  retry: "after a retry",
  schedule: "held back",
  level: "after the level before",
  limit: "at a limit",
  elsewhere: "elsewhere",
  machine: "no machine",
  held: "paused",
  tasks: "waiting for others",
  question: "asking",
  failed: "failed",
  behind: "waiting for those",
};

/** The groups that have rows: running ones by length, then by when they are expected, ended ones newest first. */
export function rowGroups(tasks: readonly TaskRow[]): ShownGroup[] {
  const rows = new Map<RowGroup, TaskRow[]>(ROW_GROUPS.map((group) => [group, []]));
  for (const task of tasks) rows.get(task.group)?.push(task);
  return ROW_GROUPS.flatMap((group) => {
    const own = rows.get(group) ?? [];
    if (own.length === 0) return [];
    return [{ group, title: TITLES[group], rows: own.sort(ORDER[group]), summary: summaryOf(group, own) }];
  });
}

const startOf = ({ expected }: TaskRow) => expected?.startMs ?? Number.MAX_SAFE_INTEGER;
const lastOf = ({ attempts }: TaskRow): AttemptRow | undefined => attempts.at(-1);
const byExpectedStart = (a: TaskRow, b: TaskRow) => startOf(a) - startOf(b) || a.position - b.position;

const ORDER: Readonly<Record<RowGroup, (a: TaskRow, b: TaskRow) => number>> = {
  running: (a, b) => (lastOf(a)?.startMs ?? 0) - (lastOf(b)?.startMs ?? 0) || a.position - b.position,
  couldStart: byExpectedStart,
  waits: byExpectedStart,
  cannotRun: (a, b) => Number(a.why === "behind") - Number(b.why === "behind") || a.position - b.position,
  done: (a, b) => (lastOf(b)?.endMs ?? 0) - (lastOf(a)?.endMs ?? 0) || a.position - b.position,
};

/**
 * How many for which reason, the most frequent first, and last those that only wait for the rest; of what has ended, what
 * did not go at once.
 */
function summaryOf(group: RowGroup, rows: readonly TaskRow[]): string {
  if (group === "running") return "";
  if (group === "done") {
    const retried = rows.filter(({ attempts }) => attempts.length > 1).length;
    const cancelled = rows.filter(({ status }) => status === "cancelled").length;
    return [
      ...(retried > 0 ? [`${retried} tried more than once`] : []),
      ...(cancelled > 0 ? [`${cancelled} cancelled`] : []),
    ].join(" · ");
  }
  const counts = WAIT_KINDS.map((kind) => [kind, rows.filter(({ why }) => why === kind).length] as const);
  return (
    counts
      .filter(([, count]) => count > 0)
      // The title says it.
      .filter(([kind]) => kind !== "tasks")
      .sort(([one, a], [other, b]) => Number(one === "behind") - Number(other === "behind") || b - a)
      .map(([kind, count]) => `${count} ${WAIT_WORDS[kind]}`)
      .join(" · ")
  );
}

/** The sign of a row: what its status is, that it is on its way onto a branch, or that it asks. */
export function signOf(row: Pick<TaskRow, "status" | "why" | "attempts">): string {
  if (row.why === "question") return "?";
  const isDelivering = row.status === "in_progress" && row.attempts.at(-1)?.state === "delivering";
  return isDelivering ? DELIVERING_MARK : MARKS[row.status];
}

/** What takes longer than this times what was expected is over. */
const OVER = 1.25;

/** How long a task has run, or ran, in milliseconds; undefined: it never did. */
export function tookMs(row: TaskRow, nowMs: number): number | undefined {
  const last = row.attempts.at(-1);
  return last && Math.max(0, (last.endMs ?? nowMs) - last.startMs);
}

export function isOverdue(row: TaskRow, nowMs: number): boolean {
  if (row.group !== "running" || !row.expected) return false;
  return (tookMs(row, nowMs) ?? 0) > OVER * row.expected.durationMs;
}

/** For how long its agent has given no sign of life, once that is long; undefined: it is not silent. */
export function silentMs(row: TaskRow, nowMs: number): number | undefined {
  if (row.lastSeenMs === undefined || row.silentAtMs === undefined || nowMs < row.silentAtMs)
    return undefined;
  return nowMs - row.lastSeenMs;
}

/** What a row says beside its subject, in a phrase: why it does not run, that it is silent, or how it ended. */
export function rowWords(row: TaskRow, nowMs: number): string {
  const silent = silentMs(row, nowMs);
  if (silent !== undefined) return `silent for ${formatDuration(silent)}`;
  if (row.group === "running") {
    const { state, number = 0 } = row.attempts.at(-1) ?? {};
    if (state === "offered") return "offered to an agent";
    if (state === "delivering") return "its work is on the way onto the branch";
    return number > 1 ? `attempt ${number}` : "";
  }
  return row.reason ?? "";
}

/** `≈ 23 min left, at least 19 min`; empty where nothing is expected. */
export function leftWords({ forecast }: Pick<SnapshotHead, "forecast">): string {
  if (!forecast) return "";
  const { leftMs, lowerBoundMs } = forecast;
  const bound =
    lowerBoundMs >= leftMs || lowerBoundMs <= 0 ? "" : `, at least ${formatDuration(lowerBoundMs)}`;
  return `≈ ${formatDuration(leftMs)} left${bound}`;
}

/** `30 of 60 completed, 8 running, 1 failed`, without what there is none of. */
export function countWords({ counts }: Pick<SnapshotHead, "counts">): string {
  const { total, completed, ...rest } = counts;
  const others = Object.entries(rest).flatMap(([name, count]) => (count > 0 ? [`${count} ${name}`] : []));
  return [`${completed} of ${plural(total, "task")} completed`, ...others].join(", ");
}

/** What can be done to the plan as it is. */
export function planActions({ status, done }: Pick<SnapshotHead, "status" | "done">): ActionName[] {
  if (status === "stopped") return ["resume"];
  if (status === "paused") return ["resume", "stop", "cap"];
  return done ? ["cap"] : ["pause", "stop", "cap"];
}

/** What can be done to a task as it is; what a review has rejected is `accept`ed or `reject`ed by its need. */
export function taskActions({ status, why }: Pick<TaskRow, "status" | "why">): ActionName[] {
  if (status === "completed") return [];
  if (why === "question") return ["answer", "retry", "cancel"];
  if (status === "failed") return ["retry", "cancel"];
  if (status === "cancelled") return ["retry"];
  return status === "in_progress" ? ["retry", "cancel"] : ["cancel"];
}
