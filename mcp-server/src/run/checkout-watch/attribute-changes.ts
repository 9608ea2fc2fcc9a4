import type { CheckoutState } from "../../git/checkout-state.ts";
import { type AnyClaim, isDraining } from "../../graph/attempt.ts";
import type { AttributedFile, AtWork, ChangedFile } from "../../graph/checkout-change.ts";
import { matches } from "../../graph/scope/globs.ts";
import { taskName } from "../../graph/task.ts";
import { widenedScope } from "../../policy/exclusivity.ts";
import type { GraphWriter, HeldClaim } from "../../store/graph-store.ts";
import type { Observation } from "../../store/rows.ts";
import type { RunContext } from "../project/run-context.ts";

/** The attempts that may have written into the shared checkout since that look: whoever was at work then or started. */
export async function atWorkSince(
  ctx: RunContext,
  tx: GraphWriter,
  before: Observation | undefined,
): Promise<HeldClaim[]> {
  const held = before
    ? await tx.attemptsSince(ctx.checkoutKey, before.seq, before.atWork)
    : (await tx.held(ctx.checkoutKey)).filter(({ claim }) => mayWrite(claim, tx.nowMs));
  return held.filter(({ claim }) => claim.isolation === "shared");
}

/** A look may not be compared with a later one: what changed between them would seem to have changed back. */
export function isOlder(look: CheckoutState, before: Observation, nowMs: number): boolean {
  const isSame = look.fromMs === before.fromMs && look.toMs === before.toMs;
  // A look from the future is one from before the clock was set back. The transaction's own time will not do: it
  // waited for its turn since.
  return !isSame && look.fromMs < before.toMs && before.toMs <= nowMs;
}

export function mayWrite(claim: AnyClaim, nowMs: number): boolean {
  return claim.state === "running" || isDraining(claim, nowMs);
}

export function attributed(
  file: ChangedFile,
  held: readonly HeldClaim[],
  caseInsensitive: boolean,
): AttributedFile {
  const covers = ({ claim }: HeldClaim) =>
    widenedScope(claim).writes.some((glob) => matches(glob, file.path, caseInsensitive));
  return { ...file, inScopeOf: held.filter(covers).map(({ claim }) => claim.id) };
}

export function atWork(held: readonly HeldClaim[]): AtWork[] {
  return held.map(({ plan, claim }) => ({ attempt: claim.id, task: taskName(plan, claim.task) }));
}
