import type { AttemptId } from "../../graph/attempt.ts";
import type { Change } from "../../graph/event.ts";
import type { Task } from "../../graph/task.ts";
import { hashToken, newToken } from "../../graph/token.ts";
import { OFFER_MS } from "../../policy/policy.ts";
import { expectedCost } from "../../policy/spending/expected-cost.ts";
import { startOf } from "../attempts/start-attempt.ts";
import type { PlanTransaction } from "../plan/plan-transaction.ts";
import { modelAtWork } from "../spending/models-used.ts";
import type { Candidate } from "./candidate.ts";
import type { ChangedInCheckout } from "./prepare-claiming.ts";

/** A claim that was just made. */
export interface Offered {
  readonly candidate: Candidate;
  readonly attempt: AttemptId;
  readonly token: string;
}

/** Offers tasks: from now on each holds its scope and its place under the cap, until the offer lapses. */
export async function offer(
  plan: PlanTransaction,
  candidates: readonly Candidate[],
  seen: ChangedInCheckout,
): Promise<Offered[]> {
  const offers = await newOffers(plan, candidates, seen);
  const changes = [...offers.map(({ offered }) => offered), ...offers.flatMap(({ looked }) => looked)];
  for (const { attempt, token } of offers) plan.ctx.offerTokens.keep(attempt, token);
  plan.append(...changes);
  return offers;
}

/** Offers a task to a worker that takes it up in the same moment. */
export async function offerAndStart(
  plan: PlanTransaction,
  candidate: Candidate,
  seen: ChangedInCheckout,
  by: {
    readonly worker: string;
    readonly agentId: string | undefined;
    /** It was launched for a task of the same shape, and works on what that was to. */
    readonly isLaunched: boolean;
  },
): Promise<Offered> {
  // On what a worker works that takes its tasks itself, nobody here decides.
  const { chosenModel: _, ...taken } = candidate;
  const [made] = (await newOffers(plan, [by.isLaunched ? candidate : taken], seen)) as [NewOffer];
  const { offered, looked, attempt } = made;
  const { task } = candidate;
  plan.append(offered, ...looked, ...startOf(plan, task, attempt, plan.nowMs, by.agentId), {
    type: "task.annotated",
    task: task.id,
    owner: by.worker,
  });
  return made;
}

interface NewOffer extends Offered {
  readonly offered: Change;
  /** What was seen of the checkout before, if that is known. */
  readonly looked: readonly Change[];
}

async function newOffers(
  plan: PlanTransaction,
  candidates: readonly Candidate[],
  seen: ChangedInCheckout,
): Promise<NewOffer[]> {
  if (candidates.length === 0) return [];
  const { ctx } = plan;
  const attempts = await plan.writer.nextAttemptIds(candidates.length);
  return candidates.map((candidate, i) => {
    const { task, role, agentType, scope, isolation, chosenModel } = candidate;
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
        ...(chosenModel && { chosenModel }),
        expiresAtMs: plan.nowMs + OFFER_MS,
        estimateMs: plan.estimates.durationMs(task),
        estimateTokens: plan.estimates.tokens(task),
        ...costOfNext(plan, task),
      },
      looked: isSeen ? [{ type: "checkout.seen", task: task.id, attempt, changed: seen }] : [],
    };
  });
}

/** What the attempt is expected to cost, where that can be told. */
function costOfNext({ ctx, policy, estimates }: PlanTransaction, task: Task): { estimateCost?: number } {
  const { table } = ctx.prices.last;
  if (!table) return {};
  const model = modelAtWork(ctx, task, policy, table);
  const cost = expectedCost({ tokens: estimates.usage(task), model }, table);
  return cost === undefined ? {} : { estimateCost: cost };
}
