import { changesBetween, LOOK_LIMIT_MS } from "../../git/checkout-state.ts";
import { Fingerprints } from "../../git/fingerprint.ts";
import type { AnyClaim } from "../../graph/attempt.ts";
import { hashToken } from "../../graph/token.ts";
import type { GraphStore, GraphWriter } from "../../store/graph-store.ts";
import type { Look } from "../project/checkout-snapshots.ts";
import type { RunContext } from "../project/run-context.ts";
import { atWorkSince, isOlder, mayWrite } from "./attribute-changes.ts";
import { logChanges, logFailedLook, logMissingBaseline } from "./log-changes.ts";

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
