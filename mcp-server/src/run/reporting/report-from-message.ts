import { CallerError } from "../../errors/caller-error.ts";
import type { AttemptId, Report, RunningAttempt } from "../../graph/attempt.ts";
import type { PlanSlug } from "../../graph/task.ts";
import { outcomeOfMessage } from "../../policy/failure/message-outcome.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { MAX_LAST_MESSAGE } from "../attempts/agent-ended.ts";
import type { ClaimByToken, TokenRefusal } from "../attempts/claim-by-token.ts";
import type { Ending } from "../attempts/ending.ts";
import { lookBeforeEnd } from "../checkout-watch/record-changes.ts";
import { deliverWaiting } from "../delivery/deliver-waiting.ts";
import { taskOf } from "../plan/load-plan.ts";
import { changeGraph, type GraphTransaction } from "../plan/plan-transaction.ts";
import type { GraphView, PlanView } from "../plan/plan-view.ts";
import type { Look } from "../project/checkout-snapshots.ts";
import type { RunContext } from "../project/run-context.ts";
import { finishAttempt } from "./finish-attempt.ts";
import { ENDED, type PreparedWork, prepareWork } from "./prepare-work.ts";

/** As much of a message as a report's summary may be goes into a commit. */
const MAX_SUMMARY = 4_000;

/**
 * Ends the attempt of an agent that has ended and has no tool to report with: what it said last is its report. It is
 * kept as it was, and proves nothing.
 * @returns whether it was such an agent, with an attempt under way.
 */
export async function reportFromLastMessage(
  ctx: RunContext,
  store: GraphStore,
  actor: string,
  agentId: string,
  message: string,
): Promise<boolean> {
  const held = await store.read((reader) => reader.claimOfAgent(agentId));
  if (held?.claim.state !== "running") return false;
  await ctx.roles.refresh();
  if (ctx.roles.canReport(held.claim.agentType)) return false;
  await endByMessage(ctx, store, actor, held.claim, message);
  return true;
}

/**
 * As `reportFromLastMessage`, for an agent of which is known that it has no such tool.
 * @param attempt one that runs; else nothing is changed.
 */
export async function endByMessage(
  ctx: RunContext,
  store: GraphStore,
  actor: string,
  attempt: RunningAttempt,
  message: string,
): Promise<void> {
  const lastMessage = message.slice(0, MAX_LAST_MESSAGE);
  const outcome = outcomeOfMessage(lastMessage);
  const ending: Ending = {
    outcome,
    ...(outcome === "unreported"
      ? { cause: "the agent ended without a word" }
      : { lastMessage, ...(outcome === "failed" && { cause: "the agent says that it failed" }) }),
  };
  const look = await lookBeforeEnd(ctx, store, attempt);
  const result = await prepareWorkOfMessage(ctx, store, attempt.id, ending);
  const plan = await end(ctx, store, actor, attempt.id, { ...result, look });
  if (plan !== undefined) void deliverWaiting(ctx, store, plan);
}

/** Work that cannot be taken as it is has failed: its agent is gone and nobody else can fix it. */
async function prepareWorkOfMessage(
  ctx: RunContext,
  store: GraphStore,
  attempt: AttemptId,
  ending: Ending,
): Promise<{ ending: Ending; prepared: PreparedWork | typeof ENDED | undefined }> {
  const { outcome, lastMessage } = ending;
  const report: Report = {
    outcome: outcome === "completed" ? "completed" : "failed",
    summary: (lastMessage ?? "").slice(0, MAX_SUMMARY),
    evidence: [],
    filesChanged: [],
    findings: [],
    notes: [],
  };
  try {
    return { ending, prepared: await prepareWork(ctx, store, (view) => byId(view, attempt), report) };
  } catch (error) {
    if (!(error instanceof CallerError)) throw error;
    return { ending: { ...ending, outcome: "failed", cause: error.message }, prepared: undefined };
  }
}

async function byId(view: GraphView, attempt: AttemptId): Promise<ClaimByToken<PlanView> | TokenRefusal> {
  const held = await view.reader.claimById(attempt);
  const loaded = held && (await view.planOf(held));
  if (!loaded || held.claim.state !== "running") return { why: "its attempt has ended" };
  return { held, loaded, task: taskOf(loaded, held.claim.task) };
}

/** @returns the plan that has something to be delivered now. */
function end(
  ctx: RunContext,
  store: GraphStore,
  actor: string,
  attempt: AttemptId,
  {
    ending,
    look,
    prepared,
  }: {
    readonly ending: Ending;
    readonly look: Look | undefined;
    readonly prepared: PreparedWork | typeof ENDED | undefined;
  },
): Promise<PlanSlug | undefined> {
  const work = async (tx: GraphTransaction) => {
    const held = await tx.writer.claimById(attempt);
    const plan = held && (await tx.planOf(held));
    if (!plan || held.claim.state !== "running" || prepared === ENDED) return undefined;
    const seen = look && { look, unseen: new Set<string>() };
    await finishAttempt(tx, { plan, attempt: held.claim, prepared, seen }, ending);
    return prepared?.delivery && held.plan;
  };
  return changeGraph(ctx, store, actor, work, { claim: { attempt } });
}
