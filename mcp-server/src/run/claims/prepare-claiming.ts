import { changedFiles } from "../../git/git.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { isolationsOf } from "../attempts/isolations-of.ts";
import { deliverForCall } from "../delivery/deliver-waiting.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { readPlan } from "../plan/plan-view.ts";
import { refuseNoRoom } from "../plan/worktree-needs.ts";
import { planAhead } from "../planning/planning.ts";
import type { Look } from "../project/checkout-snapshots.ts";
import type { RunContext } from "../project/run-context.ts";
import { mayBeShared } from "../remote/shared-plans.ts";
import { lookAtModels } from "../spending/models-used.ts";
import { refuseSetUp } from "../worktrees/setup/refuse-set-up.ts";
import { watchLimits } from "./limits.ts";
import { lookForWork } from "./reach/work-here.ts";

/**
 * What is to be known before tasks of a plan are claimed and takes too long for a transaction that others wait for: what
 * waits to be delivered, for that makes others ready, the schedule, what was spent where that is limited, which work
 * of other checkouts is here, and what is changed in this one.
 * @param look how this checkout was found just now, if somebody has looked.
 * @throws CallerError when there is no such plan, or its worktrees cannot be made or set up: no attempt is spent on
 * finding that out.
 */
export async function prepareClaiming(
  ctx: RunContext,
  store: GraphStore,
  actor: string,
  slug: string,
  look?: Look,
): Promise<ChangedInCheckout> {
  const loaded = await readPlan(ctx, store, slug);
  const delivers = loaded.graph.live.length > loaded.graph.underCap.length;
  if (delivers) await deliverForCall(ctx, store, slug);
  planAhead(ctx, loaded);
  await lookAtModels(ctx);
  await watchLimits(ctx, store, actor, loaded);
  await lookForWork(ctx, store, loaded);
  if (mayNeedWorktree(ctx, loaded)) {
    await refuseNoRoom(ctx.checkout.root, loaded.stored.slug);
    await refuseSetUp(ctx, loaded);
  }
  // What was delivered may have been committed on the branch that is checked out.
  return changedInCheckout(ctx, loaded, delivers ? undefined : look);
}

/** Whether one of the tasks that may be claimed now runs in a worktree. */
function mayNeedWorktree(ctx: RunContext, loaded: LoadedPlan): boolean {
  if (ctx.checkout.gitCommonDir === undefined || loaded.stored.status !== "open") return false;
  const isolations = isolationsOf(loaded);
  return isolations.usesWorktrees && loaded.graph.ready.some(({ id }) => isolations.of(id) !== "shared");
}

/** What is changed in the shared checkout before tasks of a plan begin; undefined where nobody will ask. */
export type ChangedInCheckout = readonly string[] | undefined;

/** Looks at the checkout if the plan's work is to be committed from it, or may be when another clone takes part, so that nothing else ever is. */
async function changedInCheckout(
  ctx: RunContext,
  loaded: LoadedPlan,
  look: Look | undefined,
): Promise<ChangedInCheckout> {
  if (ctx.checkout.gitCommonDir === undefined) return undefined;
  if (
    loaded.stored.status !== "open" ||
    (loaded.policy.commit === "none" && !isolationsOf(loaded).usesWorktrees && !mayBeShared(ctx))
  )
    return undefined;
  return look && "files" in look ? [...look.files.keys()] : changedFiles(ctx.checkout.root);
}
