import { CallerError } from "../../errors/caller-error.ts";
import type { Report } from "../../graph/attempt.ts";
import { purposeOf } from "../../graph/purpose.ts";
import { type PlanSlug, type Task, taskName } from "../../graph/task.ts";
import type { RunContext } from "../project/run-context.ts";
import { commitWorktree, type UnboundCommit } from "./commit-worktree.ts";
import { commitOfLostWorktree, isWorktree } from "./lost-worktree.ts";
import { type AttemptInWorktree, refuseWorkElsewhere } from "./work-elsewhere.ts";
import type { CutWorktree } from "./work-record.ts";

/** An attempt that is to be done in a worktree. */
type Isolated = Omit<AttemptInWorktree, "worktree"> & {
  readonly plan: PlanSlug;
  readonly task: Task;
  /** Undefined before its brief is read for the first time. */
  readonly worktree: CutWorktree | undefined;
};

/**
 * The work of an attempt as a commit, to which no ref leads yet if it is of the worktree.
 * @returns undefined where there is none: of a review, and of an attempt that did not complete its task and left nothing.
 * @throws CallerError where a task is reported as completed and the commit does not hold what was done; GitFailed
 */
export async function worktreeWork(
  ctx: RunContext,
  at: Isolated,
  report: Report,
  message: string,
): Promise<UnboundCommit | undefined> {
  const { plan, task, worktree } = at;
  // A reviewer changes nothing: what its commands leave behind is nobody's work.
  if (purposeOf(task)?.kind === "review") return undefined;
  const isCompleted = report.outcome === "completed";
  if (!worktree) {
    if (isCompleted) throw neverOpened(taskName(plan, task.id));
    return undefined;
  }
  const isThere = await isWorktree(worktree.path);
  if (!isThere && !isCompleted) return undefined;
  const work = isThere
    ? await commitWorktree(plan, worktree, message, isCompleted)
    : await commitOfLostWorktree(ctx.checkout.root, plan, worktree);
  if (isCompleted) await refuseWorkElsewhere(ctx, { ...at, worktree }, report, work);
  return work;
}

/** An agent that reports without ever having been told where to work. */
function neverOpened(name: string): CallerError {
  return new CallerError(
    "wrong_state",
    `${name} is done in a worktree, and none was made yet because its brief was never read: nothing of your work is where the plan takes it from.`,
    "Call task_get with your token: the brief names the folder. Make your changes there and report again.",
    "outcome",
  );
}
