import { type Task, type TaskId, taskName } from "../../graph/task.ts";
import type { Choice } from "../../schedule/dispatch.ts";
import type { GraphWriter, HeldClaim } from "../../store/graph-store.ts";
import { sweep } from "../attempts/expire-claims.ts";
import { refuseSecondTask, startOrContinue } from "../attempts/start-attempt.ts";
import { type Briefed, briefWithPlace } from "../briefs/brief-of-claim.ts";
import { lookAtCheckout, recordLook } from "../checkout-watch/record-changes.ts";
import { existingGraph, type LoadedPlan, loadPlan, splitTaskName, taskOf } from "../plan/load-plan.ts";
import { whyHeld } from "../plan/progress.ts";
import type { RunContext } from "../project/run-context.ts";
import { WORKFLOW_WORKER } from "../project/workflow-worker.ts";
import type { Candidate } from "./candidate.ts";
import { waitsForRetry } from "./candidates.ts";
import { choose } from "./choose.ts";
import { offerAndStart } from "./offer.ts";
import { openOffers } from "./open-offers.ts";
import { beforeClaiming } from "./prepare-claiming.ts";

export interface ClaimInput {
  readonly plan: string;
  readonly task?: string | undefined;
  /** Role of the caller: only tasks of that role are claimed. */
  readonly agent?: string | undefined;
  readonly worker: string;
}

export interface ClaimResult {
  readonly loaded: LoadedPlan;
  readonly claim: { readonly task: string; readonly token: string; readonly brief: string } | null;
  readonly why?: string;
}

/**
 * Claims one task for a worker that pulls its work: the named one, else the best that is ready, fits the
 * caller's role and whose scope is free. The attempt starts at once.
 */
export async function claimTask(
  ctx: RunContext,
  actor: string,
  agentId: string | undefined,
  input: ClaimInput,
): Promise<ClaimResult> {
  const store = await existingGraph(ctx, input.plan);
  const look = await lookAtCheckout(ctx);
  const seen = await beforeClaiming(ctx, store, actor, input.plan);
  const taken = await store.write(ctx.now, actor, async (tx): Promise<Taken | ClaimResult> => {
    await sweep(ctx, tx);
    await recordLook(ctx, tx, look);
    const loaded = await loadPlan(ctx, tx, input.plan);
    const wanted =
      input.task === undefined ? undefined : taskOf(loaded, splitTaskName(input.task, input.plan).id);
    if (loaded.stored.status !== "open") {
      return { loaded, claim: null, why: `The plan is ${loaded.stored.status}.` };
    }
    const role = input.agent === undefined ? undefined : ctx.roles.resolve(input.agent).role;
    const isWanted = (candidate: Candidate) =>
      (wanted === undefined || candidate.task === wanted) && (role === undefined || candidate.role === role);
    const isAny = wanted === undefined && role === undefined;
    const choice = await choose(ctx, tx, loaded, tx.nowMs, { most: 1, ...(!isAny && { only: isWanted }) });
    const best = choice.chosen[0];
    const offered = wanted && input.worker === WORKFLOW_WORKER && (await ownOffer(ctx, tx, loaded, wanted));
    if (offered) return takeUp(tx, loaded, wanted, offered, agentId, input.worker);
    if (!best) return { loaded, claim: null, why: whyNone(loaded, wanted?.id, choice) };
    await refuseSecondTask(tx, agentId);
    const { attempt, token } = await offerAndStart(ctx, tx, loaded, best, seen, { ...input, agentId });
    return { loaded, task: best.task, claim: { ...best, id: attempt }, token };
  });
  if (!("token" in taken)) return taken;
  const { loaded, task, claim, token } = taken;
  return {
    loaded,
    claim: {
      task: taskName(loaded.stored.slug, task.id),
      token,
      brief: await briefWithPlace(ctx, store, { loaded, task, claim }, token),
    },
  };
}

/** A task that was just claimed; its brief can be written when it has a place to work in. */
interface Taken extends Briefed {
  readonly token: string;
}

/** The offer of the task that the script of this session was told of. */
async function ownOffer(ctx: RunContext, tx: GraphWriter, loaded: LoadedPlan, task: Task) {
  const held = (await openOffers(ctx, tx, loaded)).find(({ claim }) => claim.task === task.id);
  const token = held && (await tx.offerToken(held.claim.id));
  return held && token !== undefined ? { held, token } : undefined;
}

/** The agent that the script names a task to takes up the offer that the script was told of. */
async function takeUp(
  tx: GraphWriter,
  loaded: LoadedPlan,
  task: Task,
  { held, token }: { readonly held: HeldClaim; readonly token: string },
  agentId: string | undefined,
  worker: string,
): Promise<Taken> {
  await startOrContinue(tx, { held, loaded, task }, agentId);
  await tx.append(held.planId, { type: "task.annotated", task: task.id, owner: worker });
  return { loaded, task, claim: held.claim, token };
}

function whyNone(loaded: LoadedPlan, wanted: TaskId | undefined, choice: Choice<Candidate>): string {
  const held = whyHeld(loaded);
  if (held !== undefined) return held;
  if (choice.full) return "The cap is reached.";
  if (wanted !== undefined) {
    const { status } = taskOf(loaded, wanted);
    if (status !== "pending") return `${wanted} is ${status}.`;
    const failed = waitsForRetry(loaded).get(wanted);
    return failed === undefined
      ? `${wanted} cannot start yet.`
      : `${wanted} waits: ${failed} failed and is tried again first (failure policy retry).`;
  }
  return choice.refused.length > 0
    ? "What is ready does not fit now: its files or every agent of its role are taken."
    : "Nothing is ready.";
}
