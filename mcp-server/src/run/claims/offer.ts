import type { AttemptId } from "../../graph/attempt.ts";
import type { Change } from "../../graph/event.ts";
import { hashToken, newToken } from "../../graph/token.ts";
import { OFFER_MS } from "../../policy/policy.ts";
import type { GraphWriter } from "../../store/graph-store.ts";
import { startOf } from "../attempts/start-attempt.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import type { RunContext } from "../project/run-context.ts";
import type { Candidate } from "./candidate.ts";
import type { CheckoutSeen } from "./prepare-claiming.ts";

/** A claim that was just made. */
export interface Offered {
  readonly candidate: Candidate;
  readonly attempt: AttemptId;
  readonly token: string;
}

/** Offers tasks: from now on each holds its scope and its place under the cap, until the offer lapses. */
export async function offer(
  ctx: RunContext,
  tx: GraphWriter,
  loaded: LoadedPlan,
  candidates: readonly Candidate[],
  seen: CheckoutSeen,
): Promise<Offered[]> {
  const offers = await newOffers(ctx, tx, loaded, candidates, seen);
  const changes = [...offers.map(({ offered }) => offered), ...offers.flatMap(({ looked }) => looked)];
  const tokens = new Map(offers.map(({ attempt, token }) => [attempt, token]));
  await tx.appendOffers(loaded.stored.id, changes, tokens);
  return offers;
}

/** Offers a task to a worker that takes it up in the same moment. */
export async function offerAndStart(
  ctx: RunContext,
  tx: GraphWriter,
  loaded: LoadedPlan,
  candidate: Candidate,
  seen: CheckoutSeen,
  by: { readonly worker: string; readonly agentId: string | undefined },
): Promise<Offered> {
  const [made] = (await newOffers(ctx, tx, loaded, [candidate], seen)) as [NewOffer];
  const { offered, looked, attempt } = made;
  const { task } = candidate;
  await tx.append(
    loaded.stored.id,
    offered,
    ...looked,
    ...startOf(loaded, task, attempt, tx.nowMs, by.agentId),
    { type: "task.annotated", task: task.id, owner: by.worker },
  );
  return made;
}

interface NewOffer extends Offered {
  readonly offered: Change;
  /** What was seen of the checkout before, if that is known. */
  readonly looked: readonly Change[];
}

async function newOffers(
  ctx: RunContext,
  tx: GraphWriter,
  loaded: LoadedPlan,
  candidates: readonly Candidate[],
  seen: CheckoutSeen,
): Promise<NewOffer[]> {
  if (candidates.length === 0) return [];
  const attempts = await tx.nextAttemptIds(candidates.length);
  return candidates.map((candidate, i) => {
    const { task, role, agentType, scope, isolation } = candidate;
    const attempt = attempts[i] as AttemptId;
    const token = newToken(attempt, ctx.randomBytes);
    const isSeen = seen !== undefined && isolation === "shared";
    return {
      candidate,
      attempt,
      token,
      offered: {
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
      },
      looked: isSeen ? [{ type: "checkout.seen", task: task.id, attempt, changed: seen }] : [],
    };
  });
}
