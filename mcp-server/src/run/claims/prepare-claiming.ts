import type { GraphStore } from "../../store/graph-store.ts";
import { loadPlan } from "../plan/load-plan.ts";
import { planAhead } from "../planning/planning.ts";
import type { RunContext } from "../project/run-context.ts";
import { type CheckoutSeen, seenCheckout } from "./checkout-seen.ts";
import { watchTokenLimit } from "./token-limit.ts";

/**
 * What is to be known before tasks of a plan are claimed and takes too long for a transaction that others wait for: the
 * schedule, the tokens used where they are limited, and what is changed in the checkout.
 * @throws CallerError when there is no such plan.
 */
export async function beforeClaiming(
  ctx: RunContext,
  store: GraphStore,
  actor: string,
  slug: string,
): Promise<CheckoutSeen> {
  const loaded = await store.read((reader) => loadPlan(ctx, reader, slug));
  planAhead(ctx, loaded);
  await watchTokenLimit(ctx, store, actor, loaded);
  return seenCheckout(ctx, loaded);
}
