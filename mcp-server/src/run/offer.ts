import type { AttemptId } from "../graph/attempt.ts";
import { OFFER_MS } from "../policy/policy.ts";
import type { GraphWriter } from "../store/graph-store.ts";
import type { CheckoutSeen } from "./checkout-seen.ts";
import type { RunContext } from "./context.ts";
import type { Candidate } from "./next-batch.ts";
import type { LoadedPlan } from "./plan-access.ts";
import { hashToken, newToken } from "./token.ts";

/** Offers the task: from now on it holds its scope and its place under the cap, until the offer lapses. */
export async function offer(
  ctx: RunContext,
  tx: GraphWriter,
  loaded: LoadedPlan,
  { task, role, agentType, scope, isolation }: Candidate,
  seen: CheckoutSeen,
): Promise<{ attempt: AttemptId; token: string }> {
  const attempt = await tx.nextAttemptId();
  const token = newToken(attempt, ctx.randomBytes);
  await tx.append(loaded.stored.id, {
    type: "claim.offered",
    task: task.id,
    attempt,
    tokenHash: hashToken(token),
    agentType,
    role,
    checkout: ctx.checkoutKey,
    scope,
    isolation,
    owner: ctx.owner,
    expiresAtMs: tx.nowMs + OFFER_MS,
    estimateMs: loaded.estimates.durationMs(task),
    estimateTokens: loaded.estimates.tokens(task),
  });
  if (seen !== undefined && isolation === "shared") {
    await tx.append(loaded.stored.id, { type: "checkout.seen", task: task.id, attempt, changed: seen });
  }
  await tx.keepOfferToken(attempt, token);
  return { attempt, token };
}
