import type { CheckoutState } from "../../git/checkout-state.ts";
import { type AnyClaim, isDraining } from "../../graph/attempt.ts";
import type { AttributedFile, AtWork, ChangedFile } from "../../graph/checkout-change.ts";
import { matches } from "../../graph/scope/globs-meet.ts";
import { parseScope } from "../../graph/scope/scope.ts";
import { taskName } from "../../graph/task.ts";
import { widenedScope } from "../../policy/exclusivity.ts";
import type { HeldClaim } from "../../store/tables/held-claim.ts";
import type { Observation } from "../../store/tables/rows.ts";
import type { GraphTransaction } from "../plan/plan-transaction.ts";

/** The attempts that may have written into the shared checkout since that look: whoever was at work then or started. */
export async function atWorkSince(
  { ctx, writer, nowMs }: GraphTransaction,
  before: Observation | undefined,
): Promise<HeldClaim[]> {
  const held = before
    ? await writer.attemptsSinceLook(ctx.checkoutKey)
    : (await writer.held(ctx.checkoutKey)).filter(({ claim }) => mayWrite(claim, nowMs));
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

/** The changed files, each with the attempts in whose scope it lies. */
export function attributed(
  files: readonly ChangedFile[],
  held: readonly HeldClaim[],
  caseInsensitive: boolean,
): AttributedFile[] {
  const scopes = held.map(({ claim }) => ({
    attempt: claim.id,
    writes: parseScope(widenedScope(claim), caseInsensitive).writes,
  }));
  return files.map((file) => {
    const covering = scopes.filter(({ writes }) => writes.some((glob) => matches(glob, file.path)));
    return { ...file, inScopeOf: covering.map(({ attempt }) => attempt) };
  });
}

export function atWork(held: readonly HeldClaim[]): AtWork[] {
  return held.map(({ plan, claim }) => ({ attempt: claim.id, task: taskName(plan, claim.task) }));
}
