import type { AnyClaim } from "../../graph/attempt.ts";
import { callerName } from "../../graph/effect.ts";
import type { GraphEvent } from "../../graph/event.ts";
import type { PlanState } from "../../graph/plan-state.ts";
import { matches } from "../../graph/scope/globs-meet.ts";
import { parseScope } from "../../graph/scope/scope.ts";
import type { TaskId } from "../../graph/task.ts";
import { heldLooks } from "../../policy/effects/seen-changes.ts";
import { normalisePath } from "../../text/normalise.ts";
import { attemptFiles, type WrittenFiles } from "../tasks/attempt-files.ts";
import { type AttemptSpan, attemptSpans } from "../tasks/attempt-span.ts";

/** A file that more than one task changed. */
export interface SharedFile {
  readonly path: string;
  /** In order of position. */
  readonly tasks: readonly TaskId[];
  /** Whether attempts of two of them ran at the same moment: only then can one have undone the other's work. */
  readonly atTheSameTime: boolean;
}

/** A file that a task changed outside the scope that it had declared. */
export interface OutsideScope {
  readonly task: TaskId;
  readonly path: string;
  /** The guard saw that nobody held the path and granted it. */
  readonly granted: boolean;
}

/** Files that more than one task was seen to change, or names as changed, sorted by path. */
export function sharedFiles(state: PlanState, written: WrittenFiles, nowMs: number): SharedFile[] {
  const touchedBy = new Map<string, AttemptSpan[]>();
  for (const span of attemptSpans(state, nowMs)) {
    for (const path of new Set(filesOf(span, written))) {
      touchedBy.set(path, [...(touchedBy.get(path) ?? []), span]);
    }
  }
  const position = new Map(state.tasks.map((task) => [task.id, task.position]));
  return [...touchedBy]
    .map(([path, spans]) => ({
      path,
      tasks: [...new Set(spans.map((span) => span.attempt.task))].sort(
        (a, b) => (position.get(a) ?? 0) - (position.get(b) ?? 0),
      ),
      atTheSameTime: spans.some((a, i) =>
        spans.slice(i + 1).some((b) => a.attempt.task !== b.attempt.task && overlap(a, b)),
      ),
    }))
    .filter((file) => file.tasks.length > 1)
    .sort((a, b) => compareText(a.path, b.path));
}

/** Declared scopes against what was seen or reported. Inferred scopes promise nothing and are not judged. */
export function outsideScope(state: PlanState, written: WrittenFiles, nowMs: number): OutsideScope[] {
  const seen = new Set<string>();
  return attemptSpans(state, nowMs).flatMap((span) => {
    const { scope, task, widened } = span.attempt;
    if (scope.basis !== "declared") return [];
    const { writes } = parseScope(scope, state.caseInsensitive);
    const granted = new Set(widened.map(normalisePath));
    return filesOf(span, written)
      .filter((path) => !writes.some((glob) => matches(glob, path)))
      .filter((path) => {
        const key = JSON.stringify([task, path]);
        return seen.has(key) ? false : seen.add(key);
      })
      .map((path) => ({ task, path, granted: granted.has(path) }));
  });
}

function filesOf({ attempt }: AttemptSpan, written: WrittenFiles): string[] {
  const { seen, notSeen } = attemptFiles(attempt, written.get(attempt.id));
  return [...seen, ...notSeen];
}

function overlap(a: AttemptSpan, b: AttemptSpan): boolean {
  return a.startMs < b.endMs && b.startMs < a.endMs;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A change of a file that a task held, which was undone at once. */
export interface UndoneChange {
  readonly path: string;
  /** The task whose work is there again. */
  readonly task: TaskId;
  /** Whose call made the change. */
  readonly by: string;
}

/** What was undone of changes that others made in files of the plan's tasks, oldest first. */
export function undoneChanges(events: readonly GraphEvent[], claims: readonly AnyClaim[]): UndoneChange[] {
  const tasks = new Map(claims.map(({ id, task }) => [id, task]));
  return heldLooks(events).flatMap(({ calls, files }) =>
    files.flatMap(({ path, holder, call, undone }) => {
      const task = tasks.get(holder);
      const made = calls.find(({ id }) => id === call);
      return undone && task !== undefined && made ? [{ path, task, by: callerName(made) }] : [];
    }),
  );
}
