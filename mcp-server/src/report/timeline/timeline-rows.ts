import type { PlanState } from "../../graph/plan-state.ts";
import { plainSubject, type TaskId, type TaskStatus } from "../../graph/task.ts";
import { type AttemptStanding, attemptSpans, attemptStanding } from "../tasks/attempt-span.ts";
import type { Span } from "./slots.ts";

/** What a bar of the timeline stands for: how an attempt ended or how far it is, or that it is only planned. */
export type BarKind = AttemptStanding | "planned";

export interface Bar extends Span {
  readonly kind: BarKind;
}

/** One task of a timeline with its attempts, or with the time that is planned for it. */
export interface TimelineRow {
  readonly task: string;
  readonly subject: string;
  /** Absent in a planned schedule. */
  readonly status?: TaskStatus;
  /** In order of start; none where the task never ran. */
  readonly bars: readonly Bar[];
}

/** One task of a planned schedule. */
export interface PlannedRow extends Span {
  readonly task: TaskId;
  readonly subject: string;
}

/** What really ran: tasks in order of their first start, then those that never ran. */
export function timelineOf(state: PlanState, nowMs: number): TimelineRow[] {
  const bars = new Map<TaskId, Bar[]>();
  for (const { attempt, startMs, endMs } of attemptSpans(state, nowMs)) {
    const bar: Bar = { startMs, endMs, kind: attemptStanding(attempt) };
    bars.set(attempt.task, [...(bars.get(attempt.task) ?? []), bar]);
  }
  return byFirstStart(
    state.tasks.map((task) => ({
      task: task.id,
      subject: plainSubject(task, state.plan.slug),
      status: task.status,
      bars: bars.get(task.id) ?? [],
    })),
  );
}

/** What is planned to run. */
export function timelineOfSchedule(schedule: readonly PlannedRow[]): TimelineRow[] {
  return byFirstStart(
    schedule.map(({ task, subject, startMs, endMs }) => ({
      task,
      subject,
      bars: [{ startMs, endMs, kind: "planned" }],
    })),
  );
}

/** Tasks in order of their first start, then those that never ran. */
export function byFirstStart(rows: readonly TimelineRow[]): TimelineRow[] {
  const startOf = (row: TimelineRow) => row.bars[0]?.startMs ?? Number.MAX_SAFE_INTEGER;
  return [...rows].sort((a, b) => startOf(a) - startOf(b));
}
