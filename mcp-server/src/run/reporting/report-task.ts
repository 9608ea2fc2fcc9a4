import { CallerError } from "../../errors/caller-error.ts";
import { moveRefs, RefMoved } from "../../git/plan-branch.ts";
import type { Report } from "../../graph/attempt.ts";
import { InvalidGlob, normaliseGlob } from "../../graph/scope/globs.ts";
import { type TaskId, taskName } from "../../graph/task.ts";
import type { GraphReader, GraphStore, GraphWriter } from "../../store/graph-store.ts";
import { claimOfToken, isRefusal, type TokenRefusal } from "../attempts/claim-by-token.ts";
import { sweep } from "../attempts/expire-claims.ts";
import { startOrContinue } from "../attempts/start-attempt.ts";
import { lookBeforeEnd } from "../checkout-watch/record-changes.ts";
import { existingGraph, loadPlan, splitTaskName, taskOf } from "../plan/load-plan.ts";
import { type Counts, countsOf } from "../plan/progress.ts";
import type { RunContext } from "../project/run-context.ts";
import { checkReport } from "./check-report.ts";
import { toldBefore, unseenFiles, withRelativeFiles } from "./compare-report.ts";
import { endWithResult, type SeenAtEnd } from "./finish-attempt.ts";
import { afterSettling, type HandedIn, handIn } from "./prepare-work.ts";

export interface ReportInput {
  readonly task: string;
  readonly token: string;
  readonly report: Report;
}

export interface ReportResult {
  readonly task: string;
  readonly status: string;
  readonly outcome: string;
  /** The one line that the agent ends with. */
  readonly reply: string;
  /** Where the report and the checkout differ; absent where they do not, or where nobody could look. */
  readonly note?: string;
  readonly counts: Counts;
}

/**
 * Takes an agent's report and ends its attempt. The same report again gets the first answer again.
 * @throws CallerError for a token that is dead or foreign (kept as evidence), for completed without evidence
 *   per acceptance criterion, for a blocked report that does not say on what.
 */
export async function reportTask(
  ctx: RunContext,
  actor: string,
  agentId: string | undefined,
  input: ReportInput,
): Promise<ReportResult> {
  const name = splitTaskName(input.task);
  const store = await existingGraph(ctx, name.plan);
  const given = { ...input, report: withRelativeFiles(ctx, withPlainNeed(name.plan, input.report)) };
  const look = await lookBeforeEnd(ctx, store, given.token);
  const seen = look && { look, unseen: await unseenFiles(ctx, given.report, look) };
  for (;;) {
    const claimIn = (reader: GraphReader) => claimOfToken(ctx, reader, given.token);
    const handedIn = await handIn(ctx, store, claimIn, given.report);
    try {
      const result = await takeIn(ctx, store, actor, agentId, name, given, handedIn, seen);
      if (result instanceof CallerError) throw result;
      if (handedIn) await afterSettling(ctx, handedIn);
      return result;
    } catch (error) {
      // Another report was merged first: this one is merged anew, on top of it.
      if (!(error instanceof RefMoved)) throw error;
    }
  }
}

/**
 * One transaction: the report, what was handed in with it, and what follows for other tasks. A refusal is written as
 * evidence, so it must not undo the transaction: it is returned.
 * @throws RefMoved when a branch has moved since the work was handed in; then nothing is changed.
 */
async function takeIn(
  ctx: RunContext,
  store: GraphStore,
  actor: string,
  agentId: string | undefined,
  name: { plan: string; id: TaskId },
  given: ReportInput,
  handedIn: HandedIn | undefined,
  seen: SeenAtEnd | undefined,
): Promise<ReportResult | CallerError> {
  return store.write(ctx.now, actor, async (tx): Promise<ReportResult | CallerError> => {
    await sweep(ctx, tx);
    const found = await claimOfToken(ctx, tx, given.token);
    if (isRefusal(found)) return refuse(ctx, tx, name, given, found);
    const { held, loaded, task } = found;
    if (held.plan !== name.plan || task.id !== name.id) {
      return refuse(ctx, tx, name, given, { why: `it belongs to ${taskName(held.plan, task.id)}`, held });
    }
    const { report } = given;
    await checkReport(ctx, tx, found, report);
    if (!(await isOwnToken(() => startOrContinue(tx, found, agentId)))) {
      return refuse(ctx, tx, name, given, { why: "it is another agent's", held });
    }
    const running = held.claim.state === "running" ? held : await tx.claimById(held.claim.id);
    if (running?.claim.state !== "running") throw new Error("the claim vanished inside its transaction");
    const ending = { outcome: report.outcome, report };
    const handed = { loaded, held: running, attempt: running.claim, handedIn, seen };
    const { note, moves } = await endWithResult(ctx, tx, handed, ending);
    const result = await answer(ctx, tx, name.plan, task.id, report, note);
    // Last: what can fail has not failed, and the graph is committed right after the refs have moved.
    await moveRefs(ctx.checkout.root, moves, `parallel: ${taskName(loaded.stored.slug, task.id)}`);
    return result;
  });
}

async function answer(
  ctx: RunContext,
  tx: GraphWriter,
  plan: string,
  id: TaskId,
  report: Report,
  note: string | undefined,
): Promise<ReportResult> {
  const after = await loadPlan(ctx, tx, plan);
  const task = taskOf(after, id);
  const word = { completed: "DONE", failed: "FAILED", blocked: "BLOCKED" }[report.outcome];
  return {
    task: taskName(after.stored.slug, id),
    status: task.status,
    outcome: report.outcome,
    reply: `${word} ${taskName(after.stored.slug, id)}`,
    ...(note !== undefined && { note }),
    counts: countsOf(after),
  };
}

/** Whether the attempt starts, or goes on: it does not for an agent that the token was not given to. */
async function isOwnToken(start: () => Promise<void>): Promise<boolean> {
  try {
    await start();
    return true;
  } catch (error) {
    if (error instanceof CallerError && error.kind === "refused_token") return false;
    throw error;
  }
}

async function refuse(
  ctx: RunContext,
  tx: GraphWriter,
  name: { plan: string; id: TaskId },
  input: ReportInput,
  refusal: TokenRefusal,
): Promise<ReportResult | CallerError> {
  const claim = refusal.held?.claim;
  // The host may deliver a call twice; an agent that repeats itself is told the same again.
  if (
    claim?.state === "ended" &&
    claim.report &&
    refusal.held?.plan === name.plan &&
    claim.task === name.id &&
    JSON.stringify(claim.report) === JSON.stringify(input.report)
  ) {
    return answer(ctx, tx, name.plan, name.id, claim.report, await toldBefore(tx, refusal.held));
  }
  // A token that nobody was given tells nothing about anybody, and anybody could fill the log with such.
  if (refusal.held) {
    await tx.append(refusal.held.planId, {
      type: "token.refused",
      task: refusal.held.claim.task,
      attempt: refusal.held.claim.id,
      why: refusal.why,
      tried: { task: input.task, ...input.report },
    });
  }
  return new CallerError(
    "refused_token",
    `token: refused, ${refusal.why}. Nothing was changed.`,
    "If the token is copied wrong, copy it from your brief again; otherwise end your turn with one line that says so.",
    "token",
  );
}

/**
 * The report with what it needs written as the graph writes it, so that the same report again is seen to be.
 * @throws CallerError for a path that no glob can be.
 */
function withPlainNeed(plan: string, report: Report): Report {
  const need = report.blockedOn;
  if (!need || "question" in need) return report;
  if ("tasks" in need) {
    return { ...report, blockedOn: { tasks: need.tasks.map((task) => splitTaskName(task, plan).id) } };
  }
  try {
    return { ...report, blockedOn: { writes: need.writes.map(normaliseGlob) } };
  } catch (error) {
    if (!(error instanceof InvalidGlob)) throw error;
    throw new CallerError(
      "bad_input",
      `blockedOn.writes: ${error.message}`,
      "Give paths relative to the repository's top level.",
      "blockedOn.writes",
    );
  }
}
