import type { Report } from "../graph/attempt.ts";
import { isReviewStep, type Purpose, purposeOf } from "../graph/purpose.ts";
import type { Task, TaskId, TaskOutline } from "../graph/task.ts";
import type { Policy } from "./policy.ts";

/**
 * What depends on a reviewed task also waits for the last step of its review: a review that gave no verdict yet, or
 * the task that fixes what one found. Each further step takes the place of the one before in the dependents, so that
 * only an accepted review lets them start.
 */

/** A work that was rejected so often is left to a person. */
export const MAX_REVIEWS = 3;

/** The role whose agents judge what others did. */
export const REVIEWER = "code-reviewer";

/** Whether the agent of a task may give a verdict: the server's reviews ask for one, a reviewer's own task may have one. */
export function mayJudge(task: TaskOutline): boolean {
  return purposeOf(task)?.kind === "review" || task.agent?.replace(/^parallel:/, "") === REVIEWER;
}

/**
 * Whether what one review found is before the eyes of another, so that its acceptance says that this is fixed. The
 * review of a work knows the earlier ones of the same work, that of the plan all, and a reviewer's own task those that
 * it depends on, directly or not. Every review knows its own earlier attempts.
 */
export function judgesAgain(review: Task, earlier: Task, tasks: ReadonlyMap<TaskId, Task>): boolean {
  if (!mayJudge(earlier)) return false;
  const purpose = purposeOf(review);
  if (purpose?.kind !== "review") return isBehind(review, earlier.id, tasks);
  if (purpose.of === undefined) return true;
  const other = purposeOf(earlier);
  return other?.kind === "review" && other.of === purpose.of;
}

/** Whether the task is another, or waits for it, directly or not. */
function isBehind(task: Task, other: TaskId, tasks: ReadonlyMap<TaskId, Task>): boolean {
  const seen = new Set([task.id]);
  for (const id of seen) for (const next of tasks.get(id)?.dependencies ?? []) seen.add(next);
  return seen.has(other);
}

/**
 * Whether a task is reviewed when it completes: it says so itself, or the policy does for all that may write. What
 * the server made is never reviewed by itself, but with the work that it is for.
 */
export function wantsReview(task: TaskOutline, policy: Pick<Policy, "review">): boolean {
  if (task.origin === "server") return false;
  return task.review ?? (policy.review === "task" && task.writes?.length !== 0);
}

/** Whether the verdict leaves the work to a person: it was rejected in the last of its reviews. */
export function isRejectedForGood(purpose: Purpose | undefined, report: Report): boolean {
  return purpose?.kind === "review" && purpose.round >= MAX_REVIEWS && report.verdict === "rejected";
}

/** The last step of the review of each reviewed task. */
export function lastSteps(tasks: Iterable<Task>): Map<TaskId, TaskId> {
  const last = new Map<TaskId, Task>();
  for (const task of tasks) {
    const purpose = purposeOf(task);
    if (purpose?.kind !== "review" && purpose?.kind !== "fix") continue;
    if (purpose.of === undefined || task.position < (last.get(purpose.of)?.position ?? 0)) continue;
    last.set(purpose.of, task);
  }
  return new Map([...last].map(([of, { id }]) => [of, id]));
}

/**
 * The definition with the last step of a review beside every dependency on reviewed work. Where not all dependencies
 * have to complete, the step stands for the work, or both would be counted. What is there for the work itself does not
 * wait for its acceptance.
 */
export function waitForReviews<Waiting extends TaskOutline>(
  task: Waiting,
  taskOf: (id: TaskId) => Task | undefined,
  steps: ReadonlyMap<TaskId, TaskId>,
): Waiting {
  if (steps.size === 0) return task;
  const countsAll = task.needs === "all" || task.needs === "settled";
  const dependencies = new Set<TaskId>();
  for (const id of task.dependencies) {
    const work = workBehind(id, taskOf);
    const step = isAbout(task, work, taskOf) ? undefined : steps.get(work);
    if (step === undefined || (countsAll && !isReviewStep(taskOf(id)))) dependencies.add(id);
    if (step !== undefined) dependencies.add(step);
  }
  return { ...task, dependencies: [...dependencies] };
}

/** A reviewed task and what has fixed it so far, in order; nothing if there is no such task. */
export function workUnderReview(tasks: ReadonlyMap<TaskId, Task>, of: TaskId): Task[] {
  return [...tasks.values()].filter((task) => {
    if (task.id === of) return true;
    const purpose = purposeOf(task);
    return purpose?.kind === "fix" && purpose.of === of && task.status === "completed";
  });
}

/** Whether the task is there for this work: to review, fix, merge or verify it. */
export function isAbout(task: TaskOutline, work: TaskId, taskOf: (id: TaskId) => Task | undefined): boolean {
  const purpose = purposeOf(task);
  if (purpose?.kind === "verify") return purpose.of.includes(work);
  const of = singleWork(purpose);
  return of !== undefined && workBehind(of, taskOf) === work;
}

/** The task whose work is meant: a merge, a review and a fix are about another's. */
export function workBehind(id: TaskId, taskOf: (id: TaskId) => Task | undefined): TaskId {
  const of = singleWork(purposeOf(taskOf(id)));
  return of === undefined ? id : workBehind(of, taskOf);
}

/** The one task that a review, a fix or a merge is about. */
function singleWork(purpose: Purpose | undefined): TaskId | undefined {
  return purpose === undefined || purpose.kind === "verify" || purpose.kind === "recover"
    ? undefined
    : purpose.of;
}
