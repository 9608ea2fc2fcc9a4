import { type Task, type TaskId, taskName } from "../../graph/task.ts";
import type { Choice } from "../../schedule/dispatch.ts";
import { expireClaims } from "../attempts/expire-claims.ts";
import { refusalOfSecondTask, startOrContinue } from "../attempts/start-attempt.ts";
import type { BriefReader } from "../briefs/brief.ts";
import { type Briefed, briefWithPlace, readForBriefWithClaim } from "../briefs/brief-of-claim.ts";
import { readAheadOfLook, recordSnapshot, snapshotCheckout } from "../checkout-watch/record-changes.ts";
import { existingGraph, type LoadedPlan, splitTaskName, taskOf } from "../plan/load-plan.ts";
import { changeGraph, type GraphTransaction, type PlanTransaction } from "../plan/plan-transaction.ts";
import { whyPlanIsHeld } from "../plan/progress.ts";
import type { RunContext } from "../project/run-context.ts";
import type { Candidate } from "./candidate.ts";
import { waitsForRetry } from "./candidates.ts";
import { choose } from "./choose.ts";
import { offerAndStart } from "./offer.ts";
import { type OpenOffer, openOffers } from "./open-offers.ts";
import { prepareClaiming } from "./prepare-claiming.ts";
import { whyElsewhere } from "./why-nothing-starts.ts";
import { WORKFLOW_WORKER } from "./workflow-worker.ts";

/** Of so many tasks that can start only elsewhere a worker is told why. */
const MAX_TOLD = 3;

export interface ClaimInput {
  readonly plan: string;
  readonly task?: string | undefined;
  /** Role of the caller: only tasks of that role are claimed. */
  readonly agent?: string | undefined;
  readonly worker: string;
  /** Absent: an agent of Claude Code. */
  readonly reader?: BriefReader;
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
  const look = await snapshotCheckout(ctx);
  const seen = await prepareClaiming(ctx, store, actor, input.plan, look);
  const work = async (tx: GraphTransaction): Promise<Taken | ClaimResult> => {
    await expireClaims(tx);
    await recordSnapshot(tx, look);
    const plan = await tx.plan(input.plan);
    const wanted =
      input.task === undefined ? undefined : taskOf(plan, splitTaskName(input.task, input.plan).id);
    if (plan.stored.status !== "open") {
      return { loaded: plan, claim: null, why: `The plan is ${plan.stored.status}.` };
    }
    const role = input.agent === undefined ? undefined : ctx.roles.resolve(input.agent).role;
    const isWanted = (candidate: Candidate) =>
      (wanted === undefined || candidate.task === wanted) && (role === undefined || candidate.role === role);
    const isAny = wanted === undefined && role === undefined;
    const offered = wanted && input.worker === WORKFLOW_WORKER && (await ownOffer(plan, wanted));
    if (offered) return takeUp(plan, wanted, offered, agentId, input.worker);
    const choice = await choose(plan, plan.nowMs, {
      most: 1,
      apart: true,
      ...(!isAny && { only: isWanted }),
    });
    const best = choice.chosen[0];
    if (!best) return { loaded: plan, claim: null, why: whyNoTask(plan, wanted?.id, choice) };
    const refusal = refusalOfSecondTask(plan, agentId);
    if (refusal) throw refusal;
    const { attempt, token } = await offerAndStart(plan, best, seen, {
      worker: input.worker,
      agentId,
      isLaunched: false,
    });
    const read = readForBriefWithClaim(plan, best);
    return { loaded: plan, task: best.task, claim: { ...best, id: attempt }, token, read };
  };
  const before = readAheadOfLook(ctx);
  const taken = await changeGraph(ctx, store, actor, work, {
    plan: { repository: ctx.repository, slug: input.plan },
    attemptIds: 1,
    ...(before && { endedAfter: before.endedAfter }),
  });
  if (!("token" in taken)) return taken;
  const { loaded, task, token } = taken;
  return {
    loaded,
    claim: {
      task: taskName(loaded.stored.slug, task.id),
      token,
      brief: await briefWithPlace(ctx, store, taken, token, input.reader),
    },
  };
}

/** A task that was just claimed; its brief can be written when it has a place to work in. */
interface Taken extends Briefed {
  readonly token: string;
}

/** The offer of the task that the script of this session was told of. */
async function ownOffer(plan: PlanTransaction, task: Task) {
  return (await openOffers(plan)).find(({ held }) => held.claim.task === task.id);
}

/** The agent that the script names a task to takes up the offer that the script was told of. */
function takeUp(
  plan: PlanTransaction,
  task: Task,
  { held, token }: OpenOffer,
  agentId: string | undefined,
  worker: string,
): Taken {
  startOrContinue({ held, loaded: plan, task }, agentId);
  plan.append({ type: "task.annotated", task: task.id, owner: worker });
  return { loaded: plan, task, claim: held.claim, token };
}

function whyNoTask(loaded: LoadedPlan, wanted: TaskId | undefined, choice: Choice<Candidate>): string {
  const held = whyPlanIsHeld(loaded);
  if (held !== undefined) return held;
  if (choice.full) return "The cap is reached.";
  if (wanted !== undefined) {
    const { status } = taskOf(loaded, wanted);
    if (status !== "pending") return `${wanted} is ${status}.`;
    const [elsewhere] = whyElsewhere(loaded, choice.refused);
    if (elsewhere) return `${wanted} cannot start here: ${elsewhere.reasons[0]}.`;
    const failed = waitsForRetry(loaded).get(wanted);
    return failed === undefined
      ? `${wanted} cannot start yet.`
      : `${wanted} waits: ${failed} failed and is tried again first (failure policy retry).`;
  }
  const elsewhere = whyElsewhere(loaded, choice.refused);
  if (elsewhere.length > 0 && elsewhere.length === choice.refused.length) {
    const reasons = elsewhere.slice(0, MAX_TOLD).map(({ task, reasons }) => `${task}: ${reasons[0]}`);
    return `What is ready cannot start here. ${reasons.join("; ")}.`;
  }
  return choice.refused.length > 0
    ? "What is ready does not fit now: its files or every agent of its role are taken."
    : "Nothing is ready.";
}
