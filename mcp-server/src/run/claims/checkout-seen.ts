import { changedFiles } from "../../git/changed-files.ts";
import { isolationsOf } from "../attempts/isolations-of.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import type { RunContext } from "../project/run-context.ts";

/** What is changed in the shared checkout before tasks of a plan begin; undefined where nobody will ask. */
export type CheckoutSeen = readonly string[] | undefined;

/** Looks at the checkout if the plan's work is to be committed from it, so that nothing else ever is. */
export async function seenCheckout(ctx: RunContext, loaded: LoadedPlan): Promise<CheckoutSeen> {
  if (ctx.checkout.gitCommonDir === undefined) return undefined;
  if (
    loaded.stored.status !== "open" ||
    (loaded.policy.commit === "none" && !isolationsOf(loaded).usesWorktrees)
  )
    return undefined;
  return changedFiles(ctx.checkout.root);
}
