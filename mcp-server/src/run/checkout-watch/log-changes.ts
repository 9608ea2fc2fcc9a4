import { isDraining } from "../../graph/attempt.ts";
import type { AtWork, ChangedFile } from "../../graph/effect.ts";
import { matches } from "../../graph/scope/globs-meet.ts";
import { parseScope } from "../../graph/scope/scope.ts";
import { taskName } from "../../graph/task.ts";
import { heldLooks } from "../../policy/effects/seen-changes.ts";
import { widenedScope } from "../../policy/exclusivity.ts";
import type { HeldClaim } from "../../store/tables/held-claim.ts";
import type { GraphTransaction, PlanTransaction } from "../plan/plan-transaction.ts";
import type { LastCheckoutLook } from "./last-look.ts";
import { notifyTouchedTasks } from "./scope-notes.ts";

/** One event lists at most this many files; of the rest only the number is known. */
const MAX_LISTED = 500;

/**
 * Logs what a look at the checkout found changed, beyond what looks at held files have told since the look before, with
 * the attempts that were at work meanwhile.
 */
export async function logChanges(
  tx: GraphTransaction,
  held: readonly HeldClaim[],
  changed: readonly ChangedFile[],
  before: LastCheckoutLook,
  untilMs: number,
): Promise<void> {
  const firstSinceEnd = ({ claim }: HeldClaim) =>
    claim.state === "delivering" ||
    (claim.state === "ended" && (!isDraining(claim, tx.nowMs) || claim.endedAtMs >= before.fromMs));
  if (held.length === 0 || (changed.length === 0 && !held.some(firstSinceEnd))) return;
  const plans = await plansOf(tx, held);
  const told = changed.length === 0 ? new Set<string>() : await toldPaths(plans, before.fromMs);
  const untold = changed.filter(({ path }) => !told.has(path));
  const holderOf = holders(held, tx.ctx.caseInsensitive);
  const files = untold.slice(0, MAX_LISTED).map((file) => ({ ...file, ...holderOf(file.path) }));
  const unlisted = untold.length - files.length;
  for (const plan of plans) {
    plan.append({
      type: "files.changed",
      sinceMs: before.fromMs,
      untilMs,
      atWork: atWork(held),
      files,
      ...(unlisted > 0 && { unlisted }),
    });
  }
  const strays = files.filter(({ holder }) => holder === undefined).map(({ path }) => path);
  const by = [...new Set(atWork(held).map(({ task }) => task))];
  await notifyTouchedTasks(plans, strays, by);
}

/** What looks at held files have told since then. */
async function toldPaths(plans: ReadonlySet<PlanTransaction>, sinceMs: number): Promise<ReadonlySet<string>> {
  const told = new Set<string>();
  for (const plan of plans) {
    const events = await plan.reader.events(plan.id, { types: ["files.changed"], sinceMs });
    for (const { files, untilMs } of heldLooks(events)) {
      if (untilMs >= sinceMs) for (const { path } of files) told.add(path);
    }
  }
  return told;
}

/** By path, the attempt in whose scope a file lies; none where attempts at more than one task cover it. */
function holders(held: readonly HeldClaim[], caseInsensitive: boolean) {
  const scopes = held.map(({ plan, claim }) => ({
    task: taskName(plan, claim.task),
    holder: claim.id,
    writes: parseScope(widenedScope(claim), caseInsensitive).writes,
  }));
  return (path: string): Pick<(typeof scopes)[number], "holder"> | undefined => {
    const covering = scopes.filter(({ writes }) => writes.some((glob) => matches(glob, path)));
    const last = covering.at(-1);
    return last && covering.every(({ task }) => task === last.task) ? { holder: last.holder } : undefined;
  };
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
    snapshots.toldFailure.add(plan.id);
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

function atWork(held: readonly HeldClaim[]): AtWork[] {
  return held.map(({ plan, claim }) => ({ attempt: claim.id, task: taskName(plan, claim.task) }));
}
