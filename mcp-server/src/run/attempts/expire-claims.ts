import { isDraining, type RunningAttempt } from "../../graph/attempt.ts";
import type { GraphWriter, HeldClaim } from "../../store/graph-store.ts";
import { formatDuration } from "../../text/format.ts";
import { deadOwners } from "../project/owner.ts";
import type { RunContext } from "../project/run-context.ts";
import { endAttempt } from "./end-attempt.ts";

/**
 * Ends every claim whose time is over or whose owner is provably dead, so that what follows in the same
 * transaction sees only claims that somebody answers for. Those of other checkouts too: a plan may be continued
 * in another worktree, or after its folder or its machine got another name.
 */
export async function sweep(ctx: RunContext, tx: GraphWriter): Promise<void> {
  const hasDied = deadOwners();
  let changed = false;
  for (const found of await tx.held()) {
    // The end of an attempt may have stopped its plan, and with it claims that were live when they were found.
    const held = changed ? await tx.claimById(found.claim.id) : found;
    if (!held) continue;
    if (await sweepClaim(ctx, tx, held, await hasDied(held.claim.owner))) changed = true;
  }
}

/** @returns whether something was to be done. */

async function sweepClaim(
  ctx: RunContext,
  tx: GraphWriter,
  held: HeldClaim,
  ownerDead: boolean,
): Promise<boolean> {
  const { claim, planId } = held;
  const { task, id: attempt } = claim;
  if (claim.state === "offered") {
    if (!ownerDead && claim.expiresAtMs > tx.nowMs) return false;
    const cause = ownerDead ? "its session ended" : "nobody took it up in time";
    await tx.append(planId, { type: "claim.returned", task, attempt, cause });
    return true;
  }
  if (claim.state === "running") {
    if (!ownerDead && claim.leaseUntilMs > tx.nowMs) return false;
    const cause = ownerDead ? "its session ended" : lapse(claim);
    const how = ownerDead ? { interrupted: true as const } : { draining: true };
    await endAttempt(ctx, tx, held, { outcome: "lost", cause, ...how });
    return true;
  }
  // Only the version that knows the state knows when it is over.
  if (claim.state === "unrecognised") return false;
  if (claim.state === "returned" || (!ownerDead && isDraining(claim, tx.nowMs))) return false;
  const how = ownerDead ? "its session ended" : "one more lease has passed";
  await tx.append(planId, { type: "attempt.drained", task, attempt, how });
  return true;
}

function lapse(claim: RunningAttempt): string {
  const silence = formatDuration(claim.leaseUntilMs - claim.lastSeenMs);
  return `no sign of life for ${silence}, or its time was over`;
}
