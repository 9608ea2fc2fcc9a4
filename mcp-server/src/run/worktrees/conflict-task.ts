import { planBranch } from "../../git/plan-branch.ts";
import type { Change } from "../../graph/event.ts";
import { plainSubject } from "../../graph/task.ts";
import { shownPath } from "../../text/display-path.ts";
import { type LoadedPlan, taskOf } from "../plan/load-plan.ts";
import { freeId } from "../plan/new-task.ts";
import { sideOf, summaryOf, togetherTask } from "./sides.ts";
import type { AttemptAtWork, WorkRecord } from "./work-record.ts";

export interface Conflict {
  readonly commit: string;
  readonly head: string;
  readonly files: readonly string[];
}

/** What is told of the two sides of a conflict. */
export interface Sides {
  /** The summary of the report that brought the conflict. */
  readonly summary: string;
  /** Commits of the plan's branch that touch the files and that the task's work does not know. */
  readonly others: readonly string[];
}

/**
 * The changes that turn a conflict into a task: it names both sides, runs in a worktree in which the merge is begun,
 * and whatever waited for the task waits for it too.
 */
export function conflictTask(
  loaded: LoadedPlan,
  record: WorkRecord,
  attempt: AttemptAtWork,
  conflict: Conflict,
  sides: Sides,
): Change[] {
  const task = taskOf(loaded, attempt.task);
  const id = freeId(loaded, `${task.id}-merge`);
  return [
    ...togetherTask(loaded, task, {
      id,
      subject: `Merge ${task.id}: ${plainSubject(task, loaded.stored.slug)}`,
      description: description(loaded, record, attempt, conflict, sides),
      writes: [...conflict.files],
      acceptance: [{ criterion: "Every conflict is solved and what both sides wanted works together" }],
    }),
    { type: "work.conflicted", task: task.id, attempt: attempt.id, mergeTask: id, ...conflict },
  ];
}

function description(
  loaded: LoadedPlan,
  record: WorkRecord,
  attempt: AttemptAtWork,
  { commit, head, files }: Conflict,
  { summary, others }: Sides,
): string {
  const { slug } = loaded.stored;
  const branch = planBranch(slug);
  const mergedBy = new Map([...record.merged.values()].map((line) => [line.commit, line.task]));
  const theirs = others.map((other) => {
    const by = mergedBy.get(other);
    return `commit ${other}${by === undefined ? "" : ` of ${sideOf(loaded, by, summaryOf(loaded, by))}`}`;
  });
  return [
    `Commit ${commit} of ${sideOf(loaded, attempt.task, summary)} (attempt ${attempt.number}) does not go together with the plan's branch ${branch} (at ${head}).`,
    `Files in conflict: ${files.map(shownPath).join(", ")}.`,
    `On the branch they were changed by ${theirs.length > 0 ? theirs.join("; ") : "a commit of nobody in this plan"}.`,
    "The merge is begun in your worktree and the conflicts stand in the files between conflict markers. Solve them so that what both sides wanted is kept; git show tells what each side did. A file without markers (no text, or removed or renamed on one side) is decided when it is staged with git add. Do not commit and do not abort the merge: your report finishes it.",
  ].join("\n\n");
}
