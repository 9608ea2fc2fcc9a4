import { type CheckoutState, changesBetween, LOOK_LIMIT_MS } from "../../git/checkout-state.ts";
import { Fingerprints } from "../../git/fingerprint.ts";
import { type AnyClaim, isDraining } from "../../graph/attempt.ts";
import type { AttributedFile, AtWork, ChangedFile } from "../../graph/checkout-change.ts";
import { matches } from "../../graph/scope/globs.ts";
import { taskName } from "../../graph/task.ts";
import { hashToken } from "../../graph/token.ts";
import { widenedScope } from "../../policy/exclusivity.ts";
import type { GraphStore, GraphWriter, HeldClaim } from "../../store/graph-store.ts";
import type { Observation } from "../../store/rows.ts";
import type { Look } from "../project/checkout-snapshots.ts";
import type { RunContext } from "../project/run-context.ts";
import { tellTouchedTasks } from "./scope-notes.ts";

/** One event lists at most this many files; of the rest only the number is known. */
const MOST_LISTED = 500;

/** How the checkout is now, to be handed to `recordLook` in a transaction that begins after it. */
export async function lookAtCheckout(ctx: RunContext): Promise<Look> {
  return ctx.looks.take(async () => {
    const store = await ctx.graph();
    return store?.read((reader) => reader.observation(ctx.checkoutKey));
  });
}

/** The baseline for the attempt that the token is about to start; undefined where it starts none. */
export async function lookBeforeStart(
  ctx: RunContext,
  store: GraphStore,
  token: string,
): Promise<Look | undefined> {
  return (await stateOfToken(store, token)) === "offered" ? lookAtCheckout(ctx) : undefined;
}

/** How the attempt that the token is about to end leaves the checkout; undefined where it ends none. */
export async function lookBeforeEnd(
  ctx: RunContext,
  store: GraphStore,
  token: string,
): Promise<Look | undefined> {
  const state = await stateOfToken(store, token);
  return state === "offered" || state === "running" ? lookAtCheckout(ctx) : undefined;
}

async function stateOfToken(store: GraphStore, token: string): Promise<AnyClaim["state"] | undefined> {
  return (await store.read((reader) => reader.claimByTokenHash(hashToken(token))))?.claim.state;
}

/**
 * Logs what changed in the checkout since the last look, with the attempts that were at work meanwhile; the next look
 * is compared with this one. To be called before an attempt starts and after one has ended, in the same transaction:
 * the first is not at work yet, the second still was.
 * @returns whether all is known that happened until the look.
 */
export async function recordLook(ctx: RunContext, tx: GraphWriter, look: Look): Promise<boolean> {
  const before = await tx.observation(ctx.checkoutKey);
  const held = await atWorkSince(ctx, tx, before);
  if ("why" in look) {
    await logFailedLook(ctx, tx, held, look.why);
    return false;
  }
  if (before && isOlder(look, before, ctx.now())) {
    ctx.looks.due = true;
    return false;
  }
  ctx.looks.due = false;
  ctx.looks.toldFailure.clear();
  const changed = before && changesBetween(before, look);
  if (before && changed) await logChanges(ctx, tx, held, changed, before, look.toMs);
  else await logMissingBaseline(tx, held);
  await tx.keepObservation(ctx.checkoutKey, {
    fromMs: look.fromMs,
    toMs: look.toMs,
    seq: await tx.lastSeq(),
    head: look.head,
    files: look.files,
    atWork: held.filter(({ claim }) => mayWrite(claim, tx.nowMs)).map(({ claim }) => claim.id),
  });
  return changed !== undefined;
}

/** Looks and settles if an attempt ended without it: lost, cancelled, or without a report. */
export async function lookAtWhatEnded(ctx: RunContext): Promise<void> {
  if (!ctx.looks.due) return;
  ctx.looks.due = false;
  try {
    const look = await lookAtCheckout(ctx);
    const store = await ctx.graph();
    await store?.write(ctx.now, "server", (tx) => recordLook(ctx, tx, look));
  } catch {
    // The answer that this follows on stands; the next look tells what this one could not.
    ctx.looks.due = true;
  }
}

/** Files that the server itself has just written are nobody's change. */
export async function adoptFiles(ctx: RunContext, tx: GraphWriter, paths: readonly string[]): Promise<void> {
  const before = await tx.observation(ctx.checkoutKey);
  if (!before) return;
  const signal = AbortSignal.timeout(LOOK_LIMIT_MS);
  const written = await new Fingerprints().of(ctx.checkout.root, paths, signal);
  await tx.keepObservation(ctx.checkoutKey, {
    ...before,
    // A look that began before the files were written would see them change back.
    toMs: ctx.now(),
    files: new Map([...before.files, ...written]),
  });
}

/** The attempts that may have written into the shared checkout since that look: whoever was at work then or started. */
async function atWorkSince(
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
function isOlder(look: CheckoutState, before: Observation, nowMs: number): boolean {
  const isSame = look.fromMs === before.fromMs && look.toMs === before.toMs;
  // A look from the future is one from before the clock was set back. The transaction's own time will not do: it
  // waited for its turn since.
  return !isSame && look.fromMs < before.toMs && before.toMs <= nowMs;
}

function mayWrite(claim: AnyClaim, nowMs: number): boolean {
  return claim.state === "running" || isDraining(claim, nowMs);
}

async function logChanges(
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
  const files = changed.slice(0, MOST_LISTED).map((file) => attributed(file, held, ctx.caseInsensitive));
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
async function logMissingBaseline(tx: GraphWriter, held: readonly HeldClaim[]): Promise<void> {
  const why = "no look was taken before it started";
  for (const planId of plansOf(held)) {
    await tx.append(planId, { type: "checkout.unmeasured", atWork: atWork(held), why });
  }
}

/** Once until a look succeeds, which then tells what this one could not. */
async function logFailedLook(
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

function attributed(file: ChangedFile, held: readonly HeldClaim[], caseInsensitive: boolean): AttributedFile {
  const covers = ({ claim }: HeldClaim) =>
    widenedScope(claim).writes.some((glob) => matches(glob, file.path, caseInsensitive));
  return { ...file, inScopeOf: held.filter(covers).map(({ claim }) => claim.id) };
}

function atWork(held: readonly HeldClaim[]): AtWork[] {
  return held.map(({ plan, claim }) => ({ attempt: claim.id, task: taskName(plan, claim.task) }));
}

function plansOf(held: readonly HeldClaim[]): ReadonlySet<number> {
  return new Set(held.map(({ planId }) => planId));
}
