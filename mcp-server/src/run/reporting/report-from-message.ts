import { CallerError } from "../../errors/caller-error.ts";
import { moveRefs, RefMoved } from "../../git/plan-branch.ts";
import type { AttemptId, Report } from "../../graph/attempt.ts";
import { taskName } from "../../graph/task.ts";
import { outcomeOfMessage } from "../../policy/failure/message-outcome.ts";
import type { GraphReader, GraphStore } from "../../store/graph-store.ts";
import { MAX_LAST_MESSAGE } from "../attempts/agent-ended.ts";
import type { ClaimByToken, TokenRefusal } from "../attempts/claim-by-token.ts";
import type { Ending } from "../attempts/ending.ts";
import { lookAtCheckout } from "../checkout-watch/record-changes.ts";
import { loadPlan, taskOf } from "../plan/load-plan.ts";
import type { RunContext } from "../project/run-context.ts";
import { endWithResult } from "./finish-attempt.ts";
import { afterSettling, type HandedIn, handIn } from "./prepare-work.ts";

/** As much of a message as a report's summary may be goes into a commit. */
const LONGEST_SUMMARY = 4_000;

/**
 * Ends the attempt of an agent that has ended and has no tool to report with: what it said last is its report. It is
 * kept as it was, and proves nothing.
 * @returns whether it was such an agent, with an attempt under way.
 */
export async function takeMessage(
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
  await endByMessage(ctx, store, actor, held.claim.id, message);
  return true;
}

async function endByMessage(
  ctx: RunContext,
  store: GraphStore,
  actor: string,
  attempt: AttemptId,
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
  const look = await lookAtCheckout(ctx);
  for (;;) {
    const result = await handInWork(ctx, store, attempt, ending);
    try {
      await end(ctx, store, actor, attempt, result.ending, { look, handedIn: result.handedIn });
      if (result.handedIn) await afterSettling(ctx, result.handedIn);
      return;
    } catch (error) {
      // Another attempt's work was merged first: this one's is merged anew, on top of it.
      if (!(error instanceof RefMoved)) throw error;
    }
  }
}

/** Work that cannot be taken as it is has failed: its agent is gone and nobody else can mend it. */
async function handInWork(
  ctx: RunContext,
  store: GraphStore,
  attempt: AttemptId,
  ending: Ending,
): Promise<{ ending: Ending; handedIn: HandedIn | undefined }> {
  const { outcome, lastMessage } = ending;
  const report: Report = {
    outcome: outcome === "completed" ? "completed" : "failed",
    summary: (lastMessage ?? "").slice(0, LONGEST_SUMMARY),
    evidence: [],
    filesChanged: [],
    findings: [],
    notes: [],
  };
  try {
    return { ending, handedIn: await handIn(ctx, store, (reader) => byId(ctx, reader, attempt), report) };
  } catch (error) {
    if (!(error instanceof CallerError)) throw error;
    return { ending: { ...ending, outcome: "failed", cause: error.message }, handedIn: undefined };
  }
}

async function byId(
  ctx: RunContext,
  reader: GraphReader,
  attempt: AttemptId,
): Promise<ClaimByToken | TokenRefusal> {
  const held = await reader.claimById(attempt);
  if (held?.claim.state !== "running") return { why: "its attempt has ended" };
  const loaded = await loadPlan(ctx, reader, held.plan);
  return { held, loaded, task: taskOf(loaded, held.claim.task) };
}

async function end(
  ctx: RunContext,
  store: GraphStore,
  actor: string,
  attempt: AttemptId,
  ending: Ending,
  {
    look,
    handedIn,
  }: { readonly look: Awaited<ReturnType<typeof lookAtCheckout>>; readonly handedIn: HandedIn | undefined },
): Promise<void> {
  await store.write(ctx.now, actor, async (tx) => {
    const held = await tx.claimById(attempt);
    if (held?.claim.state !== "running") return;
    const loaded = await loadPlan(ctx, tx, held.plan);
    const seen = { look, unseen: new Set<string>() };
    const result = { loaded, held, attempt: held.claim, handedIn, seen };
    const { moves } = await endWithResult(ctx, tx, result, ending);
    // Last: what can fail has not failed, and the graph is committed right after the refs have moved.
    await moveRefs(ctx.checkout.root, moves, `parallel: ${taskName(held.plan, held.claim.task)}`);
  });
}
