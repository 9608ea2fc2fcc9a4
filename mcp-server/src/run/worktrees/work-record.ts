import type { AnyClaim, Attempt, AttemptId } from "../../graph/attempt.ts";
import type { Change, ChangeType } from "../../graph/event.ts";
import type { TaskId } from "../../graph/task.ts";
import { changedByOthers } from "../../policy/effects/seen-changes.ts";
import type { PlanView } from "../plan/plan-view.ts";

/** What of an attempt counts here; one that begins with its report has its number already. */
export type AttemptAtWork = Pick<Attempt, "id" | "task" | "number" | "scope" | "widened" | "isolation">;

type Recorded<Type extends Change["type"]> = Extract<Change, { type: Type }>;

/** The worktree of an attempt, cut and verified. */
export type CutWorktree = Recorded<"worktree.cut">;

/** Worktrees and commits of a plan's attempts, as the log tells them. */
export interface WorkRecord {
  readonly cut: ReadonlyMap<AttemptId, CutWorktree>;
  readonly removed: ReadonlySet<AttemptId>;
  readonly committed: ReadonlyMap<AttemptId, Recorded<"work.committed">>;
  readonly merged: ReadonlyMap<AttemptId, Recorded<"work.merged">>;
  readonly conflicted: readonly Recorded<"work.conflicted">[];
  /** What was changed in the shared checkout before the attempt. */
  readonly seen: ReadonlyMap<AttemptId, ReadonlySet<string>>;
}

/** Reads the record of a plan. */
export async function workRecord(plan: PlanView): Promise<WorkRecord> {
  const types = [
    "worktree.cut",
    "worktree.removed",
    "work.committed",
    "work.merged",
    "work.conflicted",
    "checkout.seen",
  ] as const satisfies readonly ChangeType[];
  const events = await plan.reader.events(plan.id, { types });
  const of = <Type extends (typeof types)[number]>(type: Type) =>
    events.flatMap(({ change }) => (change.type === type ? [change as Recorded<Type>] : []));
  const byAttempt = <Line extends { readonly attempt: AttemptId }>(lines: readonly Line[]) =>
    new Map(lines.map((line) => [line.attempt, line]));
  return {
    cut: byAttempt(of("worktree.cut")),
    removed: new Set(of("worktree.removed").map(({ attempt }) => attempt)),
    committed: byAttempt(of("work.committed")),
    merged: byAttempt(of("work.merged")),
    conflicted: of("work.conflicted"),
    seen: new Map(of("checkout.seen").map(({ attempt, changed }) => [attempt, new Set(changed)])),
  };
}

/** By task, the files that only others were seen to change in the shared checkout. */
export async function filesOfOthers(plan: PlanView): Promise<(task: TaskId) => ReadonlySet<string>> {
  const events = await plan.reader.events(plan.id, { types: ["files.changed", "checkout.observed"] });
  return changedByOthers(events, plan.graph.claims);
}

/** The worktree of a claim of the plan, if one was cut. */
export async function worktreeOf(plan: PlanView, { id }: AnyClaim): Promise<CutWorktree | undefined> {
  const lines = await plan.reader.events(plan.id, { types: ["worktree.cut"] });
  return lines
    .flatMap(({ change }) => (change.type === "worktree.cut" ? [change] : []))
    .findLast((line) => line.attempt === id);
}

/** The last commit of the task's work that the plan's branch holds. */
export function mergedCommit(record: WorkRecord, task: TaskId): string | undefined {
  return [...record.merged.values()].findLast((line) => line.task === task)?.commit;
}

/** The conflict that the task is there to solve. */
export function conflictFor(record: WorkRecord, task: TaskId): Recorded<"work.conflicted"> | undefined {
  return record.conflicted.findLast(({ mergeTask }) => mergeTask === task);
}
