import type { HeldClaim } from "../../store/tables/held-claim.ts";
import type { PlanTransaction } from "../plan/plan-transaction.ts";
import { sameOwner } from "../project/owner.ts";

/** Offers that this owner holds here and has not taken up, oldest first. */
export function openOffers({ ctx, holding }: PlanTransaction): HeldClaim[] {
  return holding.filter(
    ({ claim }) =>
      claim.checkout === ctx.checkoutKey && claim.state === "offered" && sameOwner(claim.owner, ctx.owner),
  );
}
