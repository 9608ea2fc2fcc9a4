import { isDraining } from "../../graph/attempt.ts";
import type { ChangedFile } from "../../graph/checkout-change.ts";
import type { GraphWriter, HeldClaim } from "../../store/graph-store.ts";
import type { Observation } from "../../store/rows.ts";
import type { RunContext } from "../project/run-context.ts";
import { attributed, atWork } from "./attribute-changes.ts";
import { tellTouchedTasks } from "./scope-notes.ts";

/** One event lists at most this many files; of the rest only the number is known. */
const MOST_LISTED = 500;

export async function logChanges(
  ctx: RunContext,
  tx: GraphWriter,
  held: readonly HeldClaim[],
  changed: readonly ChangedFile[],
  before: Observation,
  untilMs: number,
): Promise<void> {
  const firstSinceEnd = ({ claim }: HeldClaim) =>
    claim.state === "ended" && (!isDraining(claim, tx.nowMs) || claim.endedAtMs >= before.fromMs);
  if (held.length === 0 || (changed.length === 0 && !held.some(firstSinceEnd))) return;
  const files = attributed(changed.slice(0, MOST_LISTED), held, ctx.caseInsensitive);
  const unlisted = changed.length - files.length;
  for (const planId of plansOf(held)) {
    await tx.append(planId, {
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
  await tellTouchedTasks(ctx, tx, plansOf(held), strays, by);
}

/** What attempts that were at work by now have written cannot be told any more. */
export async function logMissingBaseline(tx: GraphWriter, held: readonly HeldClaim[]): Promise<void> {
  const why = "no look was taken before it started";
  for (const planId of plansOf(held)) {
    await tx.append(planId, { type: "checkout.unmeasured", atWork: atWork(held), why });
  }
}

/** Once until a look succeeds, which then tells what this one could not. */
export async function logFailedLook(
  ctx: RunContext,
  tx: GraphWriter,
  held: readonly HeldClaim[],
  why: string,
): Promise<void> {
  ctx.looks.due = false;
  for (const planId of plansOf([...held, ...(await tx.held(ctx.checkoutKey))])) {
    if (ctx.looks.toldFailure.has(planId)) continue;
    const failed = await tx.lastEvent(planId, "checkout.unmeasured");
    const looked = await tx.lastEvent(planId, "checkout.observed");
    if (failed.seq > looked.seq) {
      ctx.looks.toldFailure.add(planId);
      continue;
    }
    await tx.append(planId, { type: "checkout.unmeasured", atWork: [], why });
  }
}

export function plansOf(held: readonly HeldClaim[]): ReadonlySet<number> {
  return new Set(held.map(({ planId }) => planId));
}
