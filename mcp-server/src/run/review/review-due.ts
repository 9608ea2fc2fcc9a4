import type { LoadedPlan } from "../plan/load-plan.ts";
import { isPlanReviewDue, isToBeTested } from "./review.ts";

/** What is due before the report of a plan that is to be reviewed and tested as a whole; undefined: the report is. */
export function beforeReport(loaded: LoadedPlan): string | undefined {
  const { slug } = loaded.stored;
  if (isPlanReviewDue(loaded)) return `batch_collect {plan: "${slug}", launch: true} brings its review`;
  if (!isToBeTested(loaded)) return undefined;
  return `run the project's build and all tests, as step 6 of the skill executing-specs says, then plan_report {plan: "${slug}"}`;
}
