import { plural } from "../../text/format.ts";
import { expireClaims } from "../attempts/expire-claims.ts";
import { lookForWork } from "../claims/reach/work-here.ts";
import { deliverWaiting } from "../delivery/deliver-waiting.ts";
import { existingGraph } from "../plan/load-plan.ts";
import { changePlan } from "../plan/plan-transaction.ts";
import { readPlan } from "../plan/plan-view.ts";
import { countsOf, isDone } from "../plan/progress.ts";
import { sameOwner } from "../project/owner.ts";
import type { RunContext } from "../project/run-context.ts";
import { SWEEP_MS } from "./collect.ts";
import { type CollectedLaunches, look } from "./collect-launches.ts";

/**
 * What a plan is waited for that no agent of the conversation ends. `others`: agents of another session, files that are
 * held, a pause; `decision`: a person.
 */
export type WaitFor = "others" | "decision";

/**
 * A wait beside the conversation. All of it is in its id, and what it waits for is in the graph: it outlives the server
 * that it was begun in.
 */
export interface WaitBeside {
  readonly id: string;
  readonly plan: string;
  readonly waitsFor: WaitFor;
  readonly begunMs: number;
}

/** How a wait stands. */
export interface WaitNow {
  readonly isOver: boolean;
  /** For the user, who can look at it. */
  readonly words: string;
}

const ID = /^wait\.(others|decision)\.([0-9a-z]{6,12})\.[0-9a-f]{16}\.([a-z0-9][a-z0-9-]*)$/;

/**
 * What the conversation would wait for, after it was told how the plan stands.
 * @param toldBefore version of the plan that it knew before.
 * @returns undefined where it is to be told, or where an agent of its own will wake it.
 */
export function waitBesideFor(
  ctx: RunContext,
  { launch, stop, loaded, done, isStuck, counts }: CollectedLaunches,
  toldBefore: number | undefined,
): WaitFor | undefined {
  if (launch.length > 0 || stop.length > 0) return undefined;
  if (done || isStuck) {
    // Somebody has to decide; that is waited for when it has been told.
    const isKnown = toldBefore === loaded.stored.version;
    return isKnown && (isStuck || counts.failed > 0) ? "decision" : undefined;
  }
  const isOwn = loaded.graph.live.some(({ owner }) => sameOwner(owner, ctx.owner));
  return isOwn ? undefined : "others";
}

export function beginWait(ctx: RunContext, plan: string, waitsFor: WaitFor): WaitBeside {
  const begunMs = Date.now();
  const random = Buffer.from(ctx.randomBytes(8)).toString("hex");
  return { id: `wait.${waitsFor}.${begunMs.toString(36)}.${random}.${plan}`, plan, waitsFor, begunMs };
}

/** @returns undefined for what is none. */
export function waitOf(id: string): WaitBeside | undefined {
  const [, waitsFor, begun = "", plan = ""] = ID.exec(id) ?? [];
  if (waitsFor === undefined) return undefined;
  return { id, plan, waitsFor: waitsFor as WaitFor, begunMs: Number.parseInt(begun, 36) };
}

/**
 * How the wait stands; returns when it is over, and else after `holdMs`. Nothing is offered: whoever is told calls for it.
 * @throws CallerError when there is no such plan any more.
 */
export async function lookAtWait(
  ctx: RunContext,
  { plan: slug, waitsFor }: WaitBeside,
  holdMs: number,
  signal: AbortSignal,
): Promise<WaitNow> {
  const store = await existingGraph(ctx, slug);
  const deadline = ctx.now() + holdMs;
  const input = { plan: slug, again: () => false, isNewStop: () => false };
  let nextSweep = 0;
  for (;;) {
    if (ctx.now() >= nextSweep) {
      await lookForWork(ctx, store, await readPlan(ctx, store, slug));
      await changePlan(ctx, store, "server", slug, (_, tx) => expireClaims(tx));
      nextSweep = ctx.now() + SWEEP_MS;
    }
    const seen = await look(ctx, store, input);
    if (seen.isDelivering) void deliverWaiting(ctx, store, slug);
    const plan = await readPlan(ctx, store, slug);
    const hasEnded = waitsFor === "others" && (seen.isQuiet || isDone(plan));
    const isOver = seen.isLaunchable || hasEnded;
    if (isOver || ctx.now() >= deadline || signal.aborted) return { isOver, words: wordsOf(plan, waitsFor) };
    await store.changed(seen.planId, seen.version, Math.min(deadline, nextSweep) - ctx.now(), signal);
  }
}

function wordsOf(plan: Awaited<ReturnType<typeof readPlan>>, waitsFor: WaitFor): string {
  const { completed, total, running } = countsOf(plan);
  const { slug, status } = plan.stored;
  const done = `${slug}: ${completed} of ${total} done`;
  if (status !== "open") return `${done}, ${status}`;
  if (waitsFor === "decision") return `${done}, waits for a decision of yours`;
  if (plan.pauseMs > 0)
    return `${done}, a limit ends in ${plural(Math.ceil(plan.pauseMs / 60_000), "minute")}`;
  return running > 0 ? `${done}, ${running} running elsewhere` : `${done}, waits for files or a delivery`;
}
