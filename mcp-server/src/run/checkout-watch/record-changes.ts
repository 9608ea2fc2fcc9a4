import { type CheckoutState, changesBetween, LOOK_LIMIT_MS } from "../../git/checkout-state.ts";
import { Fingerprints } from "../../git/fingerprint.ts";
import { type AnyClaim, isDraining } from "../../graph/attempt.ts";
import type { Task } from "../../graph/task.ts";
import { hashToken } from "../../graph/token.ts";
import type { Policy } from "../../policy/policy.ts";
import type { ReadAhead } from "../../store/engine.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import type { HeldClaim } from "../../store/tables/held-claim.ts";
import { changeGraph, type GraphTransaction } from "../plan/plan-transaction.ts";
import { type GraphView, readGraph } from "../plan/plan-view.ts";
import type { Look } from "../project/checkout-snapshots.ts";
import type { RunContext } from "../project/run-context.ts";
import { keepLastCheckoutLook, type LastCheckoutLook, readLastCheckoutLook } from "./last-look.ts";
import { logChanges, logFailedLook, logMissingBaseline } from "./log-changes.ts";

/** How the checkout is now, to be handed to `recordLook` in a transaction that begins after it. */
export function snapshotCheckout(ctx: RunContext): Promise<Look> {
  return ctx.snapshots.take(() => readLastCheckoutLook(ctx.checkout));
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
  /** Absent where no look is needed. */
  readonly look?: Look;
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
): Promise<Omit<TokenStanding, "concernsCheckout"> & { readonly ending: EndingClaim | undefined }> {
  const { concernsCheckout, ...standing } = await standingOfToken(ctx, store, token);
  const { claim, work } = standing;
  if (claim?.state !== "offered" && claim?.state !== "running") return { ...standing, ending: undefined };
  const look = concernsCheckout ? { look: await snapshotCheckout(ctx) } : {};
  return { ...standing, ending: { claim, ...look, ...(work && { work }) } };
}

/**
 * How an attempt that is about to end leaves the checkout; undefined where nobody has to look: it works in a worktree,
 * and nobody who is at work may have changed files of the checkout.
 */
export async function lookBeforeEnd(
  ctx: RunContext,
  store: GraphStore,
  claim: AnyClaim,
): Promise<Look | undefined> {
  const isNeeded = await readGraph(ctx, store, (view) => concernsSharedFiles(view, claim));
  return isNeeded ? snapshotCheckout(ctx) : undefined;
}

/** What is changed in the checkout is told of attempts at work there alone. */
async function concernsSharedFiles({ ctx, reader }: GraphView, claim: AnyClaim): Promise<boolean> {
  if (claim.isolation === "shared") return true;
  return (await reader.held(ctx.checkoutKey)).some((held) => held.claim.isolation === "shared");
}

interface TokenStanding {
  readonly claim?: AnyClaim;
  readonly work?: ClaimedWork;
  readonly firstOfferedMs: number;
  /** Whether it may have to do with changes in the checkout. */
  readonly concernsCheckout: boolean;
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
      concernsCheckout: held === undefined || (await concernsSharedFiles(view, held.claim)),
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
  const before = readLastCheckoutLook(ctx.checkout);
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
  const { fromMs, toMs, head, files } = look;
  const atWork = held.filter(({ claim }) => mayWrite(claim, tx.nowMs)).map(({ claim }) => claim.id);
  const kept = { fromMs, toMs, head, files: new Map(files), atWork, recordedMs: tx.nowMs };
  writer.beforeCommit(async () => keepLastCheckoutLook(ctx.checkout, kept));
  return changed !== undefined;
}

/** What `recordSnapshot` will read, and when the look before began; undefined where nobody has looked yet. */
export function readAheadOfLook(
  ctx: RunContext,
): { readonly endedAfter: NonNullable<ReadAhead["endedAfter"]>; readonly fromMs: number } | undefined {
  const before = readLastCheckoutLook(ctx.checkout);
  const endedAfter = before && { checkout: ctx.checkoutKey, afterMs: before.recordedMs };
  return endedAfter && { endedAfter, fromMs: before.fromMs };
}

/** Looks and settles if an attempt ended without it: lost, cancelled, or without a report. */
export async function recordChangesOfEndedAttempts(ctx: RunContext): Promise<void> {
  if (!ctx.snapshots.due) return;
  ctx.snapshots.due = false;
  try {
    const look = await snapshotCheckout(ctx);
    const store = await ctx.graph();
    if (store) await changeGraph(ctx, store, "server", (tx) => recordSnapshot(tx, look));
  } catch {
    // The answer that this follows on stands; the next look tells what this one could not.
    ctx.snapshots.due = true;
  }
}

/** Files that the server itself has just written are nobody's change. */
export async function adoptFiles({ ctx }: GraphTransaction, paths: readonly string[]): Promise<void> {
  const before = readLastCheckoutLook(ctx.checkout);
  if (!before) return;
  const signal = AbortSignal.timeout(LOOK_LIMIT_MS);
  const written = await new Fingerprints().of(ctx.checkout.root, paths, signal);
  keepLastCheckoutLook(ctx.checkout, {
    ...before,
    // A look that began before the files were written would see them change back.
    toMs: ctx.now(),
    files: new Map([...before.files, ...written]),
  });
}

/** The attempts that may have written into the shared checkout since that look: whoever was at work then or started. */
async function atWorkSince(
  { ctx, writer, nowMs }: GraphTransaction,
  before: LastCheckoutLook | undefined,
): Promise<HeldClaim[]> {
  const found = (await writer.held(ctx.checkoutKey)).filter(
    ({ claim }) => mayWrite(claim, nowMs) || (before && wroteAfter(claim, before.recordedMs)),
  );
  if (before) found.push(...(await writer.attemptsEndedAfter(ctx.checkoutKey, before.recordedMs)));
  const held = new Map(found.map((one) => [one.claim.id, one]));
  for (const id of before?.atWork ?? []) {
    const known = held.has(id) ? undefined : await writer.claimById(id);
    if (known) held.set(id, known);
  }
  return [...held.values()]
    .filter(({ claim }) => claim.isolation === "shared")
    .sort((a, b) => a.claim.id - b.claim.id);
}

/** A look may not be compared with a later one: what changed between them would seem to have changed back. */
function isOlder(look: CheckoutState, before: LastCheckoutLook, nowMs: number): boolean {
  const isSame = look.fromMs === before.fromMs && look.toMs === before.toMs;
  // A look from the future is one from before the clock was set back. The transaction's own time will not do: it
  // waited for its turn since.
  return !isSame && look.fromMs < before.toMs && before.toMs <= nowMs;
}

/** Whether the attempt's report was accepted after that time, and its work is still being delivered. */
function wroteAfter(claim: AnyClaim, ms: number): boolean {
  return claim.state === "delivering" && claim.acceptedAtMs > ms;
}

function mayWrite(claim: AnyClaim, nowMs: number): boolean {
  return claim.state === "running" || isDraining(claim, nowMs);
}
