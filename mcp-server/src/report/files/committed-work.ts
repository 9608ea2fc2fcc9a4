import type { AttemptId } from "../../graph/attempt.ts";
import type { Change, GraphEvent } from "../../graph/event.ts";
import type { PlanSlug, TaskId } from "../../graph/task.ts";
import { gitMovedLines } from "../../policy/effects/git-move-text.ts";
import { type GateFigures, gateFigures } from "../figures/gate-figures.ts";

/** What became of the plan's work as commits. */
export interface CommittedWork {
  /** Absent: nothing was merged, there were no worktrees. */
  readonly branch?: {
    readonly name: string;
    readonly merged: readonly TaskId[];
    /** How the user takes the work over. */
    readonly takeOver: string;
    /** What became of it in a checkout; absent: nothing yet, or that was before its newest work. */
    readonly delivery?:
      | { readonly kind: "delivered"; readonly how: "changes" | "merge"; readonly files: readonly string[] }
      | {
          readonly kind: "refused";
          readonly reason: string;
          readonly files: readonly string[];
          /** What tries it again. */
          readonly command: string;
        };
  };
  readonly conflicts: readonly {
    readonly task: TaskId;
    readonly files: readonly string[];
    readonly mergeTask: TaskId;
    readonly solved: boolean;
    /** Git merges it, and the gate is red with the work of these tasks then; absent: git does not merge it. */
    readonly redWith?: readonly TaskId[];
  }[];
  /** Worktrees that still stand, because what lies there is on no other branch. */
  readonly kept: readonly { readonly task: TaskId; readonly path: string; readonly branch: string }[];
  /** What the policy `commit` put on the branch that is checked out. */
  readonly commits: readonly { readonly task: TaskId; readonly commit: string; readonly files: number }[];
  /** Files of tasks that were not committed, because somebody had changed them before or only others changed them. */
  readonly leftOut: readonly {
    readonly task: TaskId;
    readonly path: string;
    readonly why: "before" | "by others";
  }[];
  readonly skipped: readonly string[];
  /** Absent: nothing was tested before it was merged. */
  readonly gate?: GateFigures;
}

/** Reads out of the log what was committed and merged, and what was not. */
export function committedWork(plan: PlanSlug, events: readonly GraphEvent[]): CommittedWork {
  const of = <Type extends Change["type"]>(type: Type) =>
    events.flatMap(({ change }) => (change.type === type ? [change as Extract<Change, { type: Type }>] : []));
  const merged = of("work.merged");
  const mergedAttempts = new Set(merged.map(({ attempt }) => attempt));
  const cut = of("worktree.cut");
  const inWorktree = new Set<AttemptId>(cut.map(({ attempt }) => attempt));
  const removed = new Set(of("worktree.removed").map(({ attempt }) => attempt));
  const running = runningAttempts(events);
  const conflicted = of("work.conflicted");
  // The task that merges may conflict in its turn.
  const isMerged = (task: TaskId): boolean =>
    merged.some((line) => line.task === task) ||
    conflicted.some((line) => line.task === task && isMerged(line.mergeTask));
  const isSolved = (attempt: AttemptId) =>
    mergedAttempts.has(attempt) ||
    conflicted.some((line) => line.attempt === attempt && isMerged(line.mergeTask));
  const committed = of("work.committed");
  const gate = gateFigures(events);
  const name = `parallel/${plan}`;
  return {
    ...(cut.length + merged.length > 0 && {
      branch: {
        name,
        merged: [...new Set(merged.map(({ task }) => task))],
        takeOver: `git merge ${name}`,
        ...deliveryOf(plan, events),
      },
    }),
    conflicts: conflicted.map(({ task, files, mergeTask, sides }) => ({
      task,
      files,
      mergeTask,
      solved: isMerged(mergeTask),
      ...(sides && { redWith: sides }),
    })),
    kept: cut
      .filter(({ attempt }) => !removed.has(attempt) && !isSolved(attempt) && !running.has(attempt))
      .map(({ task, path, branch }) => ({ task, path, branch })),
    commits: committed
      .filter(
        ({ attempt, files }) => !inWorktree.has(attempt) && !mergedAttempts.has(attempt) && files.length > 0,
      )
      .map(({ task, commit, files }) => ({ task, commit, files: files.length })),
    leftOut: committed.flatMap(({ task, leftOut, byOthers = [] }) =>
      leftOut.map((path) => ({ task, path, why: byOthers.includes(path) ? "by others" : "before" })),
    ),
    skipped: of("commit.skipped").map(({ reason }) => reason),
    ...(gate && { gate }),
  };
}

/** The last delivery, unless more was merged after it. */
function deliveryOf(
  plan: PlanSlug,
  events: readonly GraphEvent[],
): Pick<NonNullable<CommittedWork["branch"]>, "delivery"> {
  const types: readonly string[] = ["work.merged", "work.delivered", "delivery.refused"];
  const last = events.findLast(({ change }) => types.includes(change.type))?.change;
  if (last?.type === "work.delivered") {
    return { delivery: { kind: "delivered", how: last.how, files: last.files } };
  }
  if (last?.type !== "delivery.refused") return {};
  const { reason, files } = last;
  return { delivery: { kind: "refused", reason, files, command: `parallel-tasks deliver ${plan}` } };
}

function runningAttempts(events: readonly GraphEvent[]): Set<AttemptId> {
  const running = new Set<AttemptId>();
  for (const { change } of events) {
    if (change.type === "claim.offered" || change.type === "attempt.revived") running.add(change.attempt);
    if (change.type === "claim.returned" || change.type === "attempt.ended") running.delete(change.attempt);
  }
  return running;
}

/** What moved in git while tasks ran and nobody was entitled to, in words, with who ran; the oldest first. */
export function gitMovesOf(plan: PlanSlug, events: readonly GraphEvent[]): string[] {
  return events.flatMap(({ change }) => (change.type === "git.moved" ? gitMovedLines(change, plan) : []));
}
