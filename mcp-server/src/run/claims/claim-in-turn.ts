import type { Attempt } from "../../graph/attempt.ts";
import { type Task, taskName } from "../../graph/task.ts";
import { isSameShape } from "../../policy/spending/in-turn.ts";
import { type Briefed, briefWithPlace, readForBriefWithClaim } from "../briefs/brief-of-claim.ts";
import { existingGraph } from "../plan/load-plan.ts";
import type { PlanTransaction } from "../plan/plan-transaction.ts";
import { isDoneInTurn } from "../planning/done-in-turn.ts";
import type { RunContext } from "../project/run-context.ts";
import { choose } from "./choose.ts";
import { offerAndStart } from "./offer.ts";

/** A task that was just claimed; its brief can be written when the transaction is over. */
export interface ClaimedInTurn extends Briefed {
  readonly token: string;
}

/**
 * The next small task for an agent that has just completed one, where there is one of the same shape: its beginning is
 * paid for already. To be called in the transaction in which that attempt ended, so that nobody else takes it between
 * the two, and there are never two live claims of the agent.
 */
export async function claimInTurn(
  plan: PlanTransaction,
  agentId: string,
  before: Task,
  attempt: Attempt,
): Promise<ClaimedInTurn | undefined> {
  const isOver = plan.graph.claim(attempt.id)?.state === "ended";
  const isCompleted = plan.graph.tasks.get(before.id)?.status === "completed";
  if (!isOver || !isCompleted || plan.stored.status !== "open" || plan.graph.readyCount === 0)
    return undefined;
  if (!isDoneInTurn(plan, before, attempt.isolation)) return undefined;
  const { chosen } = await choose(plan, plan.nowMs, {
    most: 1,
    apart: true,
    only: (candidate) =>
      isSameShape(candidate, attempt) && isDoneInTurn(plan, candidate.task, candidate.isolation),
  });
  const [best] = chosen;
  if (!best) return undefined;
  const by = { worker: attempt.agentType, agentId, isLaunched: true };
  const made = await offerAndStart(plan, best, undefined, by);
  const { attempt: id, token } = made;
  const read = readForBriefWithClaim(plan, best);
  return { loaded: plan, task: best.task, claim: { ...best, id }, token, read };
}

/** The claim as the agent is told of it. */
export async function toldInTurn(
  ctx: RunContext,
  claimed: ClaimedInTurn,
): Promise<{ readonly task: string; readonly token: string; readonly brief: string }> {
  const { loaded, task, token } = claimed;
  const store = await existingGraph(ctx, loaded.stored.slug);
  const brief = await briefWithPlace(ctx, store, claimed, token);
  return { task: taskName(loaded.stored.slug, task.id), token, brief };
}
