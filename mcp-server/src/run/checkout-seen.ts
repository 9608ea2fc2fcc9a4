import type { GraphStore } from "../store/graph-store.ts";
import { changedFiles } from "./changed-files.ts";
import type { RunContext } from "./context.ts";
import { usesWorktrees } from "./hand-in.ts";
import { loadPlan } from "./plan-access.ts";

/** What is changed in the shared checkout before tasks of a plan begin; undefined where nobody will ask. */
export type CheckoutSeen = readonly string[] | undefined;

/** Looks at the checkout if the plan's work is to be committed from it, so that nothing else ever is. */
export async function seenCheckout(ctx: RunContext, store: GraphStore, plan: string): Promise<CheckoutSeen> {
  if (ctx.checkout.gitCommonDir === undefined) return undefined;
  const loaded = await store.read((reader) => loadPlan(ctx, reader, plan));
  if (loaded.stored.status !== "open" || (loaded.policy.commit === "none" && !usesWorktrees(loaded)))
    return undefined;
  return changedFiles(ctx.checkout.root);
}
