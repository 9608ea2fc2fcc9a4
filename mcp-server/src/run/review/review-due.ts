import type { Task } from "../../graph/task.ts";
import { mayJudge } from "../../policy/review.ts";
import { firstAcceptances, taskReports } from "../../report/tasks/task-reports.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { isWorkAfter, whyNoPlanReview, whyNotWhole } from "./review.ts";

/**
 * What is due before the report of a plan that is to be reviewed and tested as a whole, by how its reviews ended so
 * far; undefined: the report comes next.
 */
export function beforeReport(loaded: LoadedPlan): string | undefined {
  const { slug } = loaded.stored;
  if (loaded.policy.review === "off" || whyNotWhole(loaded) !== undefined) return undefined;
  const asSkillSays = "as step 6 of the skill executing-specs says";
  const integrate = `run the project's build and all tests, ${asSkillSays}, then plan_report {plan: "${slug}"}`;
  const isPlanReviewDue = whyNoPlanReview(loaded) === undefined;
  if (loaded.policy.review === "end" && !isPlanReviewDue) return integrate;
  const planReview = `plan_update {plan: "${slug}", action: "review"} and batch_next in one message`;
  const reviews = addedReviews(loaded);
  const rejected = reviews.findLast(({ isRejected }) => isRejected);
  if (rejected) {
    return `${rejected.task.id} rejected: before plan_report have fixed what it rightly found, and reviewed again, ${asSkillSays}`;
  }
  if (reviews.some(({ task }) => !isWorkAfter(loaded, task))) {
    return isPlanReviewDue ? `before plan_report have its quality reviewed: ${planReview}` : integrate;
  }
  const withoutSkill = isPlanReviewDue ? ` (without it: ${planReview})` : "";
  return `have it reviewed before plan_report, ${asSkillSays}${withoutSkill}`;
}

/** A review with its verdict. */
interface AddedReview {
  readonly task: Task;
  /** It rejected what no later review has accepted. */
  readonly isRejected: boolean;
}

/** The reviews that somebody added to the plan: those of its breakdown judge a part of it, the server's the whole. */
function addedReviews({ graph }: LoadedPlan): AddedReview[] {
  const tasks = [...graph.tasks.values()];
  const reports = taskReports({ tasks, claims: graph.claims });
  const acceptanceOf = firstAcceptances(reports, tasks);
  return reports
    .filter(({ task, report }) => task.origin === "call" && report.verdict !== undefined && mayJudge(task))
    .map((reported) => ({
      task: reported.task,
      isRejected: reported.report.verdict === "rejected" && acceptanceOf(reported) === undefined,
    }));
}
