// import:errors.mjs in run/reporting.mjs
import { CallerError, fileRefusal } from "../errors.mjs";

// import:graph.mjs in run/reporting.mjs
import { InvalidGlob, findCycle, findToken, hasEnded, hashToken, isAttempt, isDraining, isForRole, isLive, matches, missingLabels, normaliseGlob, parseScope, purposeOf, recoveryOf, scopeMayWrite, takesPlace, taskName, unknownNumber, withCriterionText, workedUntilMs } from "../graph.mjs";

// import:policy.mjs in run/reporting.mjs
import { NO_TEST, REVIEWER, checkoutLooks, failsElsewhere, isCommand, mayJudge, outcomeOfMessage, ownFiles, ownFilesInOrder, seenChanges, widenedScope } from "../policy.mjs";

// import:text.mjs in run/reporting.mjs
import { cleanText, foreignLine, isDeclared, normalisePath, plural } from "../text.mjs";

// import:run/attempts.mjs in run/reporting.mjs
import { MAX_LAST_MESSAGE, attemptNumber, cancelUnneeded, claimOfToken, continueAfterCompletion, endAttempt, expireClaims, isRefusal, isolationsOf, noteSignOfLife, refusalFor, reviveIfLate, startOrContinue, takeAlternative, withRequestedNeeds } from "./attempts.mjs";

// import:run/briefs.mjs in run/reporting.mjs
import { getTask, shownCriterion } from "./briefs.mjs";

// import:run/plan.mjs in run/reporting.mjs
import { changeGraph, changePlan, countsOf, deadClaims, existingGraph, isDone, readGraph, readPlan, splitTaskName, stateNow, stateOf, taskOf } from "./plan.mjs";

// import:run/review.mjs in run/reporting.mjs
import { commandsOf, failedCommands } from "./review.mjs";

// mcp-server/src/run/reporting/check-report.ts
var MAX_NAMED = 5;
async function checkReport(found, report) {
  const { loaded, task } = found;
  checkVerdict(task, report);
  checkNumbers(task, report);
  if (report.outcome === "blocked") return checkBlocked(loaded, task, report);
  if (report.outcome !== "completed" || report.verdict === "rejected") return;
  if (purposeOf(task)?.kind === "verify") return checkCommandsRan(task, report);
  checkCriteria(task, report);
  for (const failed of failedCommands(report)) await checkFailedCommand(found, report, failed);
}
function checkVerdict(task, { outcome, verdict, findings }) {
  const isVerdictDue = purposeOf(task)?.kind === "review" && outcome === "completed";
  const mayHaveVerdict = mayJudge(task) && outcome === "completed";
  if (isVerdictDue && verdict === void 0) {
    throw new CallerError(
      "bad_input",
      "verdict is missing: a completed review says what it comes to.",
      'Add verdict: "accepted", or "rejected" with findings that say what is to be fixed. If you could not review, report outcome "failed".',
      "verdict"
    );
  }
  if (!mayHaveVerdict && verdict !== void 0) {
    throw new CallerError(
      "bad_input",
      outcome === "completed" ? `verdict is only accepted for reviews and tasks of the role ${REVIEWER}.` : `verdict: a review that is ${outcome} comes to none.`,
      outcome === "completed" ? "Leave verdict out." : 'Leave verdict out, or report outcome "completed" if you have judged the work.',
      "verdict"
    );
  }
  if (verdict === "rejected" && findings.length === 0) {
    throw new CallerError(
      "bad_input",
      "findings are missing: a rejection says what is to be fixed.",
      "Report again with one finding for each thing that is wrong: {severity, text, file}.",
      "findings"
    );
  }
}
function checkBlocked(loaded, task, { blockedOn }) {
  if (!blockedOn) {
    throw new CallerError(
      "bad_input",
      "blockedOn is missing: a blocked report says what it needs.",
      'Add blockedOn: {writes: ["path"]}, {tasks: ["id"]} or {question: "…"}.',
      "blockedOn"
    );
  }
  const kind = purposeOf(task)?.kind;
  if ("writes" in blockedOn && (kind === "review" || kind === "verify")) {
    throw new CallerError(
      "bad_input",
      "blockedOn.writes: this task changes no files.",
      kind === "review" ? "Say in findings what is to be changed, and reject the work if it has to be." : "Report how the commands ended.",
      "blockedOn.writes"
    );
  }
  checkNeed(loaded, task.id, blockedOn);
}
function checkNeed(loaded, id, need) {
  if (!("tasks" in need)) return;
  const edges = new Map(
    [...loaded.graph.tasks.values()].map((task) => [task.id, task.dependencies])
  );
  const tasks = need.tasks.map((name) => taskOf(loaded, name).id);
  edges.set(id, withRequestedNeeds(loaded, taskOf(loaded, id), { tasks }).dependencies);
  const cycle = findCycle(edges);
  if (cycle) {
    throw new CallerError(
      "bad_input",
      `blockedOn.tasks: waiting for them would be a cycle: ${cycle.join(" → ")}.`,
      'Ask for what you need as {question: "…"} instead.',
      "blockedOn.tasks"
    );
  }
}
function checkNumbers({ acceptance }, { evidence }) {
  const wrong = evidence.flatMap((item, at) => {
    const number = unknownNumber(item, acceptance);
    return number === void 0 ? [] : [{ number, field: `evidence[${at}].criterion` }];
  });
  const [first] = wrong;
  if (!first) return;
  const range = acceptance.length === 1 ? "only 1" : `1 to ${acceptance.length}`;
  throw new CallerError(
    "bad_input",
    `${wrong.slice(0, MAX_NAMED).map(({ number, field }) => `${field}: no criterion of the task has the number ${number.slice(0, 20)}`).join("; ")}.`,
    `Give its text or its number in the brief (${range}); leave criterion out for evidence of anything else.`,
    first.field
  );
}
function checkCriteria({ acceptance }, report) {
  const proven = new Set(report.evidence.map((item) => withCriterionText(item, acceptance).criterion));
  const missing = acceptance.filter(
    ({ criterion }) => !proven.has(criterion) && !proven.has(shownCriterion(criterion))
  );
  if (report.evidence.length > 0 && missing.length === 0) return;
  const wanted = missing.length > 0 ? missing.map(({ criterion }) => `"${criterion}"`).join("; ") : "the task as a whole";
  throw new CallerError(
    "bad_input",
    `evidence is missing for ${wanted}.`,
    "Report again with one entry per criterion, its text (or number) in criterion: {criterion, command, exitCode, result}, {criterion, inspected: what you looked at}, or {criterion, notVerified: why not}.",
    "evidence"
  );
}
function checkCommandsRan(task, { evidence }) {
  const ran = new Set(evidence.flatMap((item) => "command" in item ? [item.command.trim()] : []));
  const missing = commandsOf(task).filter((command) => !ran.has(command.trim()));
  if (missing.length === 0) return;
  throw new CallerError(
    "bad_input",
    `evidence is missing for ${missing.map((command) => JSON.stringify(command.slice(0, 120))).join(", ")}.`,
    'Run exactly that and report it as {criterion, command, exitCode, result}, whatever its exit code; if it cannot be started, report outcome "failed".',
    "evidence"
  );
}
async function checkFailedCommand(found, report, failed) {
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
      files: report.filesChanged.map(normalisePath)
    },
    others: writing.map((scope) => parseScope(scope, caseInsensitive)),
    root: checkout.root
  });
  if (elsewhere) return;
  throw new CallerError(
    "bad_input",
    `${said}, which does not prove completed.`,
    'Fix the work and run it again, or report outcome "failed". If it is the command of a criterion and fails in files that other agents are writing, give in result only the lines that name those files: it is run again when nobody writes. If it fails for other reasons outside your task, give the criterion as {criterion, notVerified: why}.',
    "evidence"
  );
}
async function othersWriting(found) {
  const { claim, planId } = found.held;
  const { ctx, reader } = found.loaded;
  if (claim.isolation === "worktree") return [];
  const elsewhere = (await reader.held(ctx.checkoutKey)).filter((held) => held.planId !== planId);
  return [...found.loaded.graph.claims, ...elsewhere.map((held) => held.claim)].filter(
    (other) => other.id !== claim.id && other.checkout === claim.checkout && other.isolation === "shared" && isAttempt(other) && (workedUntilMs(other) ?? claim.offeredAtMs) >= claim.offeredAtMs
  ).map(widenedScope).filter(scopeMayWrite);
}
function withPlainNeed(plan, report) {
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
      "blockedOn.writes"
    );
  }
}

// import:node:timers/promises in run/reporting.mjs
import { setTimeout } from "node:timers/promises";

// import:run/claims.mjs in run/reporting.mjs
import { choose, claimInTurn, isOfferedAgain, nextBatch, stopOrders, toldWaits, waitingTasks } from "./claims.mjs";

// import:run/claims/reach.mjs in run/reporting.mjs
import { lookForWork } from "./claims/reach.mjs";

// import:run/delivery.mjs in run/reporting.mjs
import { cloneOf, deliverForCall, deliverWaiting, noteForReviewer } from "./delivery.mjs";

// import:run/recovery.mjs in run/reporting.mjs
import { decideNow, logEscalation } from "./recovery.mjs";

// import:report.mjs in run/reporting.mjs
import { aggregate, declaredFiles, renderBriefReport, renderMarkdown, withVerdict, writersOf } from "../report.mjs";

// mcp-server/src/run/reporting/ended-line.ts
var MAX_FINDINGS = 10;
var MAX_FINDING = 1e3;
var MAX_LINE = 160;
function endedLine(loaded, attempt) {
  const text = attempt.report?.summary ?? attempt.lastMessage ?? attempt.cause ?? "";
  const verdict = attempt.report?.verdict;
  const isGood = attempt.outcome === "completed" && verdict !== "rejected";
  const line = isGood ? verdict : cleanText(verdict === void 0 ? text : withVerdict(verdict, text), MAX_LINE);
  const findings = findingsToJudge(loaded, attempt);
  return {
    task: attempt.task,
    outcome: attempt.outcome,
    ...line !== void 0 && { line },
    ...findings.length > 0 && { findings }
  };
}
function findingsToJudge({ graph, stored }, { task: id, report }) {
  const task = graph.tasks.get(id);
  if (!report || !task || task.origin === "server" || !mayJudge(task)) return [];
  const severe = report.findings.filter(({ severity }) => severity === "critical" || severity === "high");
  const shown2 = severe.slice(0, MAX_FINDINGS).map(({ severity, file, text }) => {
    return foreignLine(`${severity}${file === void 0 ? "" : ` ${file}`}: ${text}`, MAX_FINDING);
  });
  const more = severe.length - shown2.length;
  return more > 0 ? [...shown2, `and ${more} more: task_get ${taskName(stored.slug, id)}`] : shown2;
}

// import:run/runners.mjs in run/reporting.mjs
import { runnersNow, takersOf } from "./runners.mjs";

// mcp-server/src/run/reporting/who-goes-on.ts
async function whoGoesOn(plan) {
  const { ctx, graph, stored } = plan;
  if (graph.live.length > 0 || stored.status !== "open" || isDone(plan)) return void 0;
  const { chosen, refused } = await choose(plan, ctx.now());
  if (chosen.length > 0) return "here";
  if (refused.some(({ why }) => why.kind !== "machine")) return "others";
  if (refused.length === 0) return "nobody";
  const takers = await takersOf(await runnersNow(plan.reader, ctx.repository, ctx.now()), stored.slug);
  const isTaken = refused.some(
    ({ candidate: { task, role } }) => takers.some((one) => isForRole(one, role) && missingLabels(task, one.labels).length === 0)
  );
  return isTaken ? "others" : "nobody";
}
function goesOnByOthers(ctx, store, slug) {
  return readGraph(ctx, store, async (view) => await whoGoesOn(await view.plan(slug)) === "others");
}
function isStuck(ctx, store, slug) {
  return readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    return plan.pauseMs === 0 && await whoGoesOn(plan) === "nobody";
  });
}

// mcp-server/src/run/reporting/collect.ts
var SWEEP_MS = 5e3;
var ABANDONED_MS = 6e4;
async function collect(ctx, actor, input, signal, onWait) {
  const store = await existingGraph(ctx, input.plan);
  const deadline = ctx.now() + input.waitMs;
  const sinceSeq = input.sinceSeq ?? (await readPlan(ctx, store, input.plan)).stored.version;
  const change = (work) => changePlan(ctx, store, actor, input.plan, async (plan, tx) => {
    await work(plan, tx);
    return plan;
  });
  const awaited = awaitedTasks(await change((_, tx) => expireClaims(tx)), input);
  let nextSweep = ctx.now() + SWEEP_MS;
  let quietSince = ctx.now();
  for (; ; ) {
    const { plan, version, news } = await readGraph(ctx, store, (view) => newsOf(view, input.plan, sinceSeq));
    if (plan.graph.live.some(({ state: state2 }) => state2 === "running" || state2 === "delivering"))
      quietSince = ctx.now();
    if (plan.graph.live.some(({ state: state2 }) => state2 === "delivering"))
      void deliverWaiting(ctx, store, input.plan);
    const state = judge(plan, input, awaited, news);
    const isOver = ctx.now() >= deadline || signal.aborted;
    const isAbandoned = ctx.now() - quietSince >= ABANDONED_MS;
    const isReached = state.satisfied || state.impossible && (!input.wholePlan || isAbandoned);
    const nothingAwaited = awaited.size === 0 && state.news.length === 0;
    if (isOver || isReached && !(nothingAwaited && await goesOnByOthers(ctx, store, input.plan))) {
      if (state.satisfied && input.until === "any") await change((plan2) => cancelUnneeded(plan2, awaited));
      if (isDone(plan)) await change(logEscalation);
      return result(ctx, store, input, state);
    }
    await store.changed(plan.id, version, Math.min(deadline, nextSweep) - ctx.now(), signal);
    if (ctx.now() < nextSweep) continue;
    onWait(countsOf(await change((_, tx) => expireClaims(tx))));
    nextSweep = ctx.now() + SWEEP_MS;
  }
}
function awaitedTasks(loaded, input) {
  if (input.wholePlan) {
    const tasks = [...loaded.graph.tasks.values()];
    return new Set(tasks.filter(({ status }) => !hasEnded(status)).map(({ id }) => id));
  }
  if (input.tasks) {
    return new Set(input.tasks.map((name) => taskOf(loaded, splitTaskName(name, input.plan).id).id));
  }
  return new Set(loaded.graph.live.map((claim) => claim.task));
}
async function newsOf(view, slug, sinceSeq) {
  const plan = await view.plan(slug);
  const { version } = plan.stored;
  const ends = await view.reader.events(plan.id, { afterSeq: sinceSeq, types: ["attempt.ended"] });
  const news = ends.flatMap(({ change }) => {
    const claim = change.type === "attempt.ended" ? plan.graph.claim(change.attempt) : void 0;
    return claim?.state === "ended" ? [claim] : [];
  });
  return { plan, version, news };
}
function judge(loaded, input, awaited, news) {
  const live = new Set(loaded.graph.live.map((claim) => claim.task));
  const statusOf = (id) => loaded.graph.tasks.get(id)?.status ?? "cancelled";
  const completed = [...awaited].filter((id) => statusOf(id) === "completed").length;
  const running = [...awaited].filter((id) => live.has(id));
  const pauses = loaded.pauseMs > 0 && loaded.stored.status === "open" && !isDone(loaded);
  if (pauses && live.size === 0 && news.length === 0) return { news, satisfied: false, impossible: false };
  if (input.until === "next") return { news, satisfied: news.length > 0, impossible: live.size === 0 };
  if (input.until === "all") {
    const open = [...awaited].filter((id) => live.has(id));
    const satisfied2 = open.length === 0 && [...awaited].every((id) => hasEnded(statusOf(id)));
    const isOver = isDone(loaded) || loaded.stored.status !== "open" && live.size === 0;
    return {
      news,
      satisfied: satisfied2 || input.wholePlan === true && isOver,
      impossible: open.length === 0
    };
  }
  const wanted = input.until === "any" ? 1 : input.until.atLeast;
  const satisfied = completed >= wanted;
  return { news, satisfied, impossible: running.length === 0 && !satisfied };
}
async function result(ctx, store, input, state) {
  await lookForWork(ctx, store, await readPlan(ctx, store, input.plan));
  const { loaded, choice } = await readGraph(ctx, store, async (view) => {
    const plan = await view.plan(input.plan);
    return { loaded: plan, choice: await choose(plan, ctx.now()) };
  });
  const startable = choice.chosen.map(({ task }) => task);
  const { decision, reason } = decideNow(loaded, startable);
  return {
    loaded,
    satisfied: state.satisfied,
    ended: endsToTell(loaded, input, state.news).map((attempt) => endedLine(loaded, attempt)),
    stop: stopOrders(loaded, ctx.now()),
    decision,
    reason,
    recovery: [...loaded.graph.tasks.values()].flatMap((task) => {
      const recovery = recoveryOf(task);
      return recovery && !hasEnded(task.status) ? [{ task: task.id, before: recovery.failed }] : [];
    }),
    counts: countsOf(loaded),
    done: isDone(loaded),
    waits: toldWaits(
      waitingTasks(loaded, choice, ctx.now()),
      startable.length,
      loaded.graph.underCap.length < loaded.cap
    )
  };
}
function endsToTell(loaded, input, news) {
  const known = new Set(news.map(({ task }) => task));
  const named = (input.tasks ?? []).flatMap((name) => {
    const { id, status } = taskOf(loaded, splitTaskName(name, input.plan).id);
    const last = hasEnded(status) ? loaded.graph.claimsOf(id).at(-1) : void 0;
    return last?.state === "ended" && !known.has(id) ? [last] : [];
  });
  return [...named, ...news];
}
function checkUntil(until, tasks) {
  if (typeof until === "object" && tasks && until.atLeast > tasks.length) {
    throw new CallerError(
      "bad_input",
      `until: atLeast ${until.atLeast} of ${tasks.length} tasks can never be reached.`,
      `Use at most ${tasks.length}.`,
      "until"
    );
  }
}

// import:node:fs/promises in run/reporting.mjs
import { lstat, mkdir } from "node:fs/promises";

// import:node:path in run/reporting.mjs
import { dirname, isAbsolute, join, relative, sep } from "node:path";

// import:git.mjs in run/reporting.mjs
import { GitFailed, changedFiles, commitAt, commitFiles, commitMessage, ignoredFiles, isAncestor, keepCommit, knownIgnoredFiles, refuseCheckedOut, refuseHeld } from "../git.mjs";

// import:host.mjs in run/reporting.mjs
import { commandRuns } from "../host.mjs";

// import:run/usage.mjs in run/reporting.mjs
import { WRITTEN_AFTER_MS, measureAgents, measureConversations } from "./usage.mjs";

// import:run/worktrees.mjs in run/reporting.mjs
import { bindCommit, commitPlan, filesOfOthers, innerRepository, leftInside, removeMergedWorktrees, reportedInside, workRecord, worktreeOf, worktreeWork } from "./worktrees.mjs";

// mcp-server/src/run/reporting/objection.ts
var MAX_NAMED2 = 3;
var MAX_COMMAND = 120;
var MAX_OUTPUT = 300;
function commandsToSee({ task, policy }, report) {
  if (policy.verify === "claimed" || report.outcome !== "completed" || report.verdict === "rejected")
    return [];
  const evidence = report.evidence.map((item) => withCriterionText(item, task.acceptance));
  return task.acceptance.flatMap(({ criterion, command }) => {
    const names = [criterion, shownCriterion(criterion)];
    const isOpen = evidence.some(
      (item) => "notVerified" in item && item.criterion !== void 0 && names.includes(item.criterion)
    );
    if (command === void 0 || isOpen) return [];
    const same = evidence.filter(isCommand).find((item) => item.command.trim() === command.trim());
    const mayTestNothing = purposeOf(task)?.kind === "verify";
    return [{ criterion, command: command.trim(), exitCode: same?.exitCode ?? 0, mayTestNothing }];
  });
}
function unseenCommand({ command, exitCode, mayTestNothing }, { standing, seen }) {
  if (standing === "seen" && (mayTestNothing || seen !== NO_TEST)) return void 0;
  const end2 = exitCode === 0 ? "pass" : `end with exit code ${exitCode}`;
  return `${quoted(command)} was not seen to ${end2}${seen === void 0 ? "" : `: ${seen}`}`;
}
function objectionTo(report, unseen) {
  return objection(
    contradictionsIn(report),
    "what it reports is contradicted",
    'Fix the work, run the command again and report how it ends; or report outcome "failed".'
  ) ?? objection(
    unseen,
    "this plan wants its acceptance commands seen",
    "After your last change run the command as it stands with Bash, in the foreground and by itself (no pipe, ; or ||), then report again. If it cannot be run, give its criterion as {criterion, notVerified: why}."
  );
}
function objectionToRun(due, ran) {
  const failed = due.flatMap(({ command, mayTestNothing }) => {
    const run = ran.get(command);
    const end2 = run === void 0 || run.exitCode === 0 && (mayTestNothing || !run.ranNoTest) ? void 0 : run.exitCode === 0 ? NO_TEST : `it ended with exit code ${run.exitCode}`;
    if (run === void 0 || end2 === void 0) return [];
    return [
      `${quoted(command)} was run by the server, and ${end2} (${cleanText(run.output.slice(-MAX_OUTPUT), MAX_OUTPUT)})`
    ];
  });
  return objection(
    failed,
    "this plan has its acceptance commands run",
    'Fix the work and report again: the server runs the command again. Or report outcome "failed"; or, if it cannot succeed here, give its criterion as {criterion, notVerified: why}.'
  );
}
function objection(problems, cause, remedy) {
  if (problems.length === 0) return void 0;
  const why = problems.slice(0, MAX_NAMED2).join("; ");
  return { why, remedy: `${remedy} The same once more fails the attempt.`, cause: `${cause}: ${why}` };
}
function contradictionsIn({ outcome, evidence }) {
  if (outcome !== "completed") return [];
  return evidence.filter(isCommand).filter(isContradicted).map(contradictionOf);
}
function isContradicted({ standing }) {
  return standing === "contradicted";
}
function contradictionOf({ command, exitCode, seen = "" }) {
  return `${quoted(command)} is reported with exit code ${exitCode}, but ${seen}`;
}
function quoted(command) {
  return JSON.stringify(command.slice(0, MAX_COMMAND));
}

// import:run/worktrees/setup.mjs in run/reporting.mjs
import { variablesOfWorktree } from "./worktrees/setup.mjs";

// mcp-server/src/run/reporting/run-acceptance.ts
var OTHERS_WRITE = "others were writing";
async function runAcceptance(ctx, store, { claim, work }, due, place) {
  const ran = /* @__PURE__ */ new Map();
  const notRun = /* @__PURE__ */ new Map();
  const wanted = due.filter(({ exitCode }) => exitCode === 0).map(({ command }) => command);
  if (work?.policy.verify !== "run" || place === void 0 || wanted.length === 0) {
    return { ran, notRun, later: [] };
  }
  const isAlone = async (sinceMs) => claim.isolation === "worktree" || !await mayOthersWrite(ctx, store, claim, sinceMs);
  const startMs = ctx.now();
  const env = claim.isolation === "worktree" ? await variablesOfWorktree(place) : {};
  const results = await isAlone(startMs) ? await ctx.commands.run(wanted, place, { env }) : void 0;
  const counts = results !== void 0 && await isAlone(startMs);
  for (const command of wanted) {
    const result2 = results?.get(command) ?? { whyNot: await ctx.commands.whyNot(command) };
    if ("exitCode" in result2 && counts) ran.set(command, result2);
    else notRun.set(command, ("whyNot" in result2 ? result2.whyNot : void 0) ?? OTHERS_WRITE);
  }
  const later = [...notRun].flatMap(([command, why]) => why === OTHERS_WRITE ? [command] : []);
  return { ran, notRun, later };
}
function mayOthersWrite(ctx, store, { id, checkout }, sinceMs) {
  return readGraph(ctx, store, async ({ reader }) => {
    const holding = (await reader.held(checkout)).filter(
      ({ claim }) => takesPlace(claim) || isDraining(claim, ctx.now())
    );
    return [...holding, ...await reader.claimsOfferedSince(checkout, sinceMs)].some(
      ({ claim }) => claim.id !== id && claim.isolation === "shared" && scopeMayWrite(widenedScope(claim))
    );
  });
}

// mcp-server/src/run/reporting/judge-evidence.ts
var MAX_LOOKS = 20;
var MAX_FILES = 2e3;
var MAX_RESULT = 1e3;
async function judgeEvidence(ctx, store, report, at) {
  const due = at.work ? commandsToSee(at.work, report) : [];
  if (due.length === 0 && !report.evidence.some(isCommand)) return { report };
  const isApart = at.claim.isolation === "worktree";
  const place = isApart ? await worktreePath(ctx, store, at.claim) : ctx.checkout.root;
  const lastChange = await lastChangeOf(ctx, report, at, place);
  const fromHooks = at.ran?.filter(({ atMs }) => atMs >= at.claim.offeredAtMs);
  const { standingOf } = await import("../policy/evidence-standing.mjs");
  const judge2 = (runs) => {
    const judged2 = withStandings(report, (item) => standingOf(item, runs, lastChange));
    const visible = runs ?? (at.agentId === void 0 ? void 0 : []);
    const unseen2 = visible ? due.flatMap((command) => {
      const why = unseenCommand(command, standingOf(command, visible, lastChange));
      return why === void 0 ? [] : [{ command: command.command, why }];
    }) : [];
    return { judged: judged2, unseen: unseen2 };
  };
  let { judged, unseen } = judge2(fromHooks && inOrder(fromHooks));
  if (!fromHooks || unseen.length > 0 || !judged.evidence.every(wasSeen)) {
    const written = await writtenRuns(ctx, at);
    if (written) ({ judged, unseen } = judge2(inOrder(mergedRuns(fromHooks ?? [], written))));
  }
  const contradicted = objectionTo(judged, []);
  if (contradicted) return { report: judged, objection: contradicted };
  const run = await runAcceptance(ctx, store, at, due, place);
  const stillUnseen = unseen.flatMap(({ command, why }) => run.ran.has(command) ? [] : [why]);
  const objection2 = objectionToRun(due, run.ran) ?? objectionTo(judged, stillUnseen);
  return {
    report: withRuns(judged, due, run),
    ...objection2 && { objection: objection2 },
    ...run.later.length > 0 && { runLater: run.later }
  };
}
function withRuns(report, due, { ran, notRun }) {
  const evidence = report.evidence.map((item) => {
    if (!isCommand(item) || item.exitCode !== 0) return item;
    const result2 = ran.get(item.command.trim());
    const why = notRun.get(item.command.trim());
    if (why !== void 0) return { ...item, seen: item.seen ?? `the server did not run it: ${why}` };
    if (result2 === void 0 || result2.exitCode !== 0) return item;
    const { seen: _seen, ...reported2 } = item;
    return { ...reported2, standing: "run", ...result2.ranNoTest && { seen: NO_TEST } };
  });
  const reported = new Set(report.evidence.filter(isCommand).map(({ command }) => command.trim()));
  const added = due.flatMap(({ criterion, command }) => {
    const result2 = reported.has(command) ? void 0 : ran.get(command);
    return result2?.exitCode === 0 ? [{ criterion, ...evidenceOfRun(command, result2), added: true }] : [];
  });
  return { ...report, evidence: [...evidence, ...added] };
}
function evidenceOfRun(command, { exitCode, output, ranNoTest }) {
  const result2 = cleanText(output.slice(-MAX_RESULT), MAX_RESULT);
  return { command, exitCode, result: result2, standing: "run", ...ranNoTest && { seen: NO_TEST } };
}
function withoutStandings(report) {
  const evidence = report.evidence.flatMap((item) => {
    if (!isCommand(item)) return [item];
    const { standing: _standing, seen: _seen, added, ...given } = item;
    return added ? [] : [given];
  });
  return { ...report, evidence };
}
function wasSeen(item) {
  return !isCommand(item) || item.standing === "seen" || item.standing === "stale";
}
function withStandings(report, standingOf) {
  const evidence = report.evidence.map((item) => isCommand(item) ? { ...item, ...standingOf(item) } : item);
  return { ...report, evidence };
}
async function writtenRuns(ctx, { claim, agentId, toolUseId }) {
  const session = claim.owner.session;
  const agent = agentId ?? agentOf(claim);
  if (session === void 0) return void 0;
  const find = () => agent === void 0 ? ctx.transcripts.ofSession(session) : ctx.transcripts.ofAgent(agent, [session]);
  if (await find() === void 0) return void 0;
  for (let looks = 1; ; looks += 1) {
    await setTimeout(WRITTEN_AFTER_MS, void 0, { ref: false });
    const file = await find();
    if (file === void 0) return void 0;
    const of = agent === void 0 ? "main" : "agent";
    const written = await commandRuns(file, of, claim.offeredAtMs, toolUseId);
    if (!written) return void 0;
    const { runs, isComplete } = written;
    if (looks === MAX_LOOKS || (toolUseId === void 0 ? !runs.some(isUnfinished) : isComplete)) return runs;
  }
}
function isUnfinished({ end: end2 }) {
  return end2.kind === "unknown" && !end2.inBackground;
}
function agentOf(claim) {
  return "agentId" in claim ? claim.agentId : void 0;
}
function mergedRuns(fromHooks, written) {
  const runs = new Map(fromHooks.map((run) => [run.use, run]));
  for (const run of written) {
    const known = runs.get(run.use);
    if (known === void 0 || known.end.kind === "unknown") runs.set(run.use, run);
  }
  return [...runs.values()];
}
function inOrder(runs) {
  return [...runs].sort((a, b) => a.atMs - b.atMs);
}
async function lastChangeOf(ctx, report, { claim, look: look2 }, root) {
  if (root === void 0) return void 0;
  const isApart = claim.isolation === "worktree";
  const differing = isApart ? await changedIn(root) : look2 && "files" in look2 ? [...look2.files.keys()] : [];
  const scope = parseScope(widenedScope(claim), ctx.caseInsensitive);
  const own = differing.filter(
    (path) => isApart || scope.basis === "declared" && scope.writes.some((glob) => matches(glob, path))
  );
  const paths = [.../* @__PURE__ */ new Set([...report.filesChanged.map(normalisePath), ...own])].slice(0, MAX_FILES);
  const changes = await Promise.all(paths.map((path) => changeOf(root, path)));
  return changes.flatMap((change) => change ?? []).reduce(
    (last, change) => last === void 0 || change.atMs > last.atMs ? change : last,
    void 0
  );
}
async function worktreePath(ctx, store, claim) {
  return readGraph(ctx, store, async (view) => {
    const held = await view.reader.claimById(claim.id);
    const plan = held && await view.planOf(held);
    return plan && (await worktreeOf(plan, claim))?.path;
  });
}
async function changedIn(root) {
  try {
    return await changedFiles(root);
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    return [];
  }
}
async function changeOf(root, path) {
  try {
    const found = await lstat(join(root, path));
    return found.isFile() ? { path, atMs: found.ctimeMs } : void 0;
  } catch {
    return void 0;
  }
}

// import:run/checkout-watch.mjs in run/reporting.mjs
import { fileNames, lookBeforeEnd, notifyAffectedTasks, readAheadOfLook, recordChangesOfEndedAttempts, recordSnapshot, snapshotBeforeEnd } from "./checkout-watch.mjs";

// import:node:fs in run/reporting.mjs
import { existsSync } from "node:fs";

// mcp-server/src/run/reporting/compare-report.ts
function withRelativeFiles(ctx, report) {
  const { directory, checkout } = ctx;
  return {
    ...report,
    filesChanged: report.filesChanged.map((path) => {
      const isFromHere = !isAbsolute(path) && !existsSync(join(checkout.root, path)) && existsSync(join(directory, path));
      const whole = isFromHere ? join(directory, path) : path;
      const inside = isAbsolute(whole) ? relative(checkout.root, whole) : "..";
      return inside.startsWith("..") || isAbsolute(inside) ? path : inside.split(sep).join("/");
    })
  };
}
async function unseenFiles(ctx, report, look2) {
  if ("why" in look2) return /* @__PURE__ */ new Set();
  const files = report.filesChanged.map(normalisePath);
  const outside = files.filter((path) => isAbsolute(path) || path.split("/").includes("..") || path === "");
  const inside = files.filter((path) => !outside.includes(path) && !look2.files.has(path));
  return /* @__PURE__ */ new Set([...outside, ...await ignoredFiles(ctx.checkout.root, inside)]);
}
async function compareReport(plan, claim, unseen) {
  const { graph, stored } = plan;
  const attempts = graph.claimsOf(claim.task);
  const sinceMs = Math.min(...attempts.map(({ offeredAtMs }) => offeredAtMs));
  const events = await plan.reader.events(plan.id, { types: COMPARED_EVENTS, sinceMs });
  const looks = checkoutLooks(events).filter(({ atWork }) => attempts.some(({ id }) => isIn(atWork, id)));
  if (!looks.some(({ atWork }) => isIn(atWork, claim.id)) || startedUnseen(events, claim)) return void 0;
  const declared = declaredFiles(graph.claim(claim.id));
  const isOfTask = (attempt) => attempts.some(({ id }) => id === attempt);
  const changes = seenChanges(events).filter(
    ({ holder, suspects }) => isOfTask(holder) || suspects.some(({ attempt }) => isOfTask(attempt))
  );
  const found = differences(claim, declared, changes, (attempt) => graph.claim(attempt));
  const isWhole = looks.every(({ unlisted }) => unlisted === void 0);
  const unchanged = declared.filter(
    (name) => isWhole && !unseen.has(name) && !changes.some(({ path }) => isDeclared([name], path))
  );
  await notifyAffectedTasks([plan], found.outside, taskName(stored.slug, claim.task));
  const note = sentenceOf({ ...found, unchanged });
  if (note !== void 0) {
    plan.append({ type: "attempt.compared", task: claim.task, attempt: claim.id, unchanged, note });
  }
  return note;
}
var COMPARED_EVENTS = ["files.changed", "checkout.observed", "checkout.unmeasured"];
async function noteOfFirstReport(plan, claim) {
  const sinceMs = claim.offeredAtMs;
  const compared = await plan.reader.events(plan.id, { types: ["attempt.compared"], sinceMs });
  return compared.flatMap(({ change }) => change.type === "attempt.compared" ? [change] : []).find(({ attempt }) => attempt === claim.id)?.note;
}
function isIn(atWork, id) {
  return atWork.some(({ attempt }) => attempt === id);
}
function startedUnseen(events, { id, offeredAtMs }) {
  return events.some(
    ({ atMs, change }) => change.type === "checkout.unmeasured" && atMs >= offeredAtMs && isIn(change.atWork, id)
  );
}
function differences(claim, declared, changes, claimOf) {
  const found = {
    outside: /* @__PURE__ */ new Set(),
    undeclared: /* @__PURE__ */ new Set(),
    byOthers: /* @__PURE__ */ new Set(),
    strays: /* @__PURE__ */ new Set()
  };
  for (const change of changes) {
    const { path, holder, suspects } = change;
    const isInScope = holder === claim.id;
    if (!isInScope && suspects.every(({ attempt }) => attempt !== claim.id)) continue;
    const { writers, isReported } = writersOf(change, claimOf);
    if (isDeclared(declared, path)) {
      if (!isInScope && claim.scope.basis === "declared") found.outside.add(path);
    } else if (isInScope) {
      const isOwn = writers.some(({ id }) => id === claim.id);
      found[isOwn ? "undeclared" : "byOthers"].add(path);
    } else if (holder === void 0 && !isReported) {
      found.strays.add(path);
    }
  }
  return {
    outside: [...found.outside],
    undeclared: [...found.undeclared],
    byOthers: [...found.byOthers],
    strays: [...found.strays]
  };
}
function sentenceOf(found) {
  const parts = [
    ["written outside your scope", found.outside],
    ["changed but not in your report", found.undeclared],
    ["in your scope but not written by you", found.byOthers],
    ["in your report but unchanged", found.unchanged],
    ["changed in nobody's scope while you ran", found.strays]
  ];
  const said = parts.flatMap(([what, paths]) => paths.length === 0 ? [] : [`${what}: ${fileNames(paths)}`]);
  return said.length === 0 ? void 0 : `Noted: ${said.join("; ")}.`;
}

// import:run/remote.mjs in run/reporting.mjs
import { lookWhetherShared } from "./remote.mjs";

// mcp-server/src/run/reporting/prepare-work.ts
var ENDED = "ended";
async function prepareWork(ctx, store, claimIn, report) {
  if (ctx.checkout.gitCommonDir === void 0) return void 0;
  const claimed = await readGraph(ctx, store, async (view) => {
    const found = await claimIn(view);
    if (isRefusal(found)) return ENDED;
    const { loaded, task } = found;
    const { claim } = found.held;
    await lookWhetherShared(ctx, loaded.graph);
    if (!isLive(claim)) return ENDED;
    if (claim.isolation !== "worktree" && !isCommitted(loaded)) return void 0;
    const attempt = { ...claim, number: attemptNumber(loaded, claim) };
    const record = await workRecord(loaded);
    const isApart = attempt.isolation === "worktree";
    const ofOthers = isApart ? () => /* @__PURE__ */ new Set() : await filesOfOthers(loaded);
    return { loaded, task, attempt, offeredAtMs: claim.offeredAtMs, record, ofOthers };
  });
  if (!claimed || claimed === ENDED) return claimed;
  try {
    const { loaded, attempt } = claimed;
    if (attempt.isolation === "worktree") return await fromWorktree(ctx, claimed, report);
    const { slug } = loaded.stored;
    const prepared = await fromCheckout(ctx, claimed, report);
    if (prepared?.delivery) {
      if (prepared.delivery.targets.includes("plan")) await refuseCheckedOut(ctx.checkout.root, slug);
      await keepCommit(ctx.checkout.root, slug, attempt.id, prepared.delivery.commit);
    }
    return prepared;
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    throw new CallerError(
      "wrong_state",
      `Your work could not be committed: ${error.message}`,
      "Nothing is lost. Fix it if the cause is in your files and report again; else report failed.",
      "outcome"
    );
  }
}
async function fromWorktree(ctx, { loaded, task, attempt, offeredAtMs, record }, report) {
  const { slug } = loaded.stored;
  const worktree = record.cut.get(attempt.id);
  const message = commitMessage(slug, task, attempt, report);
  const at = { plan: slug, task, worktree, attempt, offeredAtMs, claims: loaded.graph.claims };
  const unbound = await worktreeWork(ctx, at, report, message);
  if (!worktree || !unbound) return void 0;
  const { commit, files } = unbound;
  const isCompleted = report.outcome === "completed";
  if (isCompleted) refuseHeld(slug, unbound.planBranch);
  await bindCommit(unbound, isCompleted ? { plan: slug, attempt: attempt.id } : void 0);
  const delivery = isCompleted ? { commit, base: worktree.base, targets: ["plan"] } : void 0;
  return { work: { commit, files }, leftOut: [], byOthers: [], delivery, skipped: void 0 };
}
async function fromCheckout(ctx, { loaded, task, attempt, record, ofOthers }, report) {
  const { root } = ctx.checkout;
  if (report.outcome !== "completed") return void 0;
  const { policy } = loaded;
  const isForBranch = isolationsOf(loaded).usesWorktrees;
  const changed = await changedFiles(root);
  const inside = await reportedInside(root, report);
  if (isForBranch && inside?.kind === "repository") throw innerRepository(inside.folder, "your checkout");
  const ended = loaded.graph.claims.filter(
    (claim) => claim.state === "ended" || claim.state === "delivering"
  );
  const earlier = /* @__PURE__ */ new Set([
    ...[...record.committed.values()].flatMap((line) => line.files),
    ...ownFilesInOrder(ended, changed, record.seen, ofOthers, ctx.caseInsensitive).flatMap(
      ({ files, byOthers }) => [...files, ...byOthers]
    )
  ]);
  const known = {
    before: record.seen.get(attempt.id),
    ofThePlan: earlier,
    ofOthers: ofOthers(task.id)
  };
  const own = ownFiles(attempt, report.filesChanged, changed, known, ctx.caseInsensitive);
  const head = await commitAt(root, "HEAD");
  if (head === void 0 || own.files.length + own.leftOut.length === 0 && !inside) return void 0;
  const message = commitMessage(loaded.stored.slug, task, attempt, report);
  const parent = policy.commit === "task" ? head : await lastFromCheckout(root, loaded, record, head);
  const commit = own.files.length === 0 ? void 0 : await commitFiles(root, parent, own.files, message);
  const targets = [
    ...isForBranch ? ["plan"] : [],
    ...policy.commit === "task" ? ["checkout"] : []
  ];
  return {
    work: { commit: commit ?? head, files: own.files },
    leftOut: own.leftOut,
    byOthers: own.byOthers,
    delivery: commit === void 0 ? void 0 : { commit, base: parent, targets },
    skipped: inside && leftInside(task.id, inside)
  };
}
async function lastFromCheckout(root, { graph }, record, head) {
  const isWanted = (attempt) => {
    const claim = graph.claim(attempt);
    return claim?.state === "delivering" || claim?.state === "ended" && claim.outcome === "completed";
  };
  const last = [...record.committed.values()].findLast(
    ({ attempt, files }) => !record.cut.has(attempt) && files.length > 0 && isWanted(attempt)
  );
  return last && await isAncestor(root, head, last.commit) ? last.commit : head;
}
function isCommitted(loaded) {
  return loaded.policy.commit === "task" || isolationsOf(loaded).usesWorktrees;
}
function logPreparedWork(plan, attempt, { work, leftOut, byOthers, skipped }) {
  const at = { task: attempt.task, attempt: attempt.id };
  plan.append({ type: "work.committed", ...at, ...work, leftOut, ...byOthers.length > 0 && { byOthers } });
  if (skipped !== void 0) plan.append({ type: "commit.skipped", reason: skipped });
}

// mcp-server/src/run/reporting/finish-attempt.ts
async function finishAttempt(tx, { plan, attempt, prepared, seen }, ending) {
  if (prepared) logPreparedWork(plan, attempt, prepared);
  const delivery = ending.outcome === "completed" ? prepared?.delivery : void 0;
  if (delivery) accept(plan, attempt, delivery, ending);
  else endAttempt(plan, attempt, ending);
  const isKnown = seen !== void 0 && await recordSnapshot(tx, seen.look);
  if (ending.outcome === "completed" && !delivery) {
    await continueAfterCompletion(plan, attempt.task, ending.report, ending.runLater);
    takeAlternative(plan, attempt.task);
  }
  const note = isKnown ? await compareReport(plan, attempt, seen.unseen) : void 0;
  if (note !== void 0 && !delivery) noteForReviewer(plan, attempt.task, note);
  return note;
}
function accept(plan, { task, id }, delivery, { report, lastMessage, runLater }) {
  const { ctx } = plan;
  plan.append({
    type: "delivery.accepted",
    task,
    attempt: id,
    ...delivery,
    clone: cloneOf(ctx),
    by: ctx.owner,
    ...runLater && { runLater },
    ...report && { report },
    ...lastMessage !== void 0 && { lastMessage }
  });
}

// mcp-server/src/run/reporting/report-task.ts
async function reportTask(ctx, actor, agentId, input, ran) {
  const name = splitTaskName(input.task);
  const store = await existingGraph(ctx, name.plan);
  const given = { ...input, report: withRelativeFiles(ctx, withPlainNeed(name.plan, input.report)) };
  const key = { tokenHash: hashToken(given.token) };
  let before = await snapshotBeforeEnd(ctx, store, given.token);
  if (before.claim?.state === "ended" && await reviveIfLate(ctx, store, actor, key, agentId))
    before = await snapshotBeforeEnd(ctx, store, given.token);
  const { ending, firstOfferedMs } = before;
  const look2 = ending?.look;
  const seen = look2 && { look: look2, unseen: await unseenFiles(ctx, given.report, look2) };
  const judged = ending && !given.isServers ? await judgeEvidence(ctx, store, given.report, { ...ending, agentId, ran, toolUseId: given.toolUseId }) : { report: given.report };
  const call = { actor, agentId, name, given, judged, seen, firstOfferedMs };
  const result2 = judged.objection ? { ...given.report, outcome: "failed" } : given.report;
  for (; ; ) {
    const prepared = await prepareWork(ctx, store, (view) => claimOfToken(view, given.token), result2);
    const answered = await accept2(ctx, store, call, prepared);
    if (answered === UNPREPARED) continue;
    if (answered instanceof CallerError) throw answered;
    if (prepared !== ENDED && prepared?.delivery) void deliverWaiting(ctx, store, name.plan);
    return answered;
  }
}
var UNPREPARED = "unprepared";
function accept2(ctx, store, call, prepared) {
  const { name, given, judged, agentId, seen } = call;
  const { objection: objection2 } = judged;
  const { report, token } = given;
  const work = async (tx) => {
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
    if (objection2 && !await wasReturned(plan, attempt.id)) {
      plan.append({ type: "report.returned", task: task.id, attempt: attempt.id, why: objection2.why });
      return returned(objection2);
    }
    const ending = {
      ...objection2 ? { outcome: "failed", cause: objection2.cause } : { outcome: report.outcome },
      report: judged.report,
      ...judged.runLater && { runLater: judged.runLater }
    };
    const note = await finishAttempt(tx, { plan, attempt, prepared, seen }, ending);
    const isSmall = given.mayGoOn === true && agentId !== void 0 && ending.outcome === "completed";
    const goesOn = isSmall ? await claimInTurn(plan, agentId, task, attempt) : void 0;
    return { ...answer(plan, task.id, ending.outcome, note ?? ending.cause), ...goesOn && { goesOn } };
  };
  const before = readAheadOfLook(ctx);
  const sinceMs = Math.min(call.firstOfferedMs, before?.fromMs ?? call.firstOfferedMs);
  return changeGraph(ctx, store, call.actor, work, {
    plan: { repository: ctx.repository, slug: name.plan },
    claim: { tokenHash: hashToken(token) },
    events: { types: COMPARED_EVENTS, sinceMs: Math.floor(sinceMs) },
    ...before && { endedAfter: before.endedAfter }
  });
}
async function wasReturned(plan, attempt) {
  const returned2 = await plan.reader.events(plan.id, { types: ["report.returned"] });
  return returned2.some(({ change }) => change.type === "report.returned" && change.attempt === attempt);
}
function returned({ why, remedy }) {
  return new CallerError("bad_input", `evidence: ${why}. The report was not taken.`, remedy, "evidence");
}
function answer(plan, id, outcome, note) {
  const name = taskName(plan.stored.slug, id);
  const word = outcome === "completed" ? "DONE" : outcome === "blocked" ? "BLOCKED" : "FAILED";
  return {
    task: name,
    status: plan.graph.live.some(({ task, state }) => task === id && state === "delivering") ? "delivering" : taskOf(plan, id).status,
    outcome,
    reply: `${word} ${name}`,
    ...note !== void 0 && { note },
    counts: countsOf(plan)
  };
}
async function refuse(tx, { name, given }, { held, why }) {
  const plan = held && await tx.planOf(held);
  if (plan) {
    const { claim } = held;
    if ((claim.state === "ended" || claim.state === "delivering") && claim.report && held.plan === name.plan && claim.task === name.id && JSON.stringify(withoutStandings(claim.report)) === JSON.stringify(given.report)) {
      const { outcome, cause } = claim.state === "ended" ? claim : { outcome: "completed" };
      return answer(plan, name.id, outcome, await noteOfFirstReport(plan, claim) ?? cause);
    }
    const tried = { task: given.task, ...given.report };
    plan.append({ type: "token.refused", task: claim.task, attempt: claim.id, why, tried });
  }
  return new CallerError(
    "refused_token",
    `token: refused, ${why}. Nothing was changed.`,
    "If the token is copied wrong, copy it from your brief again; otherwise end your turn with one line that says so.",
    "token"
  );
}

// mcp-server/src/run/reporting/run-verifications.ts
var ACTOR = "server";
async function nextBatchToLaunch(ctx, actor, slug, limit, again, only) {
  for (; ; ) {
    const batch = await nextBatch(ctx, actor, slug, limit, again, only);
    const verification = await verificationIn(ctx, batch);
    if (verification === void 0) return batch;
    await runVerification(ctx, verification);
  }
}
function mayRunVerification({ policy, graph }) {
  return policy.verify === "run" && graph.ready.some((task) => purposeOf(task)?.kind === "verify");
}
async function verificationIn(ctx, { loaded, launch }) {
  if (loaded.policy.verify !== "run") return void 0;
  for (const item of launch) {
    const task = [...loaded.graph.tasks.values()].find(({ id }) => id === item.task);
    const token = findToken(item.prompt);
    if (task === void 0 || token === void 0 || purposeOf(task)?.kind !== "verify") continue;
    const commands = commandsOf(task);
    const whys = await Promise.all(commands.map((command) => ctx.commands.whyNot(command)));
    if (whys.some((why) => why !== void 0)) continue;
    return { task: taskName(loaded.stored.slug, task.id), token, commands };
  }
  return void 0;
}
async function runVerification(ctx, { task, token, commands }) {
  await getTask(ctx, ACTOR, void 0, { task, token });
  const results = await ctx.commands.run(commands, ctx.checkout.root);
  const evidence = [...results].flatMap(
    ([command, result2]) => "exitCode" in result2 ? [evidenceOfRun(command, result2)] : []
  );
  const notRun = [...results].flatMap(
    ([command, result2]) => "whyNot" in result2 ? [`${command}: ${result2.whyNot}`] : []
  );
  await reportTask(ctx, ACTOR, void 0, {
    task,
    token,
    isServers: true,
    report: {
      outcome: notRun.length === 0 ? "completed" : "failed",
      summary: notRun.length === 0 ? `The server ran ${commands.length === 1 ? "the command" : `${commands.length} commands`}.` : `The server could not run all of it. ${notRun.join("; ")}`,
      evidence,
      filesChanged: [],
      findings: [],
      notes: []
    }
  });
}

// mcp-server/src/run/reporting/collect-launches.ts
async function collectLaunches(ctx, actor, input, signal, onWait) {
  const { plan: slug, sinceSeq } = input;
  const store = await existingGraph(ctx, slug);
  const deadline = ctx.now() + input.waitMs;
  const since = sinceSeq ?? await readGraph(ctx, store, async (view) => (await view.plan(slug)).stored.version);
  let nextSweep = ctx.now();
  let hasWaited = false;
  for (; ; ) {
    if (ctx.now() >= nextSweep) {
      await lookForWork(ctx, store, await readPlan(ctx, store, slug));
      onWait(
        await changePlan(ctx, store, actor, slug, async (plan, tx) => {
          await expireClaims(tx);
          return countsOf(plan);
        })
      );
      nextSweep = ctx.now() + SWEEP_MS;
    }
    const seen = await look(ctx, store, input);
    if (seen.isDelivering) void deliverWaiting(ctx, store, slug);
    const isOver = ctx.now() >= deadline;
    if ((seen.isDue || isOver) && !signal.aborted) {
      if (hasWaited) {
        await setTimeout(seen.othersRun ? input.gatherMs : 0, void 0, { signal }).catch(() => void 0);
      }
      const batch = await nextBatchToLaunch(ctx, actor, slug, input.most, input.again, input.only);
      const hasToDo = batch.launch.length > 0 || batch.stop.some(input.isNewStop) || batch.done;
      const isStuck2 = seen.isQuiet && batch.launch.length === 0 && !batch.done;
      if (hasToDo || isStuck2 || isOver) return answer2(ctx, store, actor, since, batch, isStuck2);
    }
    if (signal.aborted) return answer2(ctx, store, actor, since, await nothingFor(ctx, store, slug), false);
    const waitMs = Math.min(deadline, nextSweep) - ctx.now();
    await store.changed(seen.planId, seen.version, Math.max(0, waitMs), signal);
    hasWaited = true;
  }
}
async function look(ctx, store, input) {
  const seen = await readGraph(ctx, store, async (view) => {
    const plan2 = await view.plan(input.plan);
    return { plan: plan2, launchable: await canLaunch(ctx, plan2, input) };
  });
  const { plan, launchable } = seen;
  const { live } = plan.graph;
  const done = isDone(plan);
  const pauses = plan.pauseMs > 0 && plan.stored.status === "open" && !done;
  const isQuiet = live.length === 0 && !pauses && !await goesOnByOthers(ctx, store, input.plan);
  return {
    isLaunchable: launchable,
    planId: plan.id,
    version: plan.stored.version,
    isDue: launchable || isQuiet || stopOrders(plan, ctx.now()).some(input.isNewStop),
    isQuiet,
    isDelivering: live.some(({ state }) => state === "delivering"),
    othersRun: live.some(({ state }) => state === "running")
  };
}
async function canLaunch(ctx, plan, { again, most, only }) {
  if (plan.stored.status !== "open" || plan.spent || most === 0) return false;
  for (const claim of plan.graph.live) {
    if (again(claim.id) && await isOfferedAgain(ctx, claim)) return true;
  }
  return (await choose(plan, ctx.now(), { only })).chosen.length > 0;
}
function nothingFor(ctx, store, slug) {
  return readGraph(ctx, store, async (view) => {
    const loaded = await view.plan(slug);
    return {
      loaded,
      launch: [],
      stop: stopOrders(loaded, ctx.now()),
      counts: countsOf(loaded),
      why: [],
      done: isDone(loaded),
      interrupted: [],
      waits: []
    };
  });
}
async function answer2(ctx, store, actor, sinceSeq, batch, isStuck2) {
  const { slug } = batch.loaded.stored;
  if (batch.done) await changePlan(ctx, store, actor, slug, logEscalation);
  const { ended, decided } = await readGraph(ctx, store, async (view) => {
    const { plan, news } = await newsOf(view, slug, sinceSeq);
    return { ended: news.map((attempt) => endedLine(plan, attempt)), decided: decideNow(plan, []) };
  });
  const { decision, reason } = batch.launch.length > 0 ? { decision: "proceed", reason: "" } : decided;
  return { ...batch, ended, decision, reason, isStuck: isStuck2 };
}

// mcp-server/src/run/reporting/ignored-by-git.ts
async function withIgnoredFiles(ctx, report) {
  const reported = new Set(report.tasks.flatMap(({ filesChanged }) => filesChanged));
  const inside = [...reported].filter((path) => !isAbsolute(path) && !path.split("/").includes(".."));
  const ignored = await knownIgnoredFiles(ctx.checkout.root, inside);
  const ignoredFiles2 = inside.filter((path) => ignored?.has(path)).sort();
  return ignoredFiles2.length === 0 ? report : { ...report, ignoredFiles: ignoredFiles2 };
}

// mcp-server/src/run/reporting/report-from-message.ts
var MAX_SUMMARY = 4e3;
async function reportFromLastMessage(ctx, store, actor, agentId, message) {
  const held = await store.read((reader) => reader.claimOfAgent(agentId));
  if (held?.claim.state !== "running") return false;
  await ctx.roles.refresh();
  if (ctx.roles.canReport(held.claim.agentType)) return false;
  await endByMessage(ctx, store, actor, held.claim, message);
  return true;
}
async function endByMessage(ctx, store, actor, attempt, message) {
  const lastMessage = message.slice(0, MAX_LAST_MESSAGE);
  const outcome = outcomeOfMessage(lastMessage);
  const ending = {
    outcome,
    ...outcome === "unreported" ? { cause: "the agent ended without a word" } : { lastMessage, ...outcome === "failed" && { cause: "the agent says that it failed" } }
  };
  const look2 = await lookBeforeEnd(ctx, store, attempt);
  const result2 = await prepareWorkOfMessage(ctx, store, attempt.id, ending);
  const plan = await end(ctx, store, actor, attempt.id, { ...result2, look: look2 });
  if (plan !== void 0) void deliverWaiting(ctx, store, plan);
}
async function prepareWorkOfMessage(ctx, store, attempt, ending) {
  const { outcome, lastMessage } = ending;
  const report = {
    outcome: outcome === "completed" ? "completed" : "failed",
    summary: (lastMessage ?? "").slice(0, MAX_SUMMARY),
    evidence: [],
    filesChanged: [],
    findings: [],
    notes: []
  };
  try {
    return { ending, prepared: await prepareWork(ctx, store, (view) => byId(view, attempt), report) };
  } catch (error) {
    if (!(error instanceof CallerError)) throw error;
    return { ending: { ...ending, outcome: "failed", cause: error.message }, prepared: void 0 };
  }
}
async function byId(view, attempt) {
  const held = await view.reader.claimById(attempt);
  const loaded = held && await view.planOf(held);
  if (!loaded || held.claim.state !== "running") return { why: "its attempt has ended" };
  return { held, loaded, task: taskOf(loaded, held.claim.task) };
}
function end(ctx, store, actor, attempt, {
  ending,
  look: look2,
  prepared
}) {
  const work = async (tx) => {
    const held = await tx.writer.claimById(attempt);
    const plan = held && await tx.planOf(held);
    if (!plan || held.claim.state !== "running" || prepared === ENDED) return void 0;
    const seen = look2 && { look: look2, unseen: /* @__PURE__ */ new Set() };
    await finishAttempt(tx, { plan, attempt: held.claim, prepared, seen }, ending);
    return prepared?.delivery && held.plan;
  };
  return changeGraph(ctx, store, actor, work, { claim: { attempt } });
}

// import:run/worktrees/deliver.mjs in run/reporting.mjs
import { deliverWhenDone } from "./worktrees/deliver.mjs";

// mcp-server/src/run/reporting/report-plan.ts
async function reportPlan(ctx, actor, slug) {
  const store = await existingGraph(ctx, slug);
  await recordChangesOfEndedAttempts(ctx);
  await deliverForCall(ctx, store, slug);
  await lookForWork(ctx, store, await readPlan(ctx, store, slug));
  await commitPlan(ctx, store, slug);
  await deliverWhenDone(ctx, store, slug);
  await removeMergedWorktrees(ctx, store, slug, 0);
  const { session } = ctx.owner;
  if (session !== void 0) await setTimeout(WRITTEN_AFTER_MS);
  const measured = await measureUsage(ctx, store, slug, session);
  const { table } = await ctx.prices.refresh();
  const { loaded, report } = await changePlan(ctx, store, actor, slug, async (plan, tx) => {
    await expireClaims(tx);
    plan.append(...measured);
    await logEscalation(plan);
    const report2 = aggregate(stateOf(plan), await plan.reader.events(plan.id), ctx.now(), table);
    plan.append({ type: "plan.reported", session: session ?? "" });
    return { loaded: plan, report: report2 };
  });
  return { loaded, report: await withIgnoredFiles(ctx, withPriceProblem(ctx, report)) };
}
async function readReport(ctx, slug) {
  const store = await existingGraph(ctx, slug);
  const measured = await measureUsage(ctx, store, slug, void 0);
  const { table } = await ctx.prices.refresh();
  const report = await readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    const events = await plan.reader.events(plan.id);
    return aggregate(
      withUsage(stateNow(plan, await deadClaims(view.reader, ctx.now())), measured),
      [...events, ...asEvents(measured, events)],
      ctx.now(),
      table
    );
  });
  return withIgnoredFiles(ctx, withPriceProblem(ctx, report));
}
function withPriceProblem({ prices: { last } }, report) {
  if (last.table || !report.figures.spending) return report;
  return { ...report, notMeasured: [...report.notMeasured, `money (${last.problem})`] };
}
async function measureUsage(ctx, store, slug, asking) {
  const agents = await measureAgents(ctx, store, slug, "all");
  return [...agents, ...await measureConversations(ctx, store, slug, asking)];
}
function withUsage(state, measured) {
  const usages = new Map(
    measured.flatMap(
      (change) => change.type === "attempt.measured" ? [[change.attempt, change.usage]] : []
    )
  );
  const claims = state.claims.map((claim) => {
    const usage = usages.get(claim.id);
    return usage && isAttempt(claim) ? { ...claim, usage } : claim;
  });
  return { ...state, claims };
}
function asEvents(measured, events) {
  const { seq = 0, atMs = 0 } = events.at(-1) ?? {};
  return measured.map((change, i) => ({ seq: seq + 1 + i, atMs, v: 1, actor: "server", change }));
}

// import:run/project.mjs in run/reporting.mjs
import { reportsFolder, sameOwner } from "./project.mjs";

// mcp-server/src/run/reporting/wait-beside.ts
var ID = /^wait\.(others|decision)\.([0-9a-z]{6,12})\.[0-9a-f]{16}\.([a-z0-9][a-z0-9-]*)$/;
function waitBesideFor(ctx, { launch, stop, loaded, done, isStuck: isStuck2, counts }, toldBefore) {
  if (launch.length > 0 || stop.length > 0) return void 0;
  if (done || isStuck2) {
    const isKnown = toldBefore === loaded.stored.version;
    return isKnown && (isStuck2 || counts.failed > 0) ? "decision" : void 0;
  }
  const isOwn = loaded.graph.live.some(({ owner }) => sameOwner(owner, ctx.owner));
  return isOwn ? void 0 : "others";
}
function beginWait(ctx, plan, waitsFor) {
  const begunMs = Date.now();
  const random = Buffer.from(ctx.randomBytes(8)).toString("hex");
  return { id: `wait.${waitsFor}.${begunMs.toString(36)}.${random}.${plan}`, plan, waitsFor, begunMs };
}
function waitOf(id) {
  const [, waitsFor, begun = "", plan = ""] = ID.exec(id) ?? [];
  if (waitsFor === void 0) return void 0;
  return { id, plan, waitsFor, begunMs: Number.parseInt(begun, 36) };
}
async function lookAtWait(ctx, { plan: slug, waitsFor }, holdMs, signal) {
  const store = await existingGraph(ctx, slug);
  const deadline = ctx.now() + holdMs;
  const input = { plan: slug, again: () => false, isNewStop: () => false };
  let nextSweep = 0;
  for (; ; ) {
    if (ctx.now() >= nextSweep) {
      await lookForWork(ctx, store, await readPlan(ctx, store, slug));
      await changePlan(ctx, store, "server", slug, (_, tx) => expireClaims(tx));
      nextSweep = ctx.now() + SWEEP_MS;
    }
    const seen = await look(ctx, store, input);
    if (seen.isDelivering) void deliverWaiting(ctx, store, slug);
    const plan = await readPlan(ctx, store, slug);
    const hasEnded2 = waitsFor === "others" && (seen.isQuiet || isDone(plan));
    const isOver = seen.isLaunchable || hasEnded2;
    if (isOver || ctx.now() >= deadline || signal.aborted) return { isOver, words: wordsOf(plan, waitsFor) };
    await store.changed(seen.planId, seen.version, Math.min(deadline, nextSweep) - ctx.now(), signal);
  }
}
function wordsOf(plan, waitsFor) {
  const { completed, total, running } = countsOf(plan);
  const { slug, status } = plan.stored;
  const done = `${slug}: ${completed} of ${total} done`;
  if (status !== "open") return `${done}, ${status}`;
  if (waitsFor === "decision") return `${done}, waits for a decision of yours`;
  if (plan.pauseMs > 0)
    return `${done}, a limit ends in ${plural(Math.ceil(plan.pauseMs / 6e4), "minute")}`;
  return running > 0 ? `${done}, ${running} running elsewhere` : `${done}, waits for files or a delivery`;
}

// import:run/specification.mjs in run/reporting.mjs
import { writeAtomically } from "./specification.mjs";

// mcp-server/src/run/reporting/write-report.ts
async function writeReport({ checkout }, slug, report) {
  const brief = renderBriefReport(report);
  const markdown = renderMarkdown(report);
  const file = join(reportsFolder(checkout), `${slug}.md`);
  try {
    await mkdir(dirname(file), { recursive: true }).catch((error) => {
      throw fileRefusal(error, dirname(file)) ?? error;
    });
    await writeAtomically(file, markdown);
    return { brief: shown(brief), markdown: shown(markdown), file, line: `The whole report: ${file}` };
  } catch (error) {
    if (!(error instanceof CallerError)) throw error;
    return {
      brief: shown(brief),
      markdown: shown(markdown),
      file: void 0,
      line: `The whole report could not be written (${error.message}): parallel-tasks report ${slug} prints it.`
    };
  }
}
function shown(text) {
  return text.replaceAll("\\$", "$");
}
export {
  COMPARED_EVENTS,
  ENDED,
  SWEEP_MS,
  beginWait,
  checkReport,
  checkUntil,
  collect,
  collectLaunches,
  commandsToSee,
  compareReport,
  endByMessage,
  endedLine,
  evidenceOfRun,
  finishAttempt,
  goesOnByOthers,
  isStuck,
  judgeEvidence,
  logPreparedWork,
  look,
  lookAtWait,
  mayRunVerification,
  newsOf,
  nextBatchToLaunch,
  noteOfFirstReport,
  objectionTo,
  objectionToRun,
  prepareWork,
  readReport,
  reportFromLastMessage,
  reportPlan,
  reportTask,
  runAcceptance,
  unseenCommand,
  unseenFiles,
  waitBesideFor,
  waitOf,
  withIgnoredFiles,
  withPlainNeed,
  withRelativeFiles,
  withoutStandings,
  writeReport
};
