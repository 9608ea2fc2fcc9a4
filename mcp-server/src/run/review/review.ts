import type { Report, ReviewVerdict } from "../../graph/attempt.ts";
import type { Change } from "../../graph/event.ts";
import { type Purpose, purposeOf } from "../../graph/purpose.ts";
import { hasEnded } from "../../graph/readiness.ts";
import {
  outlineOf,
  type Task,
  type TaskDefinition,
  type TaskId,
  type TaskOutline,
} from "../../graph/task.ts";
import { said } from "../../graph/task-cause.ts";
import type { Decision } from "../../policy/failure/decision.ts";
import {
  isAbout,
  isRejectedForGood,
  MAX_REVIEWS,
  waitForReviews,
  wantsReview,
  workBehind,
} from "../../policy/review.ts";
import type { FilesOfTask } from "../../report/files/files-of-tasks.ts";
import { reviewerVerdicts } from "../../report/tasks/reviews.ts";
import { type LoadedPlan, stateOf } from "../plan/load-plan.ts";
import { nextPosition } from "../plan/new-task.ts";
import type { PlanView } from "../plan/plan-view.ts";
import { fixOf } from "./fix-task.ts";
import { reviewedPlan, reviewedTask, reviewOf } from "./review-brief.ts";
import type { Reviewed } from "./review-texts.ts";

/** A review, or the work that fixes what one found. */
type Step = Extract<Purpose, { readonly kind: "review" | "fix" }>;

/**
 * Why what was reviewed is not achieved: it was rejected for the last time, or the review says nothing of it, which
 * is no acceptance.
 */
export function whyNotAccepted(task: Task, report: Report | undefined): string | undefined {
  const purpose = purposeOf(task);
  if (purpose?.kind !== "review") return undefined;
  if (report?.verdict === undefined) return "the review gave no verdict";
  return isRejectedForGood(purpose, report)
    ? `${workOf(purpose)} was rejected in ${MAX_REVIEWS} reviews`
    : undefined;
}

/** What was rejected in its last review, by that review; undefined for any other task. */
export function rejectedWork({ graph }: LoadedPlan, task: Task): string | undefined {
  const purpose = purposeOf(task);
  if (purpose?.kind !== "review" || task.status !== "failed") return undefined;
  const last = graph.claimsOf(task.id).findLast((claim) => claim.state === "ended");
  return last?.state === "ended" && last.report?.verdict === "rejected" ? workOf(purpose) : undefined;
}

/** A task that has completed is reviewed, and so is what fixed it: its dependents wait for that. */
export async function afterCompletion(plan: PlanView, task: Task, filesOf: FilesOfTask): Promise<Change[]> {
  const purpose = purposeOf(task);
  if (purpose?.kind === "fix") {
    const reviewed = await reviewedBy(plan, purpose);
    return reviewed ? reviewChanges(plan, reviewed, purpose.round + 1, task, filesOf) : [];
  }
  if (!wantsReview(task, plan.policy)) return [];
  const of = { ...task, description: await plan.description(task.id) };
  return reviewChanges(plan, { of, work: [task] }, 1, task, filesOf);
}

/** What a verdict means: the way is free, what was found is fixed, or a person has to decide. */
export async function afterVerdict(
  plan: PlanView,
  review: Task,
  step: Step,
  report: Report | undefined,
  filesOf: FilesOfTask,
): Promise<Change[]> {
  const work = workOf(step);
  if (report?.verdict === undefined) {
    return [decided("escalate", `${review.id} gave no verdict on ${work}: somebody has to decide.`)];
  }
  if (report.verdict === "accepted") {
    return [decided("proceed", `${work} was accepted in review ${step.round} (${review.id}).`)];
  }
  const reviewed = await reviewedBy(plan, step);
  if (!reviewed) return [];
  if (isRejectedForGood(step, report)) {
    const held = step.of === undefined ? "" : " What depends on it waits.";
    const reason = `${work} was rejected in ${MAX_REVIEWS} reviews (${review.id}): somebody has to decide.${held}`;
    return [decided("escalate", reason)];
  }
  const fix = fixOf(plan, reviewed, review, step.round, report, filesOf);
  return [
    { type: "task.created", task: fix.id, definition: fix, position: nextPosition(plan) },
    ...inPlaceOf(plan, review.id, fix),
    decided(
      "retry",
      `${work} was rejected in review ${step.round} of at most ${MAX_REVIEWS} (${review.id}): ${fix.id} fixes what was found, and another review follows.`,
    ),
  ];
}

/**
 * What follows when a person decides on what was rejected in its last review. Accepted, the review is completed, and what
 * waits for it goes on. Rejected again, what the person finds is fixed and reviewed once more.
 * @returns undefined for a task that no such decision is about.
 */
export async function afterDecision(
  plan: PlanView,
  review: Task,
  verdict: ReviewVerdict,
  text: string,
  filesOf: FilesOfTask,
): Promise<Change[] | undefined> {
  const step = purposeOf(review);
  if (step?.kind !== "review" || rejectedWork(plan, review) === undefined) return undefined;
  const work = workOf(step);
  const words = text === "" ? "" : `: ${text}`;
  const note: Change = { type: "task.annotated", task: review.id, note: `A person ${verdict} it${words}` };
  const ends = (status: "completed" | "cancelled"): Change => ({
    ...{ type: "task.status", task: review.id, status },
    cause: said(`${verdict} by a person`),
  });
  if (verdict === "accepted")
    return [note, ends("completed"), decided("proceed", `${work} was accepted by a person${words}`)];
  const reviewed = await reviewedBy(plan, step);
  const last = plan.graph.claimsOf(review.id).findLast((claim) => claim.state === "ended");
  if (!reviewed || last?.state !== "ended" || !last.report) return undefined;
  const finding = { severity: "high" as const, text: `A person found${words}` };
  const report = text === "" ? last.report : { ...last.report, findings: [finding, ...last.report.findings] };
  const made = fixOf(plan, reviewed, review, step.round, report, filesOf);
  // The review has failed, and is not to be waited for any more.
  const fix = { ...made, dependencies: made.dependencies.filter((id) => id !== review.id) };
  return [
    note,
    { type: "task.created", task: fix.id, definition: fix, position: nextPosition(plan) },
    ...inPlaceOf(plan, review.id, fix),
    ends("cancelled"),
    decided(
      "retry",
      `${work} was rejected by a person${words}. ${fix.id} fixes it, and another review follows.`,
    ),
  ];
}

/** The changes that have the plan reviewed as a whole; none if that is not due. */
export function planReview(loaded: LoadedPlan, filesOf: FilesOfTask): Change[] {
  if (!isPlanReviewDue(loaded)) return [];
  const review = reviewOf(loaded, reviewedPlan(loaded), 1, [], filesOf);
  return [
    { type: "task.created", task: review.id, definition: review, position: nextPosition(loaded) },
    decided(
      "proceed",
      `Everything is completed${exceptions(loaded)}: ${review.id} reviews the plan as a whole.`,
    ),
  ];
}

/** What reviewers' own tasks have rejected and no review has accepted since: it is completed, and not accepted. */
function exceptions(loaded: LoadedPlan): string {
  const open = reviewerVerdicts(stateOf(loaded)).filter(
    ({ verdict, acceptedBy }) => verdict === "rejected" && acceptedBy === undefined,
  );
  const names = [...new Set(open.map(({ task }) => task))].join(", ");
  return names === "" ? "" : `, and rejected by ${names}`;
}

/** Whether the plan is to be reviewed as a whole, is one, and was not since the last work was added to it. */
export function isPlanReviewDue(loaded: LoadedPlan): boolean {
  if (!isToBeTested(loaded)) return false;
  const last = [...loaded.graph.tasks.values()].findLast((task) => isStepOfPlan(purposeOf(task)));
  return last === undefined || ownWork(loaded).some(({ position }) => position > last.position);
}

/**
 * Whether the plan is a whole, which somebody is to review and to test: it came from a file, is completed, and more than
 * one task wrote something.
 */
export function isToBeTested(loaded: LoadedPlan): boolean {
  const { graph, policy, stored } = loaded;
  if (policy.review === "off" || stored.status !== "open" || stored.source.kind !== "file") return false;
  const isCompleted = [...graph.tasks.values()].every(
    ({ status }) => hasEnded(status) && status !== "failed",
  );
  return isCompleted && ownWork(loaded).length > 1;
}

/** The plan's work without what the server added; who looked for the cause of failures has written something of its own. */
function ownWork(loaded: LoadedPlan): Task[] {
  return reviewedPlan(loaded).work.filter((task) => (purposeOf(task)?.kind ?? "recover") === "recover");
}

/** The review that waits to judge what the task has done. */
export function openReviewOf({ graph }: LoadedPlan, id: TaskId): Task | undefined {
  return [...graph.tasks.values()].find(
    (task) =>
      task.status === "pending" && purposeOf(task)?.kind === "review" && task.dependencies.includes(id),
  );
}

function isStepOfPlan(purpose: Purpose | undefined): boolean {
  return (purpose?.kind === "review" || purpose?.kind === "fix") && purpose.of === undefined;
}

function reviewChanges(
  loaded: LoadedPlan,
  reviewed: Reviewed,
  round: number,
  done: Task,
  filesOf: FilesOfTask,
): Change[] {
  const merges = [...loaded.graph.tasks.values()].filter((task) => {
    const purpose = purposeOf(task);
    return purpose?.kind === "merge" && purpose.of === done.id && !hasEnded(task.status);
  });
  const after = [done.id, ...merges.map(({ id }) => id)];
  const review = reviewOf(loaded, reviewed, round, after, filesOf);
  const { of } = reviewed;
  const dependents =
    round > 1 ? inPlaceOf(loaded, done.id, review) : of ? besideWork(loaded, of.id, review) : [];
  const name = of?.id ?? "the plan";
  return [
    { type: "task.created", task: review.id, definition: review, position: nextPosition(loaded) },
    ...dependents,
    decided("wait", `What depends on ${name} waits for review ${round} of it (${review.id}).`),
  ];
}

/** Whoever depends on the work waits for its first review too. Completed tasks are final; running ones may be retried. */
function besideWork({ graph }: LoadedPlan, work: TaskId, review: TaskDefinition): Change[] {
  const taskOf = (id: TaskId) => graph.tasks.get(id);
  const steps = new Map([[work, review.id]]);
  return definitions([...graph.tasks.values()], (task) =>
    task.dependencies.some((id) => workBehind(id, taskOf) === work)
      ? waitForReviews(outlineOf(task), taskOf, steps)
      : undefined,
  );
}

/** Whoever waited for the step before waits for the next one; nobody else, because a person may have said otherwise. */
function inPlaceOf({ graph }: LoadedPlan, before: TaskId, next: TaskDefinition): Change[] {
  const taskOf = (id: TaskId) => graph.tasks.get(id);
  const work = workBehind(before, taskOf);
  return definitions([...graph.tasks.values()], (task) =>
    task.dependencies.includes(before) && !isAbout(task, work, taskOf)
      ? {
          ...outlineOf(task),
          dependencies: task.dependencies.map((id) => (id === before ? next.id : id)),
        }
      : undefined,
  );
}

function definitions(tasks: readonly Task[], changed: (task: Task) => TaskOutline | undefined): Change[] {
  return tasks.flatMap((task): Change[] => {
    const definition = task.status === "completed" ? undefined : changed(task);
    return definition && definition.dependencies.join() !== task.dependencies.join()
      ? [{ type: "task.defined", task: task.id, definition }]
      : [];
  });
}

async function reviewedBy(plan: PlanView, step: Step): Promise<Reviewed | undefined> {
  return step.of === undefined ? reviewedPlan(plan) : reviewedTask(plan, step.of);
}

function workOf(step: Step): string {
  return step.of ?? "the plan";
}

function decided(decision: Decision, reason: string): Change {
  return { type: "decision.taken", decision, reason };
}
