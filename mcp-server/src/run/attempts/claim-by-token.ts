import type { Task } from "../../graph/task.ts";
import { findToken, hashToken } from "../../graph/token.ts";
import type { GraphReader } from "../../store/graph-reader.ts";
import type { HeldClaim } from "../../store/tables/held-claim.ts";
import { type LoadedPlan, taskOf } from "../plan/load-plan.ts";
import type { RunContext } from "../project/run-context.ts";

/** A live claim that a token speaks for. */
export interface ClaimByToken<Plan extends LoadedPlan = LoadedPlan> {
  readonly held: HeldClaim;
  readonly loaded: Plan;
  readonly task: Task;
}

/** Why a token is refused, in words for whoever used it. */
export type TokenRefusal = { readonly why: string; readonly held?: HeldClaim };

/** What a claim is looked up in: a view of the graph, or a transaction. */
interface ClaimSource<Plan extends LoadedPlan> {
  readonly ctx: RunContext;
  readonly reader: GraphReader;
  planOf(held: HeldClaim): Promise<Plan | undefined>;
}

/** The claim that the token speaks for, or why it speaks for none. */
export async function claimOfToken<Plan extends LoadedPlan>(
  source: ClaimSource<Plan>,
  token: string,
): Promise<ClaimByToken<Plan> | TokenRefusal> {
  if (findToken(token) !== token)
    return { why: "it is not a token, which is a number, a hyphen, and 26 letters and digits" };
  const held = await source.reader.claimByTokenHash(hashToken(token));
  // A database may be shared by several repositories; what is of another one is none of ours.
  const loaded = held && (await source.planOf(held));
  if (!held || !loaded) return { why: "nobody was given it" };
  if (held.claim.state === "unrecognised")
    return { why: "its claim is in a state that only a newer version of this plugin knows", held };
  if (held.claim.state === "returned") return { why: `the offer ended: ${held.claim.cause}`, held };
  if (held.claim.state === "delivering") return { why: "its report was accepted", held };
  if (held.claim.state === "ended") {
    return { why: `its attempt has ended: ${held.claim.cause ?? held.claim.outcome}`, held };
  }
  return { held, loaded, task: taskOf(loaded, held.claim.task) };
}

export function isRefusal(result: ClaimByToken | TokenRefusal): result is TokenRefusal {
  return "why" in result;
}
