import { hashToken } from "../../graph/token.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import type { HeldClaim } from "../../store/tables/held-claim.ts";
import { recordSnapshot, snapshotBeforeStart } from "../checkout-watch/record-changes.ts";
import { changeGraph, type GraphTransaction } from "../plan/plan-transaction.ts";
import type { RunContext } from "../project/run-context.ts";
import { claimOfToken, isRefusal } from "./claim-by-token.ts";
import { startOrContinue } from "./start-attempt.ts";

/**
 * Ties an agent to the claim that it was launched for; the attempt starts.
 * @returns undefined when there is no such claim any more.
 * @throws CallerError when another agent works at it, or this one at another.
 */
export async function takeUpOffer(
  ctx: RunContext,
  store: GraphStore,
  token: string,
  agentId: string,
): Promise<HeldClaim | undefined> {
  const look = await snapshotBeforeStart(ctx, store, token);
  const start = async (tx: GraphTransaction) => {
    if (look) await recordSnapshot(tx, look);
    const found = await claimOfToken(tx, token);
    if (isRefusal(found)) return undefined;
    startOrContinue(found, agentId);
    return tx.writer.claimById(found.held.claim.id);
  };
  return changeGraph(ctx, store, `agent ${agentId}`, start, { claim: { tokenHash: hashToken(token) } });
}
