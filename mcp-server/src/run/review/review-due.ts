import type { LoadedPlan } from "../plan/load-plan.ts";
import { whyNoPlanReview } from "./review.ts";

/** What to do before the report of a plan whose review as a whole is due; undefined: the report comes next. */
export function reviewBeforeReport(loaded: LoadedPlan): string | undefined {
  if (whyNoPlanReview(loaded) !== undefined) return undefined;
  return `have it reviewed before plan_report, as step 6 of the skill executing-specs says (without it: plan_update {plan: "${loaded.stored.slug}", action: "review"}, then batch_next)`;
}
