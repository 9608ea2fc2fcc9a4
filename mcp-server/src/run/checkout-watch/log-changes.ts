import { isDraining } from "../../graph/attempt.ts";
import type { ChangedFile } from "../../graph/checkout-change.ts";
import type { HeldClaim } from "../../store/tables/held-claim.ts";
import type { Observation } from "../../store/tables/rows.ts";
import type { GraphTransaction, PlanTransaction } from "../plan/plan-transaction.ts";
import { attributed, atWork } from "./attribute-changes.ts";
import { notifyTouchedTasks } from "./scope-notes.ts";

/** One event lists at most this many files; of the rest only the number is known. */
const MAX_LISTED = 500;

export async function logChanges(
  tx: GraphTransaction,
  held: readonly HeldClaim[],
  changed: readonly ChangedFile[],
  before: Observation,
  untilMs: number,
): Promise<void> {
  const firstSinceEnd = ({ claim }: HeldClaim) =>
    claim.state === "ended" && (!isDraining(claim, tx.nowMs) || claim.endedAtMs >= before.fromMs);
  if (held.length === 0 || (changed.length === 0 && !held.some(firstSinceEnd))) return;
  const files = attributed(changed.slice(0, MAX_LISTED), held, tx.ctx.caseInsensitive);
  const unlisted = changed.length - files.length;
  for (const plan of await plansOf(tx, held)) {
    plan.append({
      type: "checkout.observed",
      sinceMs: before.fromMs,
      untilMs,
      atWork: atWork(held),
      files,
      ...(unlisted > 0 && { unlisted }),
    });
  }
  const strays = files.filter((file) => file.inScopeOf.length === 0).map(({ path }) => path);
  const by = [...new Set(atWork(held).map(({ task }) => task))];
  await notifyTouchedTasks(await plansOf(tx, held), strays, by);
}

/** What attempts that were at work by now have written cannot be told any more. */
export async function logMissingBaseline(tx: GraphTransaction, held: readonly HeldClaim[]): Promise<void> {
  const why = "no look was taken before it started";
  for (const plan of await plansOf(tx, held)) {
    plan.append({ type: "checkout.unmeasured", atWork: atWork(held), why });
  }
}

/** Once until a look succeeds, which then tells what this one could not. */
export async function logFailedLook(
  tx: GraphTransaction,
  held: readonly HeldClaim[],
  why: string,
): Promise<void> {
  const { snapshots, checkoutKey } = tx.ctx;
  snapshots.due = false;
  for (const plan of await plansOf(tx, [...held, ...(await tx.writer.held(checkoutKey))])) {
    if (snapshots.toldFailure.has(plan.id)) continue;
    const failed = await tx.writer.lastEvent(plan.id, "checkout.unmeasured");
    const looked = await tx.writer.lastEvent(plan.id, "checkout.observed");
    if (failed.seq > looked.seq) {
      snapshots.toldFailure.add(plan.id);
      continue;
    }
    plan.append({ type: "checkout.unmeasured", atWork: [], why });
  }
}

/** The plans of these claims, as far as they are of this repository. */
async function plansOf(
  tx: GraphTransaction,
  held: readonly HeldClaim[],
): Promise<ReadonlySet<PlanTransaction>> {
  const plans = new Set<PlanTransaction>();
  for (const one of held) {
    const plan = await tx.planOf(one);
    if (plan) plans.add(plan);
  }
  return plans;
}
