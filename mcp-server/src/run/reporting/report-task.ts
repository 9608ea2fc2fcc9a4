import { CallerError } from "../../errors/caller-error.ts";
import type { AttemptId, Outcome, Report } from "../../graph/attempt.ts";
import { type TaskId, taskName } from "../../graph/task.ts";
import { hashToken } from "../../graph/token.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { claimOfToken, isRefusal, type TokenRefusal } from "../attempts/claim-by-token.ts";
import type { Ending } from "../attempts/ending.ts";
import { expireClaims } from "../attempts/expire-claims.ts";
import { noteSignOfLife, reviveIfLate } from "../attempts/sign-of-life.ts";
import { refusalFor, startOrContinue } from "../attempts/start-attempt.ts";
import { readAheadOfLook, snapshotBeforeEnd } from "../checkout-watch/record-changes.ts";
import { type ClaimedInTurn, claimInTurn } from "../claims/claim-in-turn.ts";
import { deliverWaiting } from "../delivery/deliver-waiting.ts";
import { existingGraph, splitTaskName, taskOf } from "../plan/load-plan.ts";
import { changeGraph, type GraphTransaction, type PlanTransaction } from "../plan/plan-transaction.ts";
import { type Counts, countsOf } from "../plan/progress.ts";
import type { RunContext } from "../project/run-context.ts";
import { checkReport, withPlainNeed } from "./check-report.ts";
import { COMPARED_EVENTS, noteOfFirstReport, unseenFiles, withRelativeFiles } from "./compare-report.ts";
import { finishAttempt, type SeenAtEnd } from "./finish-attempt.ts";
import { type BashRuns, type JudgedReport, judgeEvidence, withoutStandings } from "./judge-evidence.ts";
import type { Objection } from "./objection.ts";
import { ENDED, type PreparedWork, prepareWork } from "./prepare-work.ts";

export interface ReportInput {
  readonly task: string;
  readonly token: string;
  readonly report: Report;
  /** What it reports this server has run itself: nobody else need have seen it. */
  readonly isServers?: true;
  /** The call that brings it, as the host names it; absent: nobody knows. */
  readonly toolUseId?: string | undefined;
  /** Whether its agent can go on with another small task. */
  readonly mayGoOn?: boolean;
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
  /** A further task that the agent was given with it. */
  readonly goesOn?: ClaimedInTurn;
}

/**
 * Takes an agent's report: its attempt ends, or is delivering from then on. The same report again gets the first answer again. One that what was
 * seen contradicts, or that lacks what the plan wants seen, is returned once; the next such one fails the attempt.
 * @param ran what hooks saw the reporting conversation run; undefined: they saw nothing of it.
 * @throws CallerError for a token that is dead or foreign (kept as evidence), for completed without evidence
 *   per acceptance criterion or with evidence that is contradicted, for a blocked report that does not say on what.
 */
export async function reportTask(
  ctx: RunContext,
  actor: string,
  agentId: string | undefined,
  input: ReportInput,
  ran?: BashRuns,
): Promise<ReportResult> {
  const name = splitTaskName(input.task);
  const store = await existingGraph(ctx, name.plan);
  const given = { ...input, report: withRelativeFiles(ctx, withPlainNeed(name.plan, input.report)) };
  const key = { tokenHash: hashToken(given.token) };
  let before = await snapshotBeforeEnd(ctx, store, given.token);
  // Before anything else: what the attempt did is committed and looked at only while it runs.
  if (before.claim?.state === "ended" && (await reviveIfLate(ctx, store, actor, key, agentId)))
    before = await snapshotBeforeEnd(ctx, store, given.token);
  const { ending, firstOfferedMs } = before;
  const look = ending?.look;
  const seen = look && { look, unseen: await unseenFiles(ctx, given.report, look) };
  const judged: JudgedReport =
    ending && !given.isServers
      ? await judgeEvidence(ctx, store, given.report, { ...ending, agentId, ran, toolUseId: given.toolUseId })
      : { report: given.report };
  const call: Call = { actor, agentId, name, given, judged, seen, firstOfferedMs };
  // What is not believed is not merged, whatever becomes of it.
  const result: Report = judged.objection ? { ...given.report, outcome: "failed" } : given.report;
  for (;;) {
    const prepared = await prepareWork(ctx, store, (view) => claimOfToken(view, given.token), result);
    const answered = await accept(ctx, store, call, prepared);
    if (answered === UNPREPARED) continue;
    if (answered instanceof CallerError) throw answered;
    // The answer does not wait for it.
    if (prepared !== ENDED && prepared?.delivery) void deliverWaiting(ctx, store, name.plan);
    return answered;
  }
}

/** The attempt had ended when its work was to be prepared, and the report has revived it. */
const UNPREPARED = "unprepared";

/** A report that is handed in, and by whom. */
interface Call {
  readonly actor: string;
  readonly agentId: string | undefined;
  readonly name: { readonly plan: string; readonly id: TaskId };
  readonly given: ReportInput;
  readonly judged: JudgedReport;
  readonly seen: SeenAtEnd | undefined;
  /** When the task was first offered. */
  readonly firstOfferedMs: number;
}

/**
 * One transaction: the report, what was handed in with it, and what follows for other tasks. A refusal is written as
 * evidence, so it must not undo the transaction: it is returned.
 */
function accept(
  ctx: RunContext,
  store: GraphStore,
  call: Call,
  prepared: PreparedWork | typeof ENDED | undefined,
): Promise<ReportResult | CallerError | typeof UNPREPARED> {
  const { name, given, judged, agentId, seen } = call;
  const { objection } = judged;
  const { report, token } = given;
  const work = async (tx: GraphTransaction): Promise<ReportResult | CallerError | typeof UNPREPARED> => {
    await noteSignOfLife(tx, token, agentId);
    await expireClaims(tx);
    const found = await claimOfToken(tx, token);
    if (isRefusal(found)) return refuse(tx, call, found);
    const { held, loaded: plan, task } = found;
    if (held.plan !== name.plan || task.id !== name.id) {
      return refuse(tx, call, { why: `it belongs to ${taskName(held.plan, task.id)}`, held });
    }
    await checkReport(found, report);
    if (refusalFor(found, agentId)) return refuse(tx, call, { why: "it is another agent's", held });
    if (prepared === ENDED) return UNPREPARED;
    startOrContinue(found, agentId);
    const attempt = plan.graph.claim(held.claim.id);
    if (attempt?.state !== "running") throw new Error("the claim vanished inside its transaction");
    if (objection && !(await wasReturned(plan, attempt.id))) {
      plan.append({ type: "report.returned", task: task.id, attempt: attempt.id, why: objection.why });
      return returned(objection);
    }
    const ending: Ending = {
      ...(objection ? { outcome: "failed", cause: objection.cause } : { outcome: report.outcome }),
      report: judged.report,
      ...(judged.runLater && { runLater: judged.runLater }),
    };
    const note = await finishAttempt(tx, { plan, attempt, prepared, seen }, ending);
    const isSmall = given.mayGoOn === true && agentId !== undefined && ending.outcome === "completed";
    const goesOn = isSmall ? await claimInTurn(plan, agentId, task, attempt) : undefined;
    return { ...answer(plan, task.id, ending.outcome, note ?? ending.cause), ...(goesOn && { goesOn }) };
  };
  const before = readAheadOfLook(ctx);
  const sinceMs = Math.min(call.firstOfferedMs, before?.fromMs ?? call.firstOfferedMs);
  return changeGraph(ctx, store, call.actor, work, {
    plan: { repository: ctx.repository, slug: name.plan },
    claim: { tokenHash: hashToken(token) },
    events: { types: COMPARED_EVENTS, sinceMs: Math.floor(sinceMs) },
    ...(before && { endedAfter: before.endedAfter }),
  });
}

/** Whether a report of the attempt was not believed before. */
async function wasReturned(plan: PlanTransaction, attempt: AttemptId): Promise<boolean> {
  const returned = await plan.reader.events(plan.id, { types: ["report.returned"] });
  return returned.some(({ change }) => change.type === "report.returned" && change.attempt === attempt);
}

function returned({ why, remedy }: Objection): CallerError {
  return new CallerError("bad_input", `evidence: ${why}. The report was not taken.`, remedy, "evidence");
}

function answer(plan: PlanTransaction, id: TaskId, outcome: Outcome, note: string | undefined): ReportResult {
  const name = taskName(plan.stored.slug, id);
  const word = outcome === "completed" ? "DONE" : outcome === "blocked" ? "BLOCKED" : "FAILED";
  return {
    task: name,
    status: plan.graph.live.some(({ task, state }) => task === id && state === "delivering")
      ? "delivering"
      : taskOf(plan, id).status,
    outcome,
    reply: `${word} ${name}`,
    ...(note !== undefined && { note }),
    counts: countsOf(plan),
  };
}

async function refuse(
  tx: GraphTransaction,
  { name, given }: Call,
  { held, why }: TokenRefusal,
): Promise<ReportResult | CallerError> {
  const plan = held && (await tx.planOf(held));
  if (plan) {
    const { claim } = held;
    // The host may deliver a call twice; an agent that repeats itself is told the same again.
    if (
      (claim.state === "ended" || claim.state === "delivering") &&
      claim.report &&
      held.plan === name.plan &&
      claim.task === name.id &&
      JSON.stringify(withoutStandings(claim.report)) === JSON.stringify(given.report)
    ) {
      const { outcome, cause } = claim.state === "ended" ? claim : { outcome: "completed" as const };
      return answer(plan, name.id, outcome, (await noteOfFirstReport(plan, claim)) ?? cause);
    }
    // A token that nobody was given tells nothing about anybody, and anybody could fill the log with such.
    const tried = { task: given.task, ...given.report };
    plan.append({ type: "token.refused", task: claim.task, attempt: claim.id, why, tried });
  }
  return new CallerError(
    "refused_token",
    `token: refused, ${why}. Nothing was changed.`,
    "If the token is copied wrong, copy it from your brief again; otherwise end your turn with one line that says so.",
    "token",
  );
}
