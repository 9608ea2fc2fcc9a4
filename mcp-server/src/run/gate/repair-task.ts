import { git } from "../../git/git.ts";
import { planBranch } from "../../git/plan-branch.ts";
import type { AttemptId } from "../../graph/attempt.ts";
import type { Change } from "../../graph/event.ts";
import { plainSubject, type TaskId } from "../../graph/task.ts";
import { codeSpan } from "../../text/inline-code.ts";
import { quotation } from "../../text/untrusted-text.ts";
import { type LoadedPlan, taskOf } from "../plan/load-plan.ts";
import { freeId } from "../plan/new-task.ts";
import { sideOf, summaryOf, togetherTask } from "../worktrees/sides.ts";
import type { WorkRecord } from "../worktrees/work-record.ts";
import type { EndedGateRun } from "./gate-record.ts";

/** A merge that is red although the branch is green. */
export interface RedMerge {
  readonly task: TaskId;
  readonly attempt: AttemptId;
  /** The number of that attempt at the task. */
  readonly number: number;
  /** The work that is merged. */
  readonly commit: string;
  /** Where the plan's branch stands. */
  readonly head: string;
  /** The summary of the report that brought the work. */
  readonly summary: string;
  /** Attempts that have merged what the work does not know. */
  readonly others: readonly AttemptId[];
  /** The last run that showed it. */
  readonly run: EndedGateRun;
}

/** A repair that is red is repaired again, at most so often. */
const MAX_REPAIRS = 3;
/** So much of the gate's output stands in the task, in characters: its end, where commands say what went wrong. */
const MAX_QUOTED_OUTPUT = 2_000;

/** Attempts whose work is on the plan's branch and not in the commit. */
export async function mergedWithout(
  root: string,
  record: WorkRecord,
  commit: string,
  head: string,
): Promise<AttemptId[]> {
  const without = new Set((await git(root, ["rev-list", `${commit}..${head}`])).split("\n"));
  return [...record.merged.values()].flatMap((line) => (without.has(line.commit) ? [line.attempt] : []));
}

/** Whether the task repairs what was red, which was a repair itself, and so on, as often as it is tried. */
export function isLastRepair(record: WorkRecord, task: TaskId): boolean {
  const repaired = (id: TaskId) =>
    record.conflicted.findLast((line) => line.mergeTask === id && line.gateRun !== undefined)?.task;
  let at: TaskId | undefined = task;
  for (let repairs = 0; repairs < MAX_REPAIRS; repairs++) {
    at = repaired(at);
    if (at === undefined) return false;
  }
  return true;
}

/**
 * The changes that turn a red gate into a task: it names the sides and holds the end of the output, runs in a worktree
 * in which they are merged, may write what either has written, and whatever waited for the task waits for it too.
 */
export function repairTask(loaded: LoadedPlan, record: WorkRecord, red: RedMerge): Change[] {
  const task = taskOf(loaded, red.task);
  const id = freeId(loaded, `${task.id}-repair`);
  const sides = [red.attempt, ...red.others];
  const files = [...new Set(sides.flatMap((side) => record.committed.get(side)?.files ?? []))].sort();
  const { command } = red.run.started;
  return [
    ...togetherTask(loaded, task, {
      id,
      subject: `Make the gate pass with ${task.id}: ${plainSubject(task, loaded.stored.slug)}`,
      description: description(loaded, record, red),
      writes: files,
      acceptance: [{ criterion: "The gate passes, and what every side wanted works together", command }],
    }),
    {
      type: "work.conflicted",
      task: task.id,
      attempt: red.attempt,
      commit: red.commit,
      head: red.head,
      files,
      mergeTask: id,
      gateRun: red.run.started.run,
      sides: tasksOf(record, red.others),
    },
  ];
}

function tasksOf(record: WorkRecord, attempts: readonly AttemptId[]): TaskId[] {
  return [...new Set(attempts.flatMap((attempt) => record.merged.get(attempt)?.task ?? []))];
}

function description(loaded: LoadedPlan, record: WorkRecord, red: RedMerge): string {
  const branch = planBranch(loaded.stored.slug);
  const { started, ended } = red.run;
  const others = tasksOf(record, red.others).map((id) => sideOf(loaded, id, summaryOf(loaded, id)));
  const how = ended.exitCode === undefined ? ended.why : `it ended with exit code ${ended.exitCode}`;
  const output = (ended.output ?? "").trim().slice(-MAX_QUOTED_OUTPUT);
  return [
    `The gate ${codeSpan(started.command)} passes on the plan's branch ${branch} (at ${red.head}), and fails when commit ${red.commit} of ${sideOf(loaded, red.task, red.summary)} (attempt ${red.number}) is merged: ${how}, and so it did when it was run on the same commit again.`,
    others.length > 0
      ? `What that commit does not know, and the branch has, is the work of ${others.join("; ")}.`
      : "That commit knows all that is on the branch: what fails is in its own work.",
    ...(output === ""
      ? ["It printed nothing."]
      : [`The end of what it printed, as data:\n${quotation(output)}`]),
    "The merge is begun in your worktree; git has found no conflict in it. Change what is needed so that the gate passes there and what every side wanted is kept; git show tells what each side did. Do not weaken or skip a test to make it pass, unless the sides have made it wrong. Do not commit and do not abort the merge: your report finishes it.",
  ].join("\n\n");
}
