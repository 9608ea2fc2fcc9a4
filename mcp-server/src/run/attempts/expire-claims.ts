import { isDraining, type RunningAttempt } from "../../graph/attempt.ts";
import type { HeldClaim } from "../../store/tables/held-claim.ts";
import { formatDuration } from "../../text/format.ts";
import type { GraphTransaction } from "../plan/plan-transaction.ts";
import { deadOwners } from "../project/owner.ts";
import { endAttempt } from "./end-attempt.ts";

/**
 * Ends every claim of the repository whose time is over or whose owner is provably dead, so that what follows in the
 * same transaction sees only claims that somebody answers for. Those of other checkouts too: a plan may be continued
 * in another worktree, or after its folder or its machine got another name.
 */
export async function expireClaims(tx: GraphTransaction): Promise<void> {
  const hasDied = deadOwners();
  let changed = false;
  for (const found of tx.writer.holding) {
    if (found.repository !== tx.ctx.repository) continue;
    // The end of an attempt may have stopped its plan, and with it claims that were live when they were found.
    const held = changed ? await tx.writer.claimById(found.claim.id) : found;
    if (held && (await expireClaim(tx, held, await hasDied(held.claim.owner)))) changed = true;
  }
}

/** @returns whether something was to be done. */
async function expireClaim(tx: GraphTransaction, held: HeldClaim, ownerDead: boolean): Promise<boolean> {
  const { claim } = held;
  const { task, id: attempt } = claim;
  // Only the version that knows a state knows when it is over.
  if (claim.state === "unrecognised" || claim.state === "returned") return false;
  // What was accepted is delivered, by whomever.
  if (claim.state === "delivering") return false;
  if (!ownerDead && !isOver(held, tx.nowMs)) return false;
  const plan = await tx.planOf(held);
  if (!plan) return false;
  if (claim.state === "offered") {
    const cause = ownerDead ? "its session ended" : "nobody took it up in time";
    plan.append({ type: "claim.returned", task, attempt, cause });
  } else if (claim.state === "running") {
    const cause = ownerDead ? "its session ended" : expiryReason(claim);
    const how = ownerDead ? { interrupted: true as const } : { draining: true };
    endAttempt(plan, claim, { outcome: "lost", cause, ...how });
  } else {
    const how = ownerDead ? "its session ended" : "one more lease has passed";
    plan.append({ type: "attempt.drained", task, attempt, how });
  }
  return true;
}

/** Whether the time of an offer, a lease, or the end of a drain has come. */
function isOver({ claim }: HeldClaim, nowMs: number): boolean {
  if (claim.state === "offered") return claim.expiresAtMs <= nowMs;
  return claim.state === "running" ? claim.leaseUntilMs <= nowMs : !isDraining(claim, nowMs);
}

function expiryReason(claim: RunningAttempt): string {
  const silence = formatDuration(claim.leaseUntilMs - claim.lastSeenMs);
  return `no sign of life for ${silence}, or its time was over`;
}
