import { stoodStillSince } from "../../policy/liveness/standstill.ts";
import { OFFER_MS } from "../../policy/policy.ts";
import type { HeldClaim } from "../../store/tables/held-claim.ts";
import { changeGraph, type GraphTransaction } from "../plan/plan-transaction.ts";
import type { RunContext } from "../project/run-context.ts";
import { leaseOf } from "./start-attempt.ts";

/**
 * Moves what time would end forward by the time in which this process did not run. Claims of all processes of this
 * machine: what stopped one of them has mostly stopped them all, and the first to wake must not end what the others
 * answer for. Their reckoning comes to the same end, so nothing is moved twice.
 */
export async function moveLeases(ctx: RunContext): Promise<void> {
  const store = await ctx.graph();
  if (!store) return;
  await changeGraph(ctx, store, "server", async (tx) => {
    for (const held of tx.writer.holding) {
      if (held.claim.owner.host !== ctx.owner.host) continue;
      const untilMs = await endOf(tx, held);
      if (untilMs !== undefined) tx.writer.prolong(held.claim.id, untilMs);
    }
  });
}

async function endOf(tx: GraphTransaction, held: HeldClaim): Promise<number | undefined> {
  const { claim } = held;
  const { standstills } = tx.ctx.clock;
  if (claim.state === "offered") {
    return claim.offeredAtMs + OFFER_MS + stoodStillSince(standstills, claim.offeredAtMs);
  }
  const plan = claim.state === "running" ? await tx.planOf(held) : undefined;
  const task = plan?.graph.tasks.get(claim.task);
  return claim.state === "running" && plan && task
    ? leaseOf(plan, task, claim.startedAtMs, claim.lastSeenMs)
    : undefined;
}
