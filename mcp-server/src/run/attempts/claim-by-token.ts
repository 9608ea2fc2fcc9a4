import type { Task } from "../../graph/task.ts";
import { findToken, hashToken } from "../../graph/token.ts";
import type { GraphReader, HeldClaim } from "../../store/graph-store.ts";
import { type LoadedPlan, loadPlan, taskOf } from "../plan/load-plan.ts";
import type { RunContext } from "../project/run-context.ts";

/** A live claim that a token speaks for. */
export interface ClaimByToken {
  readonly held: HeldClaim;
  readonly loaded: LoadedPlan;
  readonly task: Task;
}

/** Why a token is refused, in words for whoever used it. */
export type TokenRefusal = { readonly why: string; readonly held?: HeldClaim };

/** The claim that the token speaks for, or why it speaks for none. */
export async function claimOfToken(
  ctx: RunContext,
  reader: GraphReader,
  token: string,
): Promise<ClaimByToken | TokenRefusal> {
  if (findToken(token) !== token) return { why: "it is not a token: <number>-<26 letters and digits>" };
  const held = await reader.claimByTokenHash(hashToken(token));
  // A database may be shared by several repositories; what is of another one is none of ours.
  const stored = held && (await reader.plan(ctx.repository, held.plan));
  if (!held || stored?.id !== held.planId) return { why: "nobody was given it" };
  const loaded = await loadPlan(ctx, reader, held.plan);
  if (held.claim.state === "unrecognised")
    return { why: "its claim is in a state that only a newer version of this plugin knows", held };
  if (held.claim.state === "returned") return { why: `the offer ended: ${held.claim.cause}`, held };
  if (held.claim.state === "ended") {
    return { why: `its attempt has ended: ${held.claim.cause ?? held.claim.outcome}`, held };
  }
  return { held, loaded, task: taskOf(loaded, held.claim.task) };
}

export function isRefusal(result: ClaimByToken | TokenRefusal): result is TokenRefusal {
  return "why" in result;
}
