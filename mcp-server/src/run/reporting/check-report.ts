import { CallerError } from "../../errors/caller-error.ts";
import { type BlockedOn, isAttempt, type Report, workedUntilMs } from "../../graph/attempt.ts";
import { unknownNumber, withCriterionText } from "../../graph/criterion.ts";
import { findCycle } from "../../graph/order/cycle.ts";
import { purposeOf } from "../../graph/purpose.ts";
import { InvalidGlob, normaliseGlob } from "../../graph/scope/parse-glob.ts";
import { parseScope, type Scope, scopeMayWrite } from "../../graph/scope/scope.ts";
import type { Task, TaskId } from "../../graph/task.ts";
import { widenedScope } from "../../policy/exclusivity.ts";
import { failsElsewhere } from "../../policy/failure/fails-elsewhere.ts";
import { mayJudge, REVIEWER } from "../../policy/review.ts";
import { normalisePath } from "../../text/normalise.ts";
import type { ClaimByToken } from "../attempts/claim-by-token.ts";
import { withRequestedNeeds } from "../attempts/task-after-attempt.ts";
import { shownCriterion } from "../briefs/brief.ts";
import { type LoadedPlan, splitTaskName, taskOf } from "../plan/load-plan.ts";
import type { PlanView } from "../plan/plan-view.ts";
import { commandsOf, type FailedCommand, failedCommands } from "../review/rerun-commands.ts";

/** Wrong numbers of criteria that are named one by one. */
const MAX_NAMED = 5;

/** @throws CallerError when the report does not hold what its outcome and its task demand. */
export async function checkReport(found: ClaimByToken<PlanView>, report: Report): Promise<void> {
  const { loaded, task } = found;
  checkVerdict(task, report);
  checkNumbers(task, report);
  if (report.outcome === "blocked") return checkBlocked(loaded, task, report);
  // What a rejection says is in its findings: the criteria are not met, so nothing proves them.
  if (report.outcome !== "completed" || report.verdict === "rejected") return;
  if (purposeOf(task)?.kind === "verify") return checkCommandsRan(task, report);
  checkCriteria(task, report);
  for (const failed of failedCommands(report)) await checkFailedCommand(found, report, failed);
}

/** Only a completed review has a verdict, so that a reviewer that could not review is never taken for a rejection. */
function checkVerdict(task: Task, { outcome, verdict, findings }: Report): void {
  const isVerdictDue = purposeOf(task)?.kind === "review" && outcome === "completed";
  const mayHaveVerdict = mayJudge(task) && outcome === "completed";
  if (isVerdictDue && verdict === undefined) {
    throw new CallerError(
      "bad_input",
      "verdict is missing: a completed review says what it comes to.",
      'Add verdict: "accepted", or "rejected" with findings that say what is to be fixed. If you could not review, report outcome "failed".',
      "verdict",
    );
  }
  if (!mayHaveVerdict && verdict !== undefined) {
    throw new CallerError(
      "bad_input",
      outcome === "completed"
        ? `verdict is only accepted for reviews and tasks of the role ${REVIEWER}.`
        : `verdict: a review that is ${outcome} comes to none.`,
      outcome === "completed"
        ? "Leave verdict out."
        : 'Leave verdict out, or report outcome "completed" if you have judged the work.',
      "verdict",
    );
  }
  if (verdict === "rejected" && findings.length === 0) {
    throw new CallerError(
      "bad_input",
      "findings are missing: a rejection says what is to be fixed.",
      "Report again with one finding for each thing that is wrong: {severity, text, file}.",
      "findings",
    );
  }
}

function checkBlocked(loaded: LoadedPlan, task: Task, { blockedOn }: Report): void {
  if (!blockedOn) {
    throw new CallerError(
      "bad_input",
      "blockedOn is missing: a blocked report says what it needs.",
      'Add blockedOn: {writes: ["path"]}, {tasks: ["id"]} or {question: "…"}.',
      "blockedOn",
    );
  }
  const kind = purposeOf(task)?.kind;
  if ("writes" in blockedOn && (kind === "review" || kind === "verify")) {
    throw new CallerError(
      "bad_input",
      "blockedOn.writes: this task changes no files.",
      kind === "review"
        ? "Say in findings what is to be changed, and reject the work if it has to be."
        : "Report how the commands ended.",
      "blockedOn.writes",
    );
  }
  checkNeed(loaded, task.id, blockedOn);
}

/** @throws CallerError when the task would wait for an unknown task, or for itself. */
function checkNeed(loaded: LoadedPlan, id: TaskId, need: BlockedOn): void {
  if (!("tasks" in need)) return;
  const edges = new Map<string, readonly string[]>(
    [...loaded.graph.tasks.values()].map((task) => [task.id, task.dependencies]),
  );
  const tasks = need.tasks.map((name) => taskOf(loaded, name).id);
  edges.set(id, withRequestedNeeds(loaded, taskOf(loaded, id), { tasks }).dependencies);
  const cycle = findCycle(edges);
  if (cycle) {
    throw new CallerError(
      "bad_input",
      `blockedOn.tasks: waiting for them would be a cycle: ${cycle.join(" → ")}.`,
      'Ask for what you need as {question: "…"} instead.',
      "blockedOn.tasks",
    );
  }
}

/** A criterion that is named by a number has to be one of the task's. */
function checkNumbers({ acceptance }: Task, { evidence }: Report): void {
  const wrong = evidence.flatMap((item, at) => {
    const number = unknownNumber(item, acceptance);
    return number === undefined ? [] : [{ number, field: `evidence[${at}].criterion` }];
  });
  const [first] = wrong;
  if (!first) return;
  const range = acceptance.length === 1 ? "only 1" : `1 to ${acceptance.length}`;
  throw new CallerError(
    "bad_input",
    `${wrong
      .slice(0, MAX_NAMED)
      .map(({ number, field }) => `${field}: no criterion of the task has the number ${number.slice(0, 20)}`)
      .join("; ")}.`,
    `Give its text or its number in the brief (${range}); leave criterion out for evidence of anything else.`,
    first.field,
  );
}

function checkCriteria({ acceptance }: Task, report: Report): void {
  const proven = new Set(report.evidence.map((item) => withCriterionText(item, acceptance).criterion));
  const missing = acceptance.filter(
    ({ criterion }) => !proven.has(criterion) && !proven.has(shownCriterion(criterion)),
  );
  if (report.evidence.length > 0 && missing.length === 0) return;
  const wanted =
    missing.length > 0 ? missing.map(({ criterion }) => `"${criterion}"`).join("; ") : "the task as a whole";
  throw new CallerError(
    "bad_input",
    `evidence is missing for ${wanted}.`,
    "Report again with one entry per criterion, its text (or number) in criterion: {criterion, command, exitCode, result}, {criterion, inspected: what you looked at}, or {criterion, notVerified: why not}.",
    "evidence",
  );
}

/** Whoever runs commands again says of each, word for word, how it ended. */
function checkCommandsRan(task: Task, { evidence }: Report): void {
  const ran = new Set(evidence.flatMap((item) => ("command" in item ? [item.command.trim()] : [])));
  const missing = commandsOf(task).filter((command) => !ran.has(command.trim()));
  if (missing.length === 0) return;
  throw new CallerError(
    "bad_input",
    `evidence is missing for ${missing.map((command) => JSON.stringify(command.slice(0, 120))).join(", ")}.`,
    'Run exactly that and report it as {criterion, command, exitCode, result}, whatever its exit code; if it cannot be started, report outcome "failed".',
    "evidence",
  );
}

/** @throws CallerError unless the command is the criterion's own and failed in what others were writing. */
async function checkFailedCommand(
  found: ClaimByToken<PlanView>,
  report: Report,
  failed: FailedCommand,
): Promise<void> {
  const { acceptance } = found.task;
  const isOfThePlan = acceptance.some(({ command }) => command?.trim() === failed.command.trim());
  const said = `evidence: the command ${JSON.stringify(failed.command.slice(0, 120))} ended with exit code ${failed.exitCode}`;
  const writing = isOfThePlan ? await othersWriting(found) : [];
  const { caseInsensitive, checkout } = found.loaded.ctx;
  const own = parseScope(widenedScope(found.held.claim), caseInsensitive);
  const elsewhere = failsElsewhere({
    output: failed.result,
    own: {
      globs: [...own.writes, ...own.reads],
      files: report.filesChanged.map(normalisePath),
    },
    others: writing.map((scope) => parseScope(scope, caseInsensitive)),
    root: checkout.root,
  });
  if (elsewhere) return;
  throw new CallerError(
    "bad_input",
    `${said}, which does not prove completed.`,
    'Fix the work and run it again, or report outcome "failed". If it is the command of a criterion and fails in files that other agents are writing, give in result only the lines that name those files: it is run again when nobody writes. If it fails for other reasons outside your task, give the criterion as {criterion, notVerified: why}.',
    "evidence",
  );
}

/** What others may have written in the claim's checkout since it was offered; in a worktree nobody else writes. */
async function othersWriting(found: ClaimByToken<PlanView>): Promise<Scope[]> {
  const { claim, planId } = found.held;
  const { ctx, reader } = found.loaded;
  if (claim.isolation === "worktree") return [];
  const elsewhere = (await reader.held(ctx.checkoutKey)).filter((held) => held.planId !== planId);
  return [...found.loaded.graph.claims, ...elsewhere.map((held) => held.claim)]
    .filter(
      (other) =>
        other.id !== claim.id &&
        other.checkout === claim.checkout &&
        other.isolation === "shared" &&
        isAttempt(other) &&
        (workedUntilMs(other) ?? claim.offeredAtMs) >= claim.offeredAtMs,
    )
    .map(widenedScope)
    .filter(scopeMayWrite);
}

/**
 * The report with what it needs written as the graph writes it, so that the same report again is seen to be.
 * @throws CallerError for a path that no glob can be.
 */
export function withPlainNeed(plan: string, report: Report): Report {
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
