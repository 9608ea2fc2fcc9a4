import type { AnyClaim } from "../../graph/attempt.ts";
import type { HeldClaim } from "../../store/tables/held-claim.ts";
import type { PlanTransaction } from "../plan/plan-transaction.ts";
import { isServerDead, sameOwner } from "../project/owner.ts";
import type { RunContext } from "../project/run-context.ts";

/** An offer that can be made again. */
export interface OpenOffer {
  readonly held: HeldClaim;
  readonly token: string;
}

/**
 * Offers that this server made here and that nobody has taken up, oldest first. Those of a server of the same process
 * that has ended return, because nobody has their tokens any more; those of one that lives are that one's.
 */
export async function openOffers(plan: PlanTransaction): Promise<OpenOffer[]> {
  const open: OpenOffer[] = [];
  for (const held of plan.holding) {
    const { claim } = held;
    if (claim.state !== "offered" || !isOfThisClient(plan.ctx, claim)) continue;
    const token = plan.ctx.offerTokens.of(claim.id) ?? (await tokenOfEarlierRelease(plan, claim));
    if (token !== undefined) open.push({ held, token });
    else if (await isServerDead(claim.owner)) {
      const cause = "the server that offered it has ended";
      plan.append({ type: "claim.returned", task: claim.task, attempt: claim.id, cause });
    }
  }
  return open;
}

/** Whether the next batch of this server holds the claim's task, with its token or a new one. */
export async function isOfferedAgain(ctx: RunContext, claim: AnyClaim): Promise<boolean> {
  if (claim.state !== "offered" || !isOfThisClient(ctx, claim)) return false;
  const isKnown = claim.owner.server === undefined || ctx.offerTokens.of(claim.id) !== undefined;
  return isKnown || isServerDead(claim.owner);
}

function isOfThisClient(ctx: RunContext, claim: AnyClaim): boolean {
  return claim.checkout === ctx.checkoutKey && sameOwner(claim.owner, ctx.owner);
}

/** Servers before schema 1.8 do not say which of them made an offer, and keep its token in the graph. */
async function tokenOfEarlierRelease(
  { writer }: PlanTransaction,
  claim: AnyClaim,
): Promise<string | undefined> {
  return claim.owner.server === undefined ? writer.storedToken(claim.id) : undefined;
}
