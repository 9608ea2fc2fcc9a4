import type { AttemptId } from "../graph/attempt.ts";
import type { Change } from "../graph/event.ts";
import { OFFER_MS } from "../policy/policy.ts";
import type { GraphWriter } from "../store/graph-store.ts";
import { startOf } from "./attempts.ts";
import type { CheckoutSeen } from "./checkout-seen.ts";
import type { RunContext } from "./context.ts";
import type { Candidate } from "./next-batch.ts";
import type { LoadedPlan } from "./plan-access.ts";
import { hashToken, newToken } from "./token.ts";

/** A claim that was just made. */
export interface Offered {
  readonly attempt: AttemptId;
  readonly token: string;
}

/** Offers the task: from now on it holds its scope and its place under the cap, until the offer lapses. */
export async function offer(
  ctx: RunContext,
  tx: GraphWriter,
  loaded: LoadedPlan,
  candidate: Candidate,
  seen: CheckoutSeen,
): Promise<Offered> {
  const { attempt, token, changes } = await newOffer(ctx, tx, loaded, candidate, seen);
  await tx.append(loaded.stored.id, ...changes);
  await tx.keepOfferToken(attempt, token);
  return { attempt, token };
}

/** Offers the task to a worker that takes it up in the same moment. */
export async function offerAndStart(
  ctx: RunContext,
  tx: GraphWriter,
  loaded: LoadedPlan,
  candidate: Candidate,
  seen: CheckoutSeen,
  by: { readonly worker: string; readonly agentId: string | undefined },
): Promise<Offered> {
  const { attempt, token, changes } = await newOffer(ctx, tx, loaded, candidate, seen);
  const { task } = candidate;
  await tx.append(loaded.stored.id, ...changes, ...startOf(loaded, task, attempt, tx.nowMs, by.agentId), {
    type: "task.annotated",
    task: task.id,
    owner: by.worker,
  });
  return { attempt, token };
}

async function newOffer(
  ctx: RunContext,
  tx: GraphWriter,
  loaded: LoadedPlan,
  { task, role, agentType, scope, isolation }: Candidate,
  seen: CheckoutSeen,
): Promise<Offered & { readonly changes: readonly Change[] }> {
  const attempt = await tx.nextAttemptId();
  const token = newToken(attempt, ctx.randomBytes);
  const offered: Change = {
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
  };
  const isSeen = seen !== undefined && isolation === "shared";
  const changes: readonly Change[] = [
    offered,
    ...(isSeen ? [{ type: "checkout.seen" as const, task: task.id, attempt, changed: seen }] : []),
  ];
  return { attempt, token, changes };
}
