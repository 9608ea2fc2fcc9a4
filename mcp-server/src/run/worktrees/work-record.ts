import type { AttemptId } from "../../graph/attempt.ts";
import type { Change } from "../../graph/event.ts";
import type { TaskId } from "../../graph/task.ts";
import type { GraphReader } from "../../store/graph-store.ts";

type Recorded<Type extends Change["type"]> = Extract<Change, { type: Type }>;

/** Worktrees and commits of a plan's attempts, as the log tells them. */
export interface WorkRecord {
  readonly cut: ReadonlyMap<AttemptId, Recorded<"worktree.cut">>;
  readonly removed: ReadonlySet<AttemptId>;
  readonly committed: ReadonlyMap<AttemptId, Recorded<"work.committed">>;
  readonly merged: ReadonlyMap<AttemptId, Recorded<"work.merged">>;
  readonly conflicted: readonly Recorded<"work.conflicted">[];
  /** What was changed in the shared checkout before the attempt. */
  readonly seen: ReadonlyMap<AttemptId, ReadonlySet<string>>;
}

/** Reads the record of a plan. */
export async function workRecord(reader: GraphReader, planId: number): Promise<WorkRecord> {
  const of = <Type extends Change["type"]>(type: Type) => linesOf(reader, planId, type);
  const byAttempt = <Line extends { readonly attempt: AttemptId }>(lines: readonly Line[]) =>
    new Map(lines.map((line) => [line.attempt, line]));
  return {
    cut: byAttempt(await of("worktree.cut")),
    removed: new Set((await of("worktree.removed")).map(({ attempt }) => attempt)),
    committed: byAttempt(await of("work.committed")),
    merged: byAttempt(await of("work.merged")),
    conflicted: await of("work.conflicted"),
    seen: new Map((await of("checkout.seen")).map(({ attempt, changed }) => [attempt, new Set(changed)])),
  };
}

/** The worktree of one attempt, if one was cut. */
export async function worktreeOf(
  reader: GraphReader,
  planId: number,
  attempt: AttemptId,
): Promise<Recorded<"worktree.cut"> | undefined> {
  const lines = await linesOf(reader, planId, "worktree.cut");
  return lines.findLast((line) => line.attempt === attempt);
}

/** Those lines of a type that this version can read. */
async function linesOf<Type extends Change["type"]>(
  reader: GraphReader,
  planId: number,
  type: Type,
): Promise<Recorded<Type>[]> {
  const events = await reader.events(planId, { type });
  return events.flatMap(({ change }) => (change.type === type ? [change as Recorded<Type>] : []));
}

/** The last commit of the task's work that the plan's branch holds. */
export function mergedCommit(record: WorkRecord, task: TaskId): string | undefined {
  return [...record.merged.values()].findLast((line) => line.task === task)?.commit;
}

/** The conflict that the task is there to solve. */
export function conflictFor(record: WorkRecord, task: TaskId): Recorded<"work.conflicted"> | undefined {
  return record.conflicted.findLast(({ mergeTask }) => mergeTask === task);
}
