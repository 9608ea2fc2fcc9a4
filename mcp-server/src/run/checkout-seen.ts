import { changedFiles } from "./changed-files.ts";
import type { RunContext } from "./context.ts";
import { isolationsOf } from "./isolations-of.ts";
import type { LoadedPlan } from "./plan-access.ts";

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
