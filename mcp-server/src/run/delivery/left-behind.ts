import { attemptName, attemptsOn } from "../../git/commit-message.ts";
import { planHead } from "../../git/plan-branch.ts";
import { commitsThere } from "../../git/remote/commits-there.ts";
import type { DeliveringAttempt } from "../../graph/attempt.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import type { RunContext } from "../project/run-context.ts";
import { branchOf, bringPlanBranch } from "../remote/exchange.ts";
import { lookWhetherShared } from "../remote/shared-plans.ts";
import { runnersNow } from "../runners/runners-now.ts";
import { isFromHere } from "./clone.ts";
import type { Delivery } from "./delivery.ts";
import { UNKNOWN_SERVER_MS } from "./may-deliver.ts";

/**
 * The deliveries of other clones whose runners are gone, as far as they can be brought to an end from here: the commit
 * is here, or the plan's branch, as the remote has it now, holds it already. One that is nowhere to be had is waited for,
 * because its machine may be started again; then its task is done anew.
 */
export async function leftBehind(
  ctx: RunContext,
  store: GraphStore,
  plan: LoadedPlan,
): Promise<readonly Delivery[]> {
  const left = await deliveriesOfGone(ctx, store, plan);
  if (left.length === 0) return [];
  const { root } = ctx.checkout;
  const isShared = await lookWhetherShared(ctx, plan.graph);
  if (isShared) await bringPlanBranch(root, branchOf(plan));
  const { slug } = plan.stored;
  const [there, head] = await Promise.all([
    commitsThere(
      root,
      left.map(({ attempt }) => attempt.accepted.commit),
    ),
    planHead(root, slug),
  ]);
  const named = head === undefined ? new Map() : await attemptsOn(root, head, undefined);
  return left.filter(
    ({ task, attempt: { id, accepted, acceptedAtMs } }) =>
      there.has(accepted.commit) ||
      named.has(attemptName(slug, task, { id })) ||
      (isShared && acceptedAtMs + UNKNOWN_SERVER_MS <= ctx.now()),
  );
}

async function deliveriesOfGone(
  ctx: RunContext,
  store: GraphStore,
  { graph, stored }: LoadedPlan,
): Promise<Delivery[]> {
  const elsewhere = graph.live.flatMap((claim): Delivery[] => {
    const task = graph.tasks.get(claim.task);
    return task && isElsewhere(ctx, claim) ? [{ plan: stored.slug, task, attempt: claim }] : [];
  });
  if (elsewhere.length === 0) return [];
  const { isGone } = await store.read((reader) => runnersNow(reader, ctx.repository, ctx.now()));
  const areGone = await Promise.all(elsewhere.map(({ attempt }) => isGone(attempt.accepted.by)));
  return elsewhere
    .filter((_, i) => areGone[i])
    .sort((a, b) => a.attempt.acceptedAtMs - b.attempt.acceptedAtMs || a.attempt.id - b.attempt.id);
}

/** What goes onto the branch that is checked out in another clone can be delivered there alone. */
function isElsewhere(
  ctx: RunContext,
  claim: LoadedPlan["graph"]["live"][number],
): claim is DeliveringAttempt {
  return (
    claim.state === "delivering" &&
    !isFromHere(ctx, claim.accepted) &&
    claim.accepted.targets.every((target) => target === "plan")
  );
}
