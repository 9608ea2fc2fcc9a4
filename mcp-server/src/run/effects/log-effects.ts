import type { AttemptId } from "../../graph/attempt.ts";
import { ABSENT, type AttributedEffect, type HeldFilesChanged } from "../../graph/effect.ts";
import { suspectsOf } from "../../policy/effects/attribute.ts";
import { heldLooks } from "../../policy/effects/seen-changes.ts";
import type { GraphTransaction, PlanTransaction } from "../plan/plan-transaction.ts";
import { effectNotes } from "./effect-notes.ts";

/**
 * Logs what was seen in every plan that has a holder of one of the files, or an attempt with a call that may have
 * changed one, and leaves a note for the agents whom it concerns. Servers of several sessions see the same change: the
 * first that logs it does.
 */
export async function logEffects(tx: GraphTransaction, seen: HeldFilesChanged): Promise<void> {
  for (const [plan, attempts] of await concernedPlans(tx, seen)) {
    const told = await toldFiles(plan, seen);
    const untold = seen.files.filter((file) => concerns(file, seen, attempts) && !told.has(keyOf(file)));
    if (untold.length === 0) continue;
    const files = await withoutRestored(plan, untold);
    plan.append({ type: "files.changed", ...seen, files });
    const taskOf = (attempt: AttemptId) => plan.graph.claim(attempt)?.task;
    const isToBeTold = await newsForHolder(plan, files);
    for (const note of effectNotes({ ...seen, files }, plan.stored.slug, taskOf, isToBeTold)) {
      plan.append({ type: "scope.touched", ...note });
    }
  }
}

/** The plans with those of their attempts that have to do with it. */
async function concernedPlans(
  tx: GraphTransaction,
  { files, calls }: HeldFilesChanged,
): Promise<ReadonlyMap<PlanTransaction, ReadonlySet<AttemptId>>> {
  const plans = new Map<PlanTransaction, Set<AttemptId>>();
  const attempts = [...files.map(({ holder }) => holder), ...calls.map(({ caller }) => caller.attempt)];
  for (const attempt of new Set(attempts)) {
    const held = attempt === undefined ? undefined : await tx.writer.claimById(attempt);
    const plan = held && (await tx.planOf(held));
    if (plan) plans.set(plan, (plans.get(plan) ?? new Set<AttemptId>()).add(held.claim.id));
  }
  return plans;
}

function concerns(
  effect: AttributedEffect,
  { calls }: HeldFilesChanged,
  attempts: ReadonlySet<AttemptId>,
): boolean {
  if (attempts.has(effect.holder)) return true;
  return suspectsOf(effect, calls).some(
    ({ caller }) => caller.attempt !== undefined && attempts.has(caller.attempt),
  );
}

/** What another server has logged of the same time. */
async function toldFiles(
  plan: PlanTransaction,
  { sinceMs, untilMs }: HeldFilesChanged,
): Promise<ReadonlySet<string>> {
  const events = await plan.reader.events(plan.id, { types: ["files.changed"], sinceMs });
  return new Set(
    heldLooks(events).flatMap((look) =>
      look.sinceMs <= untilMs && look.untilMs >= sinceMs ? look.files.flatMap(keysOf) : [],
    ),
  );
}

/** What was told to be put back into a file was made by nobody, whichever call ran meanwhile; what is a holder's own stays so. */
async function withoutRestored(
  plan: PlanTransaction,
  files: readonly AttributedEffect[],
): Promise<readonly AttributedEffect[]> {
  if (files.every(({ by }) => by === "own")) return files;
  const events = await plan.reader.events(plan.id, { types: ["file.restored"] });
  const restored = new Set(
    events.flatMap(({ change }) => (change.type === "file.restored" ? [versionOf(change)] : [])),
  );
  return files.map((file) =>
    file.by !== "own" && restored.has(versionOf(file)) ? madeByNobody(file) : file,
  );
}

function versionOf({ path, after }: Pick<AttributedEffect, "path" | "after">): string {
  return JSON.stringify([path, after]);
}

function madeByNobody({ call: _, ...effect }: AttributedEffect): AttributedEffect {
  return { ...effect, by: "nobody" };
}

/**
 * Of changes that a call of the holder may have made: whether they put an end to bytes that were written while the plan
 * ran, and the holder was not told of the file and these others before. Commands run side by side all the time.
 */
async function newsForHolder(
  plan: PlanTransaction,
  files: readonly AttributedEffect[],
): Promise<(file: AttributedEffect, by: readonly string[]) => boolean> {
  if (files.every(({ by }) => by !== "uncertain")) return () => true;
  const types = ["files.changed", "scope.touched"] as const;
  const events = await plan.reader.events(plan.id, { types });
  const written = new Set<string>();
  const told = new Set<string>();
  for (const { change } of events) {
    if (change.type === "files.changed" && !change.atWork)
      for (const { path, after } of change.files) written.add(JSON.stringify([path, after]));
    if (change.type === "scope.touched")
      for (const path of change.paths) told.add(JSON.stringify([path, change.task, change.by]));
  }
  return ({ path, holder, before }, by) => {
    const task = plan.graph.claim(holder)?.task;
    const isNews = !told.has(JSON.stringify([path, task, by]));
    return isNews && before !== undefined && before !== ABSENT && written.has(JSON.stringify([path, before]));
  };
}

/** What stood there before, one of two servers may not know. */
function keyOf({ path, holder, after, undone }: AttributedEffect): string {
  return JSON.stringify([path, holder, after, undone === true]);
}

/** Of what was undone, another server may have seen the change, and the way back. */
function keysOf(effect: AttributedEffect): string[] {
  const { undone, before, ...change } = effect;
  if (!undone || before === undefined) return [keyOf(effect)];
  return [keyOf(effect), keyOf(change), keyOf({ ...change, after: before })];
}
