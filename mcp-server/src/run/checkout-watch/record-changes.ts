import { changesBetween, LOOK_LIMIT_MS } from "../../git/checkout-state.ts";
import { Fingerprints } from "../../git/fingerprint.ts";
import type { AnyClaim } from "../../graph/attempt.ts";
import type { Task } from "../../graph/task.ts";
import { hashToken } from "../../graph/token.ts";
import type { Policy } from "../../policy/policy.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { changeGraph, type GraphTransaction } from "../plan/plan-transaction.ts";
import { type GraphView, readGraph } from "../plan/plan-view.ts";
import type { Look } from "../project/checkout-snapshots.ts";
import type { RunContext } from "../project/run-context.ts";
import { atWorkSince, isOlder, mayWrite } from "./attribute-changes.ts";
import { logChanges, logFailedLook, logMissingBaseline } from "./log-changes.ts";

/** How the checkout is now, to be handed to `recordLook` in a transaction that begins after it. */
export async function snapshotCheckout(ctx: RunContext): Promise<Look> {
  return ctx.snapshots.take(async () => {
    const store = await ctx.graph();
    return store?.read((reader) => reader.observation(ctx.checkoutKey));
  });
}

/** The baseline for the attempt that the token is about to start; undefined where it starts none. */
export async function snapshotBeforeStart(
  ctx: RunContext,
  store: GraphStore,
  token: string,
): Promise<Look | undefined> {
  const { claim } = await standingOfToken(ctx, store, token);
  return claim?.state === "offered" ? snapshotCheckout(ctx) : undefined;
}

/** A claim whose attempt is about to end, and how it leaves the checkout. */
export interface EndingClaim {
  readonly claim: AnyClaim;
  readonly look: Look;
  /** Absent where its plan is another repository's. */
  readonly work?: ClaimedWork;
}

/** What a claim is for, and by which rules. */
export interface ClaimedWork {
  readonly task: Task;
  readonly policy: Policy;
}

/**
 * How the attempt that the token is about to end leaves the checkout; nothing where it ends none.
 * @returns also the claim as it stands, and when its task was first offered.
 */
export async function snapshotBeforeEnd(
  ctx: RunContext,
  store: GraphStore,
  token: string,
): Promise<TokenStanding & { readonly ending: EndingClaim | undefined }> {
  const standing = await standingOfToken(ctx, store, token);
  const { claim, work } = standing;
  if (claim?.state !== "offered" && claim?.state !== "running") return { ...standing, ending: undefined };
  return { ...standing, ending: { claim, look: await snapshotCheckout(ctx), ...(work && { work }) } };
}

interface TokenStanding {
  readonly claim?: AnyClaim;
  readonly work?: ClaimedWork;
  readonly firstOfferedMs: number;
}

async function standingOfToken(ctx: RunContext, store: GraphStore, token: string): Promise<TokenStanding> {
  const tokenHash = hashToken(token);
  const work = async (view: GraphView) => {
    const held = await view.reader.claimByTokenHash(tokenHash);
    const plan = held && (await view.planOf(held));
    const offers = plan ? plan.graph.claimsOf(held.claim.task).map(({ offeredAtMs }) => offeredAtMs) : [];
    const task = held && plan?.graph.tasks.get(held.claim.task);
    return {
      ...(held && { claim: held.claim }),
      ...(plan && task && { work: { task, policy: plan.policy } }),
      firstOfferedMs: Math.min(...offers, ctx.now()),
    };
  };
  return readGraph(ctx, store, work, { claim: { tokenHash } });
}

/**
 * Logs what changed in the checkout since the last look, with the attempts that were at work meanwhile; the next look
 * is compared with this one. To be called before an attempt starts and after one has ended, in the same transaction:
 * the first is not at work yet, the second still was.
 * @returns whether all is known that happened until the look.
 */
export async function recordSnapshot(tx: GraphTransaction, look: Look): Promise<boolean> {
  const { ctx, writer } = tx;
  const before = await writer.observation(ctx.checkoutKey);
  const held = await atWorkSince(tx, before);
  if ("why" in look) {
    await logFailedLook(tx, held, look.why);
    return false;
  }
  if (before && isOlder(look, before, ctx.now())) {
    ctx.snapshots.due = true;
    return false;
  }
  ctx.snapshots.due = false;
  ctx.snapshots.toldFailure.clear();
  const changed = before && changesBetween(before, look);
  if (before && changed) await logChanges(tx, held, changed, before, look.toMs);
  else await logMissingBaseline(tx, held);
  writer.keepObservation(ctx.checkoutKey, {
    fromMs: look.fromMs,
    toMs: look.toMs,
    head: look.head,
    files: look.files,
    atWork: held.filter(({ claim }) => mayWrite(claim, tx.nowMs)).map(({ claim }) => claim.id),
  });
  return changed !== undefined;
}

/** Looks and settles if an attempt ended without it: lost, cancelled, or without a report. */
export async function recordChangesOfEndedAttempts(ctx: RunContext): Promise<void> {
  if (!ctx.snapshots.due) return;
  ctx.snapshots.due = false;
  try {
    const look = await snapshotCheckout(ctx);
    const store = await ctx.graph();
    if (store) {
      const ahead = { checkout: ctx.checkoutKey };
      await changeGraph(ctx, store, "server", (tx) => recordSnapshot(tx, look), ahead);
    }
  } catch {
    // The answer that this follows on stands; the next look tells what this one could not.
    ctx.snapshots.due = true;
  }
}

/** Files that the server itself has just written are nobody's change. */
export async function adoptFiles({ ctx, writer }: GraphTransaction, paths: readonly string[]): Promise<void> {
  const before = await writer.observation(ctx.checkoutKey);
  if (!before) return;
  const signal = AbortSignal.timeout(LOOK_LIMIT_MS);
  const written = await new Fingerprints().of(ctx.checkout.root, paths, signal);
  writer.keepObservation(ctx.checkoutKey, {
    ...before,
    // A look that began before the files were written would see them change back.
    toMs: ctx.now(),
    files: new Map([...before.files, ...written]),
  });
}
