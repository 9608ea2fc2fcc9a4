import type { GraphReader, HeldClaim } from "../../store/graph-store.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { sameOwner } from "../project/owner.ts";
import type { RunContext } from "../project/run-context.ts";

/** Offers that this owner holds and has not taken up, oldest first. */
export async function openOffers(ctx: RunContext, tx: GraphReader, loaded: LoadedPlan): Promise<HeldClaim[]> {
  const held = await tx.held(ctx.checkoutKey);
  return held.filter(
    ({ claim, planId }) =>
      planId === loaded.stored.id && claim.state === "offered" && sameOwner(claim.owner, ctx.owner),
  );
}
