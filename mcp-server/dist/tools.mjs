// mcp-server/src/tools/answer/after-export.ts
function afterExport(files) {
  const left = files.find((file) => file.how === "left alone");
  if (left) return `${left.file} was left alone: ${left.why}.`;
  const aside = files.flatMap((file) => "keptAside" in file ? [file.keptAside] : []);
  return aside.length > 0 ? `Exported. Tell the user: what was edited by hand is kept in ${aside.join(", ")}.` : "Exported.";
}

// import:text.mjs in tools.mjs
import { cleanLines, escapeTags, exactLine, foreignLine, shownPath } from "./text.mjs";

// mcp-server/src/tools/answer/answer-form.ts
function answerFor({ reads }, { data, text }) {
  const whole = text === void 0 ? JSON.stringify(data) : escapeTags(text);
  if (reads === "text") return { content: [{ type: "text", text: whole }] };
  const shown = reads === "data" && text !== void 0 ? String(data.next) : whole;
  return { content: [{ type: "text", text: shown }], structuredContent: data };
}
function answerForFailure({ reads }, failed2) {
  if (reads !== "text") return { ...failed2 };
  return { content: failed2.content, isError: true };
}

// import:node:crypto in tools.mjs
import { createHash } from "node:crypto";

// import:run/edits.mjs in tools.mjs
import { answerAgent, answerTask, commandsOfPlan, createPlan, exportPlan, leaveToAgent, listTasks, openPlan, openQuestions, purposeOfCommand, questionOfAgent, splitTask, updatePlan, updateTask } from "./run/edits.mjs";

// mcp-server/src/tools/answer/approve-commands.ts
var MAX_COMMANDS = 15;
var MAX_CHARACTERS = 2e3;
async function approveCommands(ctx, slug, asking, warnings = []) {
  const commands = await commandsOfPlan(ctx, slug);
  const open = commands.filter(({ isApproved }) => !isApproved);
  const answer2 = (approved, next) => ({
    data: {
      plan: slug,
      approved,
      notApproved: commands.length - approved,
      ...warnings.length > 0 && { warnings },
      next
    }
  });
  const before = commands.length - open.length;
  const terminal = `the user approves in a terminal: parallel-tasks approve ${slug}.`;
  if (open.length === 0) return answer2(before, "Nothing is left to approve.");
  const lines = open.map(lineOf);
  if (!asking.isPossible) return answer2(before, `This client has no forms: ${terminal}`);
  if (lines.length > MAX_COMMANDS || lines.join("\n").length > MAX_CHARACTERS)
    return answer2(before, `They are too long for a form: ${terminal}`);
  const key2 = `approve-${createHash("sha256").update(JSON.stringify(open.map(({ command }) => command))).digest("hex")}`;
  const reply2 = asking.replyTo(key2);
  if (reply2 === void 0)
    return { question: { key: key2, message: messageFor(slug, lines), field: { yes: "Approve" } } };
  if (reply2 === "no") {
    return answer2(
      before,
      `They were not approved: the user said no, or nobody could be asked. Go on without, and do not ask again; ${terminal}`
    );
  }
  for (const { command } of open) ctx.commands.approved.add(command);
  return answer2(commands.length, "The user has approved them.");
}
function lineOf(command) {
  return `  ${exactLine(command.command)}  (${purposeOfCommand(command)})`;
}
function messageFor(slug, lines) {
  return `May these commands of the plan ${slug} be run in this repository, by the server where the policy says so, and those of a task by its agent without a prompt?
${lines.join("\n")}`;
}

// mcp-server/src/tools/answer/ask-user.ts
var MAX_SHOWN = 2e3;
async function askForAgent(run, agentId, report, asking) {
  const question = await questionOfAgent(run, report);
  if (!question || question.policy === "later" || question.isLeft) return void 0;
  const reply2 = asking.isPossible ? asking.wordsTo(question.key) : "none";
  if (reply2 === void 0) return { question: formOf(question) };
  if (reply2 !== "none") {
    await answerAgent(run, agentId, question, report.token, reply2.words);
    return goesOn(question, reply2.words, "The user has answered. Go on by it");
  }
  if (question.policy !== "decide") return void 0;
  await leaveToAgent(run, agentId, question, report.token);
  return goesOn(
    question,
    void 0,
    "Nobody answered. Decide by yourself, for what is easiest to change later, say in notes what you decided"
  );
}
function goesOn({ task }, answer2, how) {
  return {
    data: {
      task,
      outcome: "not taken",
      ...answer2 !== void 0 && { answer: answer2 },
      next: `${how}, and report with the same token when the task is done.`
    }
  };
}
async function askForPlan(run, session, plan4, asking) {
  if (!asking.isPossible) return void 0;
  let isAnswered = false;
  for (const question of await openQuestions(run, plan4)) {
    if (session.unanswered.has(question.key)) continue;
    const reply2 = asking.wordsTo(question.key);
    if (reply2 === void 0) return isAnswered ? "answered" : { question: formOf(question) };
    if (reply2 === "none") session.unanswered.add(question.key);
    else {
      await answerTask(run, question, reply2.words);
      isAnswered = true;
    }
  }
  return isAnswered ? "answered" : void 0;
}
function formOf({ task, subject, text, key: key2 }) {
  const message = `The task ${task} (${foreignLine(subject, 100)}) asks: ${foreignLine(text, MAX_SHOWN)}`;
  return { key: key2, message, field: { words: "Your answer" } };
}

// import:policy.mjs in tools.mjs
import { asksNobody, isReached, nearText, raiseLimit, spentText, waitSecondsFor } from "./policy.mjs";

// import:run/plan.mjs in tools.mjs
import { countsOf, createTasks, existingGraph, isDone, pauseSeconds, readPlan, shortCounts, splitTaskName } from "./run/plan.mjs";

// import:git.mjs in tools.mjs
import { planBranch } from "./git.mjs";

// import:run/review.mjs in tools.mjs
import { addReview, beforeReport } from "./run/review.mjs";

// import:run/session.mjs in tools.mjs
import { beginModuleRun, engineFor, startedByRunner, takeOverFromModule, takeUpModuleRuns, waitForWorkflow } from "./run/session.mjs";

// mcp-server/src/tools/answer/next-step.ts
function nextStep(session, loaded, counts, done, waited = false) {
  const { slug, status, cause } = loaded.stored;
  if (status === "paused")
    return `The plan is paused${because(cause)}. Say so; plan_update {plan: "${slug}", action: "resume"} goes on.${counts.running > 0 ? ` What runs may finish. ${waitFor(session, slug)}` : ""}`;
  if (status === "stopped") {
    return `The plan is stopped${because(cause)}. Stop the agents that stop[] of batch_next names, then plan_report {plan: "${slug}"}.`;
  }
  if (session.isToldEndOf(slug)) return runsBeside(session, slug);
  if (session.workflows.idOf(slug) !== void 0)
    return done ? "The workflow's result comes by itself." : waitForWorkflow(session, slug);
  if (done) {
    const how = counts.failed > 0 ? "Nothing more can run, and what failed is for the user to decide" : "Nothing is left to run";
    const then = beforeReport(loaded) ?? `finish with plan_report {plan: "${slug}"}`;
    return `${how}: ${then}.${onBranch(loaded)}`;
  }
  if (loaded.spent) return afterLimit(session, loaded, loaded.spent, counts);
  if (loaded.pauseMs > 0 && counts.running === 0) {
    return `A rate or usage limit was reached: nothing starts for ${pauseSeconds(loaded)} s. ${waitInServer(slug)}`;
  }
  if (counts.ready > 0 && counts.running < loaded.cap && loaded.pauseMs === 0) {
    return session.pulls.has(slug) ? claimNext(session, slug) : "Call batch_next.";
  }
  if (counts.running === 0 && counts.delivering > 0) {
    return `What was reported last is on its way onto a branch. ${waitInServer(slug)}`;
  }
  if (counts.running === 0) {
    return waited ? "Nothing runs and nothing can start: tell the user what why names, and end." : `Nothing runs and nothing can start now. ${waitInServer(slug)}`;
  }
  return waitFor(session, slug);
}
function runsBeside({ interactive }, slug) {
  return interactive ? "It runs beside this conversation: say so in one line and end your turn; you are told its end." : `It runs beside this conversation. Call batch_collect {plan: "${slug}", until: "all"}: it waits for the end.`;
}
function afterLimit(session, { stored: { slug } }, spent, { running }) {
  const then = running > 0 ? waitFor(session, slug) : `Call plan_report {plan: "${slug}"}, and tell the user:`;
  return `${spentText(spent)} ${then} ${raiseLimit(slug, spent)}`;
}
function claimNext(session, slug) {
  return `For the next task: ${nextClaim(session, slug)}.`;
}
function nextClaim(session, slug) {
  return `task_claim {plan: "${slug}", worker: ${JSON.stringify(session.pulls.get(slug) ?? "main")}}, until claim is null`;
}
function waitFor(session, slug) {
  return session.interactive ? "End your turn: you are woken, and told what to launch." : `Wait with batch_collect {plan: "${slug}", launch: true}.`;
}
function waitInServer(slug) {
  return `Call batch_collect {plan: "${slug}", launch: true}: it waits for that.`;
}
function onBranch({ stored, graph, policy }) {
  const isThere = graph.claims.some(
    (claim) => claim.isolation === "worktree" && claim.state === "ended" && claim.outcome === "completed"
  );
  if (!isThere) return "";
  if (policy.deliver === "checkout")
    return ` The work is on the branch ${planBranch(stored.slug)}; plan_report says whether it is in the checkout, too, as uncommitted changes, and else what keeps it from that.`;
  return ` The work is on the branch ${planBranch(stored.slug)}: tell the user that git merge ${planBranch(stored.slug)} takes it over; do not run it unasked.`;
}
function because(cause) {
  return cause === void 0 ? "" : ` (${cause})`;
}

// mcp-server/src/tools/answer/stops-for.ts
function stopsFor(session, { stored }, stop) {
  const single = stop.filter(({ agentId }) => !session.workflows.hasAgent(agentId));
  const script = session.workflows.idOf(stored.slug);
  const [other] = stop.filter((order) => !single.includes(order));
  return other && script !== void 0 && stored.status !== "open" ? [...single, { task: other.task, agentId: script }] : single;
}

// mcp-server/src/tools/answer/batch-answer.ts
function batchAnswer(session, client, batch, waited = false) {
  const { loaded, launch, counts, why, done, waits, interrupted } = batch;
  const { slug, version } = loaded.stored;
  const near = loaded.near.filter((limit) => !isReached(limit));
  const stops = stopsFor(session, loaded, batch.stop);
  session.plans.add(slug);
  session.pulls.delete(slug);
  session.goesOn();
  session.told.set(slug, version);
  for (const { agentId } of batch.stop) session.toldToStop.add(agentId);
  const howToWait = session.wasToldHowToWait ? "" : ` ${waitFor(session, slug)}`;
  if (launch.length > 0) session.wasToldHowToWait = true;
  return {
    launch,
    ...stops.length > 0 && { stop: stops },
    counts: shortCounts(launch.length > 0 ? { ...counts, pending: 0, ready: 0 } : counts),
    ...interrupted.length > 0 && { interrupted },
    ...why.length > 0 && { why },
    ...near.length > 0 && { limits: near.map(nearText) },
    ...launch.length === 0 && { done },
    ...waits.length > 0 && { waits },
    next: launch.length > 0 ? `${howToLaunch(client, launch.length)}${howToWait}` : nextStep(session, loaded, { ...counts, ready: 0 }, done, waited)
  };
}
function howToLaunch(client, count) {
  if (client.isClaudeCode) return `Launch ${count === 1 ? "it" : `all ${count} in one message`} as given.`;
  if (client.agentsHaveTools) {
    return `Start ${count === 1 ? "an agent for it" : `one agent for each, all ${count} at once`}, with its prompt as it is.`;
  }
  return "Agents of this client do not have these tools: take each task yourself, one after another, with task_get and the token in its prompt.";
}

// mcp-server/src/tools/answer/clean-answer.ts
function cleanAnswer(data) {
  return clean(data);
}
function clean(value) {
  if (typeof value === "string") return harmless(value);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key2, inner]) => [harmless(key2), clean(inner)]));
}
function harmless(text) {
  return escapeTags(cleanLines(text));
}

// import:breakdown.mjs in tools.mjs
import { BreakdownError, MAX_DEPTH, isTooDeep } from "./breakdown.mjs";

// import:errors.mjs in tools.mjs
import { CallerError, StoreUnusable, fileRefusal } from "./errors.mjs";

// mcp-server/src/tools/answer/failure.ts
var UnknownTool = class extends Error {
  constructor(name) {
    super(`There is no tool ${JSON.stringify(name.slice(0, 80))}.`);
  }
};
function failure(error) {
  const { message, remedy, ...rest } = problemOf(error);
  const problem = {
    ...rest,
    message: escapeTags(cleanLines(message)),
    remedy: escapeTags(cleanLines(remedy))
  };
  return {
    content: [{ type: "text", text: `${problem.message} ${problem.remedy}` }],
    structuredContent: { error: problem },
    isError: true
  };
}
function problemOf(thrown) {
  const error = fileRefusal(thrown) ?? thrown;
  if (error instanceof CallerError || error instanceof BreakdownError) {
    return {
      kind: error instanceof CallerError ? error.kind : "bad_input",
      ...error.field !== void 0 && { field: error.field },
      message: error.message,
      remedy: error.remedy
    };
  }
  if (error instanceof StoreUnusable) {
    return { kind: `store_${error.problem}`, message: error.message, remedy: error.remedy };
  }
  if (error instanceof UnknownTool) {
    return { kind: "unknown_tool", message: error.message, remedy: "Use one of the tools that are listed." };
  }
  process.stderr.write(`parallel: ${cleanLines(error instanceof Error && error.stack || String(error))}
`);
  return {
    kind: "internal",
    message: `The server failed: ${error instanceof Error ? error.message.slice(0, 300) : "unknown reason"}.`,
    remedy: "Nothing was changed. Try once more; if it fails again, tell the user."
  };
}

// import:run/claims.mjs in tools.mjs
import { WORKFLOW_WORKER, claimTask, nextBatch, toldInTurn } from "./run/claims.mjs";

// import:run/reporting.mjs in tools.mjs
import { beginWait, checkUntil, collect, collectLaunches, isStuck, lookAtWait, mayRunVerification, nextBatchToLaunch, reportPlan, reportTask, waitBesideFor, waitOf, writeReport } from "./run/reporting.mjs";

// mcp-server/src/tools/answer/launch-lines.ts
var MAX_LAUNCHES = 20;
function byClaims(session, { loaded, counts, launchable }) {
  const { slug } = loaded.stored;
  if (session.pools.has(slug) && counts.running > 0) return { text: void 0 };
  return session.pulls.has(slug) && launchable > 0 ? { text: nextClaim(session, slug) } : void 0;
}
async function launchLines(run, session, plan4) {
  const { loaded } = plan4;
  const { slug, version } = loaded.stored;
  const claimed = byClaims(session, plan4);
  if (claimed) return { ...claimed, version };
  const byCall = { text: `call batch_next {plan: "${slug}"}`, version };
  if (mayRunVerification(loaded)) return byCall;
  session.module.end(slug);
  try {
    const batch = await nextBatch(run, "main", slug, MAX_LAUNCHES, () => false);
    const stops = stopsFor(session, batch.loaded, batch.stop);
    for (const { agentId } of stops) session.toldToStop.add(agentId);
    const parts = [
      ...stops.length > 0 ? [`stop with TaskStop: ${stops.map(({ agentId }) => agentId).join(", ")}`] : [],
      ...batch.launch.length > 0 ? [
        `launch with Agent, as given${batch.launch.length > 1 ? ", all in one message" : ""}: ${JSON.stringify(batch.launch)}`
      ] : []
    ];
    return {
      text: parts.length > 0 ? parts.join("; ") : void 0,
      version: batch.loaded.stored.version
    };
  } catch (error) {
    if (error instanceof CallerError) return byCall;
    throw error;
  }
}

// import:lib/zod.mjs in tools.mjs
import * as z from "./lib/zod.mjs";

// mcp-server/src/tools/answer/question.ts
var MAX_WORDS = 3e3;
var reply = z.looseObject({
  action: z.string(),
  content: z.looseObject({ yes: z.boolean().optional(), words: z.string().optional() }).optional().catch(void 0)
});
function askingWith(hasForms, replies = {}) {
  const accepted = (key2) => {
    if (!Object.hasOwn(replies, key2)) return void 0;
    const { success, data } = reply.safeParse(replies[key2]);
    return success && data.action === "accept" ? data.content ?? {} : {};
  };
  return {
    isPossible: hasForms,
    replyTo: (key2) => {
      const content = accepted(key2);
      return content && (content.yes === true ? "yes" : "no");
    },
    wordsTo: (key2) => {
      const content = accepted(key2);
      const words = content?.words?.trim().slice(0, MAX_WORDS) ?? "";
      return content && (words === "" ? "none" : { words });
    }
  };
}
function formFor({ key: key2, message, field }) {
  return {
    resultType: "input_required",
    inputRequests: {
      [key2]: {
        method: "elicitation/create",
        params: {
          mode: "form",
          message,
          requestedSchema: {
            type: "object",
            ..."yes" in field ? { properties: { yes: { type: "boolean", title: field.yes } }, required: ["yes"] } : { properties: { words: { type: "string", title: field.words } }, required: ["words"] }
          }
        }
      }
    }
  };
}

// mcp-server/src/tools/answer/wait-form.ts
var HOLD_MS = 45e3;
var POLL_MS = 1e3;
var TTL_MS = 30 * 24 * 36e5;
function taskFor({ wait }) {
  const task = { resultType: "task", ...taskOf(wait, "working", `${wait.plan}: waiting`) };
  return task;
}
async function taskNow(run, open, client, taskId, signal) {
  const wait = waitOf(taskId);
  if (!wait) return { ...failed(taskId, "There is no such task.") };
  try {
    const { isOver, words } = await lookAtWait(run, wait, HOLD_MS, signal);
    if (!isOver) {
      open.set(wait.plan, taskId);
      return taskOf(wait, "working", words);
    }
    open.delete(wait.plan);
    const next = `Call batch_collect {plan: "${wait.plan}", launch: true}: what was waited for has come.`;
    return {
      ...taskOf(wait, "completed", words),
      result: answerFor(client, { data: { plan: wait.plan, next } })
    };
  } catch (error) {
    if (error instanceof CallerError) return failed(taskId, error.message);
    throw error;
  }
}
function taskOf({ id, begunMs }, status, statusMessage) {
  return {
    taskId: id,
    status,
    statusMessage,
    createdAt: new Date(begunMs).toISOString(),
    lastUpdatedAt: (/* @__PURE__ */ new Date()).toISOString(),
    ttlMs: TTL_MS,
    pollIntervalMs: POLL_MS
  };
}
function failed(id, message) {
  return { ...taskOf({ id, begunMs: 0 }, "failed", message), error: { code: -32602, message } };
}

// import:run/engine.mjs in tools.mjs
import { handedBack, moduleStep, untilRunnerLeft } from "./run/engine.mjs";

// mcp-server/src/tools/define-tool.ts
function defineTool(tool) {
  return tool;
}
var READ = { readOnlyHint: true, destructiveHint: false, idempotentHint: true };
var WRITE = { readOnlyHint: false, destructiveHint: false, idempotentHint: false };
var IDEMPOTENT = { readOnlyHint: false, destructiveHint: false, idempotentHint: true };

// import:graph.mjs in tools.mjs
import { MAX_TASK_ID, REVIEW_VERDICTS, SEVERITIES, TASK_STATUSES, agentOfToken, causeText, taskName } from "./graph.mjs";

// mcp-server/src/tools/input/fields.ts
var MAX_TASK_NAME = 64 + 1 + MAX_TASK_ID;
var plan = z.string().min(1).max(64).describe("Plan name");
var taskNameField = z.string().min(1).max(MAX_TASK_NAME).describe("<plan>/<id>");
var token = z.string().max(64).describe("Token of the brief");
var ids = z.array(z.string().min(1).max(MAX_TASK_NAME)).max(1e3);
var paths = z.array(z.string().min(1).max(1e3)).max(1e3);
var longText = z.string().max(2e5);
var tasks = z.array(z.looseObject({})).min(1).max(5e3).describe(
  "As in 03-tasks.json: id, subject, description, dependencies[], writes[], reads[], resources[], agent, model, effort, escalate[], needs, isolation (worktree), alternatives (group: first completed is taken), size, estimateMinutes, maxTokens, maxCost, maxTurns, maxMinutes, acceptance[]"
);
var criterion = z.preprocess(
  (value) => typeof value === "number" ? String(value) : value,
  z.string().max(2e3).optional()
).describe("Its text or number");
var evidence = z.array(
  z.strictObject({
    criterion,
    command: z.string().max(4e3).optional().describe("As run"),
    exitCode: z.number().int().optional().describe("As seen"),
    result: z.string().max(8e3).optional().describe("What it printed, in short"),
    inspected: z.string().max(4e3).optional().describe("What you looked at"),
    notVerified: z.string().max(4e3).optional().describe("Why not")
  }).superRefine(({ command, exitCode, inspected, notVerified }, { addIssue }) => {
    if (inspected !== void 0 || notVerified !== void 0) return;
    if (command !== void 0 && exitCode !== void 0) return;
    addIssue({
      code: "custom",
      message: `proves nothing: ${command !== void 0 ? "exitCode is missing" : "it has neither command, inspected nor notVerified"}`,
      params: { remedy: "Give {command, exitCode, result}, {inspected} or {notVerified: why}." }
    });
  })
).max(100);

// mcp-server/src/tools/batch-collect.ts
var WAITED_FOR_ALREADY = "This is waited for beside the conversation already: end your turn, you are woken.";
var LEAVING_MS = 2e4;
var GATHER_MS = 300;
var batchCollect = defineTool({
  name: "batch_collect",
  title: "Collect results",
  description: "Use to wait for running agents, instead of polling. Where agents that end wake you, end your turn instead.",
  input: z.strictObject({
    plan,
    launch: z.boolean().optional().describe("Until something can be launched or all is done; with launches, as batch_next"),
    until: z.union([
      z.enum(["next", "any", "all"]),
      z.strictObject({ atLeast: z.number().int().min(1).max(1e3) })
    ]).optional().describe(
      "next (default): one more ended; any: one completed, rest is cancelled; all; {atLeast: n} completed"
    ),
    tasks: ids.optional().describe("Ids; default: those running now"),
    waitSeconds: z.number().min(0).max(7200).optional().describe("Default: what the client bears; 0 only looks")
  }),
  annotations: IDEMPOTENT,
  hasLongAnswer: true,
  async handle(input2, context) {
    const { run, session, actor, agentId, client, signal, progress } = context;
    if (input2.launch && !session.runsBeside(input2.plan)) {
      if (input2.until !== void 0 || input2.tasks !== void 0) throw launchesAll();
      return launches(input2.plan, input2.waitSeconds, context);
    }
    const until = input2.until ?? (input2.launch ? "all" : "next");
    checkUntil(until, input2.tasks);
    const isMain = agentId === void 0;
    const isWorkflow = isMain && session.runsBeside(input2.plan);
    const wholePlan = isWorkflow && until === "all" && input2.tasks === void 0;
    const { loaded, satisfied, ended, stop, decision, reason, recovery, counts, done, waits } = await collect(
      run,
      actor,
      {
        plan: input2.plan,
        until,
        tasks: input2.tasks,
        waitMs: waitSecondsFor(client, input2.waitSeconds) * 1e3,
        sinceSeq: isMain ? session.told.get(input2.plan) : void 0,
        wholePlan
      },
      signal,
      progress
    );
    const stops = stopsFor(session, loaded, stop);
    const mayLaunch = decision === "proceed" || decision === "retry";
    if (wholePlan && done) await session.workflows.handedOver(input2.plan);
    if (session.runners.has(input2.plan) && await untilRunnerLeft(run, input2.plan, done ? LEAVING_MS : 0))
      session.runners.forget(input2.plan);
    if (isMain && !signal.aborted) session.told.set(loaded.stored.slug, loaded.stored.version);
    return {
      // Every run pays for this answer once per task: what the batch_next that follows tells is left out.
      data: {
        satisfied,
        // What the report of a workflow tells, all of it at once, is not told twice.
        ...!wholePlan && { ended },
        ...stops.length > 0 && { stop: stops },
        decision,
        ...recovery.length > 0 && { recovery },
        ...waits.length > 0 && { waits },
        ...(done || decision !== "proceed") && { reason, counts: shortCounts(counts), done },
        // What is ready and has to wait is not to be asked for again and again.
        next: nextStep(session, loaded, mayLaunch ? counts : { ...counts, ready: 0 }, done)
      }
    };
  }
});
async function launches(plan22, waitSeconds, context) {
  const { run, session, actor, client, signal, progress, asking } = context;
  session.module.end(plan22);
  const told = session.told.get(plan22);
  const collectFor = async (waitMs) => {
    const found = await collectLaunches(
      run,
      actor,
      {
        plan: plan22,
        waitMs,
        sinceSeq: told,
        again: (attempt) => session.isLeftOut(attempt),
        isNewStop: ({ agentId }) => !session.toldToStop.has(agentId),
        gatherMs: GATHER_MS
      },
      signal,
      progress
    );
    const hasMore = found.done && !signal.aborted && await addReview(run, actor, plan22);
    return hasMore ? collectFor(waitMs) : found;
  };
  const mayWaitBeside = context.hasTasks && actor === "main" && waitSeconds !== 0;
  let collected = await collectFor(mayWaitBeside ? 0 : waitSecondsFor(client, waitSeconds) * 1e3);
  if (actor === "main" && !signal.aborted && (collected.isStuck || collected.done)) {
    const asked = await askForPlan(run, session, plan22, asking);
    if (asked === "answered") return launches(plan22, waitSeconds, context);
    if (asked) return asked;
  }
  if (mayWaitBeside) {
    const waitsFor = waitBesideFor(run, collected, told);
    if (waitsFor) {
      session.goesOn();
      if (session.waitsBeside.has(plan22)) return { data: { plan: plan22, next: WAITED_FOR_ALREADY } };
      const wait = beginWait(run, collected.loaded.stored.slug, waitsFor);
      session.waitsBeside.set(plan22, wait.id);
      return { wait };
    }
    const { launch, stop, done, isStuck: isStuck22 } = collected;
    const isNothing = launch.length === 0 && stop.length === 0 && !done && !isStuck22;
    if (isNothing) collected = await collectFor(waitSecondsFor(client, waitSeconds) * 1e3);
  }
  const { decision, reason, isStuck: isStuck2 } = collected;
  const ended = collected.ended.filter(({ line, findings }) => line !== void 0 || findings !== void 0);
  const answer2 = batchAnswer(session, client, collected, isStuck2);
  if (signal.aborted && told !== void 0) session.told.set(plan22, told);
  const isForSomebody = isStuck2 || collected.done && collected.counts.failed > 0;
  return {
    data: {
      ...answer2,
      ...mayWaitBeside && isForSomebody && { next: `${answer2.next} ${waitsForDecision(plan22)}` },
      ...ended.length > 0 && { ended },
      ...decision !== "proceed" && { decision, reason }
    }
  };
}
function waitsForDecision(plan22) {
  return `batch_collect {plan: "${plan22}", launch: true} once more waits beside the conversation until somebody decides, and wakes it then.`;
}
function launchesAll() {
  return new CallerError(
    "bad_input",
    "launch waits for whatever can be done in the plan: until and tasks do not go with it.",
    "Leave them out, or leave out launch.",
    "launch"
  );
}

// mcp-server/src/tools/batch-next.ts
var batchNext = defineTool({
  name: "batch_next",
  title: "Next batch",
  description: "Use to start a plan or resume it: returns the agents to launch, all in one message. Without a tool that starts agents: task_claim.",
  input: z.strictObject({
    plan,
    max: z.number().int().min(1).max(20).optional().describe("Launch at most so many")
  }),
  annotations: WRITE,
  async handle(input2, { run, session, actor, agentId, client, asking }) {
    if (agentId === void 0) await takeOverFromModule(run, session, input2.plan);
    const next = () => nextBatchToLaunch(run, actor, input2.plan, input2.max);
    let batch = await next();
    if (actor === "main" && batch.launch.length === 0 && batch.counts.running === 0) {
      const asked = await askForPlan(run, session, input2.plan, asking);
      if (asked === "answered") batch = await next();
      else if (asked) return asked;
    }
    return { data: batchAnswer(session, client, batch) };
  }
});

// import:run/isolation.mjs in tools.mjs
import { isolationLine } from "./run/isolation.mjs";

// import:run/planning.mjs in tools.mjs
import { analyzePlan } from "./run/planning.mjs";

// mcp-server/src/tools/plan-analyze.ts
var planAnalyze = defineTool({
  name: "plan_analyze",
  title: "Analyse a plan",
  description: "Use before a run: whether to parallelise what is left of a plan, what can run at once, what it will take and cost.",
  input: z.strictObject({
    plan,
    maxParallel: z.number().int().min(1).max(20).optional().describe("Default: the policy's")
  }),
  annotations: READ,
  hasLongAnswer: true,
  async handle(input2, { run, session, client }) {
    const { loaded, counts, analysis, timeline, engine, isolation, remote, together } = await analyzePlan(
      run,
      input2.plan,
      input2.maxParallel,
      (...of) => engineFor(run, session, ...of)
    );
    const { slug } = loaded.stored;
    session.told.set(loaded.stored.slug, loaded.stored.version);
    const {
      strategy,
      slackMinutes: _slack,
      schedule: _schedule,
      minutesByCap,
      running,
      cannotStart,
      contradictions,
      models,
      unknownRoles,
      overlappingRoles,
      ...rest
    } = analysis;
    session.offered = offeredBy(engine?.use, slug, session.interactive && strategy !== "direct");
    return {
      // Slack and the exact schedule are for people (`parallel plan`): they grow with the plan.
      data: {
        plan: loaded.stored.slug,
        counts: shortCounts(counts),
        strategy,
        ...rest,
        ...running.length > 0 && { running },
        ...cannotStart.length > 0 && { cannotStart },
        ...contradictions.length > 0 && { contradictions },
        ...models.length > 0 && { models },
        ...together !== void 0 && { together },
        ...unknownRoles.length > 0 && { unknownRoles },
        ...overlappingRoles.length > 0 && { overlappingRoles },
        minutesByCap,
        ...isolation && { isolation: isolationLine(isolation) },
        ...remote !== void 0 && { remote },
        // What is to follow the last task, for whoever orchestrates.
        review: loaded.policy.review,
        timeline,
        engine,
        next: strategy === "direct" ? `To run it, do it here without agents: task_claim {plan: "${loaded.stored.slug}", worker: "main"}; say why in one line.` : `Show this to the user. ${noPromptsAnyway(session)}${byChoice(session.offered)}${howToRun(client, slug, engine?.use)}`
      }
    };
  }
});
function offeredBy(engine, plan22, canChoose) {
  if (!canChoose || engine !== "mod" && engine !== "burst") return void 0;
  return { plan: plan22, choice: `Run ${plan22}`, engine };
}
function byChoice(offered) {
  if (!offered) return "To run it: ";
  const then = offered.engine === "mod" ? "it runs by itself" : "its first launches come with the answer";
  return `Word the choice to run it "${offered.choice}": chosen, ${then}. Else: `;
}
function noPromptsAnyway({ interactive, permissionMode }) {
  return interactive && asksNobody(permissionMode) ? "Offer no run without prompts: this mode has none. " : "";
}
function howToRun(client, slug, engine) {
  const claims = `task_claim {plan: "${slug}", worker: "main"}, one task after the other`;
  if (!client.agentsHaveTools) return `${claims}.`;
  const launches2 = `batch_next {plan: "${slug}"}`;
  if (!client.isClaudeCode)
    return `${launches2}; where nothing starts agents that have these tools: ${claims}.`;
  if (engine === "mod") return `plan_update {plan: "${slug}", action: "run"}, or ${launches2}.`;
  if (engine === "run") return `${inBackground(slug)}.`;
  const script = `Workflow {"name":"parallel:execute","args":"${slug}"}, or without that tool `;
  return `${engine === "workflow" ? script : ""}${launches2}.`;
}
function inBackground(slug) {
  return `Bash {"command":"parallel-tasks run ${slug} --yes","run_in_background":true}`;
}

// import:run/project.mjs in tools.mjs
import { policyInput } from "./run/project.mjs";

// mcp-server/src/tools/plan-create.ts
var MAX_WARNINGS = 10;
var planCreate = defineTool({
  name: "plan_create",
  title: "Create or update a plan",
  description: "Use to import a breakdown (from) or a list of tasks as a plan, or to bring a plan up to date with its file; what is completed stays.",
  input: z.strictObject({
    plan,
    title: z.string().max(200).optional().describe("For people"),
    from: z.string().min(1).max(1e3).optional().describe(
      "Path of a 03-tasks.json (a valid 03-tasks.draft.json takes its place), or of a plan of spec-kit, Task Master (#tag) or superpowers"
    ),
    tasks: tasks.optional(),
    policy: policyInput.optional().describe("Only what differs from the settings"),
    dryRun: z.boolean().optional().describe("Check, write nothing")
  }),
  annotations: IDEMPOTENT,
  async handle(input2, { run, session, actor }) {
    const { created, updated, unchanged, removed, warnings, isolation, remote, loaded, placed, interrupted } = await createPlan(run, actor, input2);
    if (!input2.dryRun && loaded) {
      session.plans.add(loaded.stored.slug);
      session.told.set(loaded.stored.slug, loaded.stored.version);
    }
    return {
      data: {
        plan: input2.plan,
        created,
        updated,
        unchanged: unchanged.length,
        removed,
        warnings: warnings.length > MAX_WARNINGS ? [...warnings.slice(0, MAX_WARNINGS), `and ${warnings.length - MAX_WARNINGS} more`] : warnings,
        ...isolation !== void 0 && { isolation },
        ...remote !== void 0 && { remote },
        ...placed && { placed },
        ...interrupted && interrupted.length > 0 && { interrupted },
        ...loaded && { counts: shortCounts(countsOf(loaded)) },
        next: input2.dryRun ? "Nothing was written." : `Call plan_analyze {plan: "${input2.plan}"}.`
      }
    };
  }
});

// mcp-server/src/tools/plan-report.ts
var MAX_SHOWN2 = 9e3;
var planReport = defineTool({
  name: "plan_report",
  title: "Report on a plan",
  description: "Use at the end of a run, or when asked how it stands: verdict, figures, and the file with the whole.",
  input: z.strictObject({
    plan,
    format: z.enum(["markdown", "json"]).optional().describe("json: the whole"),
    export: z.boolean().optional().describe("As plan_update does")
  }),
  annotations: IDEMPOTENT,
  hasLongAnswer: true,
  async handle(input2, { run, session, actor, agentId, client }) {
    const { loaded, report } = await reportPlan(run, actor, input2.plan);
    const { slug } = loaded.stored;
    session.told.set(slug, loaded.stored.version);
    const files = input2.export ? await exportPlan(run, actor, input2.plan) : void 0;
    const done = isDone(loaded);
    if (input2.format === "json")
      return { data: { plan: input2.plan, report, ...noted(files), next: nextFor(done, false, files) } };
    const { brief, markdown, file, line } = await writeReport(run, slug, report);
    const isShown = agentId === void 0 && session.interactive && client.isClaudeCode;
    if (isShown) session.toShow = markdown.length <= MAX_SHOWN2 ? `${markdown}
${line}` : `${brief}
${line}`;
    const place = client.isClaudeCode ? "" : ` It is about the checkout ${shownPath(run.checkout.root)}.`;
    const next = nextFor(done, isShown, files);
    return {
      data: { plan: input2.plan, report: brief, ...file !== void 0 && { file }, ...noted(files), next },
      text: `${brief}
${line}

${next}${place}`
    };
  }
});
function noted(files) {
  const worth = (files ?? []).filter((file) => file.how === "left alone" || "keptAside" in file);
  return worth.length > 0 ? { files: worth } : {};
}
function nextFor(done, isShown, files) {
  const exported = files === void 0 ? "" : `${afterExport(files)} `;
  if (!done) return `${exported}The plan is not finished: say so, and how it stands.`;
  const shown = isShown ? " The user is shown the report when your turn ends." : "";
  return `${exported}Answer in a few lines: how it ended, what waits for the user, where the whole report is. Do not repeat the rest.${shown}`;
}

// import:host.mjs in tools.mjs
import { isModulesCall, untilFirstOf } from "./host.mjs";

// import:run/attempts.mjs in tools.mjs
import { endAgents } from "./run/attempts.mjs";

// import:node:path in tools.mjs
import { join } from "node:path";

// import:live.mjs in tools.mjs
import { ACTIONS } from "./live.mjs";

// mcp-server/src/tools/view-call.ts
var plan2 = z.string().min(1).max(1e3);
var viewRequest = z.discriminatedUnion("engine", [
  /** Somebody looks at the file whose name is the answer. */
  z.strictObject({ engine: z.literal("watch") }),
  z.strictObject({
    engine: z.literal("act"),
    plan: plan2,
    do: z.enum(ACTIONS),
    task: z.string().max(1e3).optional(),
    text: z.string().max(4e3).optional(),
    /** What the person had seen. */
    seq: z.number().int()
  }),
  z.strictObject({ engine: z.literal("page"), plan: plan2 })
]);
var begun = /* @__PURE__ */ new WeakMap();
async function answerView(request, run, session) {
  const own = begun.get(session) ?? {};
  begun.set(session, own);
  if (request.engine === "act") {
    const { do: action, seq, task, text } = request;
    const wanted = { ...task !== void 0 && { task }, ...text !== void 0 && { text } };
    const { act } = await import("./run/live/act.mjs");
    return { ...await act(run, request.plan, { do: action, seq, ...wanted }) };
  }
  if (request.engine === "page") {
    own.page ??= startPage(run, session).catch((error) => {
      delete own.page;
      throw error;
    });
    const url = (await own.page).link(request.plan);
    const { openPage } = await import("./host/desktop/open-page.mjs");
    openPage(url, { platform: process.platform, env: process.env });
    return { url, says: "The link opens the page once, within two minutes." };
  }
  own.writer ??= newWriter(run, session);
  const writer = await own.writer;
  writer.asked();
  return { file: writer.file };
}
async function newWriter(run, session) {
  if (run.dataFolder === void 0) {
    const remedy = "Use parallel-tasks status.";
    throw new CallerError("wrong_state", "This client keeps no files for plugins.", remedy);
  }
  const { BandWriter } = await import("./run/live/band-writer.mjs");
  const own = () => /* @__PURE__ */ new Set([...session.plans, ...session.module.plans.keys()]);
  const writer = new BandWriter(run, run.dataFolder, own);
  session.whenClosed(() => writer.close());
  return writer;
}
async function startPage(run, session) {
  const { PageServer } = await import("./serve/http-server.mjs");
  const { readPageFiles } = await import("./serve/page-files.mjs");
  const files = readPageFiles(join(run.pluginRoot, "mcp-server", "dist", "page"));
  const options = { contexts: [run], files, port: 0, allowedHosts: /* @__PURE__ */ new Set() };
  const server = await PageServer.start({ ...options, readOnly: false });
  session.whenClosed(() => server.close());
  return server;
}

// mcp-server/src/tools/module-call.ts
var MAX_STEP_SECONDS = 20;
var key = z.string().max(100);
var plan3 = z.string().min(1).max(1e3);
var moduleRequest = z.discriminatedUnion("engine", [
  /** With the key of its last hello, where it remembers one. */
  z.strictObject({ engine: z.literal("hello"), key }),
  /** The user's command: a plan, or what one can be imported from. */
  z.strictObject({ engine: z.literal("run"), key, plan: plan3, wakes: z.boolean() }),
  z.strictObject({
    engine: z.literal("step"),
    key,
    plan: plan3,
    run: z.number().int(),
    waitSeconds: z.number().min(0).max(MAX_STEP_SECONDS),
    /** Prompts of launches that the host has not carried out. */
    refused: z.array(z.string().max(1e4)).max(100)
  }),
  /** An agent was stopped or died, which no hook tells. */
  z.strictObject({ engine: z.literal("ended"), key, agentId: z.string().max(100), text: z.string() }),
  z.strictObject({ engine: z.literal("stop"), key, plan: plan3 }),
  /** It was told that its run is over. */
  z.strictObject({ engine: z.literal("heard"), key, plan: plan3, run: z.number().int() })
]);
function moduleCallOf(toolUseId, input2) {
  if (!isModulesCall(toolUseId)) return void 0;
  const isRequest = typeof input2 === "object" && input2 !== null && Object.hasOwn(input2, "engine");
  return isRequest ? "request" : "tool";
}
async function answerModule(input2, context) {
  const ofView = viewRequest.safeParse(input2);
  if (ofView.success) return answerView(ofView.data, context.run, context.session);
  const read = moduleRequest.safeParse(input2);
  if (!read.success)
    throw new CallerError("bad_input", "This is not a call of the plugin's module.", "Update the plugin.");
  const { run, session } = context;
  const ends = session.module.callBegins(run.now);
  try {
    return await answer(read.data, context);
  } finally {
    ends();
  }
}
async function answer(request, { run, session, signal }) {
  if (request.engine === "hello") return hello(run, session, request.key);
  if (!session.module.isKey(request.key)) return { again: true };
  if (request.engine === "run") return begin(run, session, request.plan, request.wakes);
  if (request.engine === "stop") {
    const { loaded } = await updatePlan(run, "main", request.plan, void 0, "stop");
    return { says: `${loaded.stored.slug} is stopped, and its agents with it.` };
  }
  if (request.engine === "ended") {
    const store = await run.graph();
    const how = { finished: false, cause: "the agent was stopped or lost", lastMessage: request.text };
    if (store) await endAgents(run, store, "engine mod", [request.agentId], how);
    return {};
  }
  if (request.engine === "heard") {
    session.module.heard(request.plan, request.run, session.hasTurn ? void 0 : run.now());
    return {};
  }
  return step(run, session, request, signal);
}
async function step(run, session, { plan: plan22, run: number, waitSeconds, refused }, signal) {
  const isBack = session.module.hasLost(plan22);
  if (isBack) await takeUpModuleRuns(run, session);
  const own = session.module.of(plan22);
  if (!own || own.run !== number && !isBack) return { launch: [], stop: [], over: handedBack(plan22) };
  if (own.end) return { launch: [], ...own.end };
  const until = untilFirstOf(signal, session.module.untilHello);
  try {
    const input2 = { plan: plan22, waitMs: waitSeconds * 1e3, refused };
    const next = await moduleStep(run, own, input2, session, until.signal);
    own.end = next.over && { stop: next.stop, over: next.over };
    return { ...next, run: own.run };
  } finally {
    until.forget();
  }
}
async function hello(run, session, known) {
  const isKnown = session.module.isKey(known);
  const key2 = isKnown ? known : Buffer.from(run.randomBytes(16)).toString("hex");
  if (!isKnown) session.module.hello(key2);
  await takeUpModuleRuns(run, session);
  return {
    key: key2,
    plans: [...session.module.plans].map(([plan22, { run: run2 }]) => ({ plan: plan22, run: run2 }))
  };
}
async function begin(run, session, named, wakes) {
  await run.roles.refresh();
  const { slug } = await openPlan(run, "main", named);
  const number = await beginModuleRun(run, session, slug, wakes);
  const loaded = await readPlan(run, await existingGraph(run, slug), slug);
  const { total, completed } = countsOf(loaded);
  const says = `${slug} runs beside this conversation: ${completed} of ${total} tasks completed, at most ${loaded.cap} agents at once. Its end is told here; /parallel-run stop ${slug} stops it.`;
  return { plan: slug, run: number, says };
}
async function runBeside(run, session, slug) {
  if (!session.module.isHere(run.clock))
    throw new CallerError(
      "wrong_state",
      "This Claude Code has not loaded the plugin's module, which would launch the agents.",
      `Launch them here: batch_next {plan: "${slug}"}.`
    );
  await run.roles.refresh();
  await beginModuleRun(run, session, slug, session.interactive);
}

// mcp-server/src/tools/plan-update.ts
var planUpdate = defineTool({
  name: "plan_update",
  title: "Change a plan",
  description: "Use to change a plan's policy, to pause, resume, stop or reopen it, or to write its breakdown and ledger (export) into the specification's folder.",
  input: z.strictObject({
    plan,
    policy: z.looseObject({}).pipe(policyInput).optional().describe("Fields as in plan_create"),
    action: z.enum(["pause", "resume", "stop", "reopen", "export", "approve", "run"]).optional().describe("pause lets running agents finish, stop does not")
  }),
  annotations: IDEMPOTENT,
  async handle(input2, { run, session, actor, asking }) {
    if (input2.action === "approve") {
      const changed = input2.policy && await updatePlan(run, actor, input2.plan, input2.policy, void 0);
      return approveCommands(run, input2.plan, asking, changed?.warnings);
    }
    const { action: wanted } = input2;
    const action = wanted === "export" || wanted === "run" ? void 0 : wanted;
    const { warnings, loaded } = await updatePlan(run, actor, input2.plan, input2.policy, action);
    if (wanted === "run") await runBeside(run, session, loaded.stored.slug);
    const files = input2.action === "export" ? await exportPlan(run, actor, input2.plan) : void 0;
    const counts = countsOf(loaded);
    session.told.set(loaded.stored.slug, loaded.stored.version);
    return {
      data: {
        plan: loaded.stored.slug,
        status: loaded.stored.status,
        ...input2.policy && { policy: loaded.policy },
        ...files && { files },
        ...warnings.length > 0 && { warnings },
        counts: shortCounts(counts),
        next: files ? afterExport(files) : nextStep(session, loaded, counts, isDone(loaded))
      }
    };
  }
});

// mcp-server/src/tools/task-claim.ts
var taskClaim = defineTool({
  name: "task_claim",
  title: "Claim a task",
  description: "Use as a worker that pulls its own work: gives one task with its brief, or says why there is none.",
  input: z.strictObject({
    plan,
    task: z.string().max(MAX_TASK_ID).optional().describe("Id; default: the best that fits"),
    agent: z.string().max(100).optional().describe("Your role, to get only its tasks"),
    worker: z.string().min(1).max(100).describe("Your name")
  }),
  annotations: WRITE,
  async handle(input2, { run, session, actor, agentId, client }) {
    const isWorkflow = input2.worker === WORKFLOW_WORKER && session.workflows.idOf(input2.plan) !== void 0;
    const pulls = agentId === void 0 && !isWorkflow;
    const { loaded, claim, why } = await claimTask(run, actor, agentId, {
      ...input2,
      reader: { pulls, isClaudeCode: client.isClaudeCode }
    });
    const { slug } = loaded.stored;
    if (pulls && (claim || !client.isClaudeCode)) session.pulls.set(slug, input2.worker);
    if (claim && isWorkflow && agentId !== void 0) session.workflows.noteAgent(slug, agentId);
    if (claim && !isWorkflow && agentId !== void 0) session.pools.add(slug);
    if (claim && pulls) session.notePull(claim.token);
    if (claim)
      return { data: { claim, next: "Carry out the brief and report with task_report." }, text: claim.brief };
    const counts = countsOf(loaded);
    const done = isDone(loaded) || loaded.stored.status !== "open";
    const over = done || loaded.spent !== void 0;
    const goesNoFurther = pulls && !over && await isStuck(run, await existingGraph(run, slug), slug);
    return {
      data: {
        claim: null,
        why,
        counts: shortCounts(counts),
        done,
        next: isWorkflow ? "Do nothing more: call StructuredOutput." : afterNone(loaded, agentId !== void 0, over, goesNoFurther)
      }
    };
  }
});
function afterNone(loaded, isAgent, over, goesNoFurther) {
  if (isAgent) return "End your turn: there is nothing more for you to claim.";
  if (goesNoFurther) return "Nothing runs and nothing can start here: tell the user why, and end.";
  const { slug } = loaded.stored;
  return over ? `There is nothing more to claim; ${beforeReport(loaded) ?? `plan_report {plan: "${slug}"} tells how the plan ended`}.` : `Wait with batch_collect {plan: "${slug}", until: "next"}, then claim again.`;
}

// mcp-server/src/tools/task-create.ts
var taskCreate = defineTool({
  name: "task_create",
  title: "Add tasks",
  description: "Use to add tasks to a plan that exists, for example a fix that a run made necessary.",
  input: z.strictObject({ plan, tasks: tasks.describe("As in plan_create") }),
  annotations: WRITE,
  async handle(input2, { run, session, actor, agentId }) {
    const { ids: ids2, loaded, warnings } = await createTasks(run, actor, input2.plan, input2.tasks, agentId);
    return {
      data: {
        plan: loaded.stored.slug,
        ids: ids2,
        ...warnings.length > 0 && { warnings },
        next: agentId === void 0 ? nextStep(session, loaded, countsOf(loaded), isDone(loaded)) : "Added: the main conversation launches them. Go on with your own task."
      }
    };
  }
});

// import:run/briefs.mjs in tools.mjs
import { getTask } from "./run/briefs.mjs";

// mcp-server/src/tools/task-get.ts
var taskGet = defineTool({
  name: "task_get",
  title: "Read a task",
  description: "Use to read one task; as its agent, with your token, for the full brief if your prompt does not hold it.",
  input: z.strictObject({ task: taskNameField, token: token.optional() }),
  annotations: IDEMPOTENT,
  hasLongAnswer: true,
  async handle(input2, { run, actor, agentId, client }) {
    const view = await getTask(run, actor, agentId, {
      ...input2,
      reader: { pulls: false, isClaudeCode: client.isClaudeCode }
    });
    const { loaded, task, attempts } = view;
    if ("brief" in view) {
      const { brief } = view;
      return {
        data: {
          task: { id: task.id, subject: task.subject, status: task.status },
          brief,
          next: "Carry out the brief."
        },
        text: brief
      };
    }
    const { id, subject, inferredWrites, extra, position: _position, estimateMs, timeoutMs, ...rest } = task;
    return {
      data: {
        plan: loaded.stored.slug,
        task: {
          ...{ id, subject, description: view.description },
          ...rest,
          ...rest.cause && { cause: causeText(rest.cause) },
          ...rest.writes === void 0 && inferredWrites.length > 0 && { inferredWrites },
          ...estimateMs !== void 0 && { estimateMinutes: estimateMs / 6e4 },
          ...timeoutMs !== void 0 && { timeoutMinutes: timeoutMs / 6e4 },
          ...Object.keys(extra).length > 0 && { extra }
        },
        attempts: attempts.map((attempt) => ({
          number: attempt.number,
          state: attempt.state,
          ...attempt.state === "ended" && {
            outcome: attempt.outcome,
            ...attempt.report && { report: attempt.report },
            ...attempt.lastMessage !== void 0 && { lastMessage: attempt.lastMessage },
            ...attempt.cause !== void 0 && { cause: attempt.cause }
          }
        })),
        next: "This is information; only the holder of the task's token may work on it."
      }
    };
  }
});

// mcp-server/src/tools/task-list.ts
var taskList = defineTool({
  name: "task_list",
  title: "List tasks",
  description: "Use to see the plans of this repository and their tasks, without descriptions. `pending` in `counts` includes what is ready or offered.",
  input: z.strictObject({
    plan: plan.optional(),
    status: z.enum(TASK_STATUSES).optional().describe("Only these"),
    ready: z.boolean().optional().describe("Only those that could start"),
    agent: z.string().max(100).optional().describe("Role"),
    limit: z.number().int().min(0).max(500).optional().describe("Default 50; 0: only the plans"),
    cursor: z.string().max(300).optional().describe("Of the page before")
  }),
  annotations: READ,
  hasLongAnswer: true,
  async handle(input2, { run }) {
    const list = await listTasks(run, { ...input2, limit: input2.limit ?? 50 });
    return { data: { ...list, next: nextStep2(list.plans.length, input2.limit, list.cursor) } };
  }
});
function nextStep2(plans, limit, cursor) {
  if (plans === 0) return "There is no plan yet; plan_create makes one.";
  if (limit === 0) return "These are the plans. Their tasks: task_list {plan}.";
  return cursor === void 0 ? "That is all." : `There is more, with cursor ${JSON.stringify(cursor)}.`;
}

// mcp-server/src/tools/task-report.ts
var input = z.strictObject({
  task: taskNameField,
  token,
  outcome: z.enum(["completed", "failed", "blocked"]).describe("completed needs evidence"),
  verdict: z.enum(REVIEW_VERDICTS).optional().describe("Of a review, with completed"),
  summary: z.string().min(1).max(4e3).describe("At most three sentences"),
  evidence: evidence.optional().describe("Per criterion: command + exitCode + result, or inspected, or notVerified: why"),
  filesChanged: paths.optional().describe("Every file you wrote"),
  findings: z.array(
    z.strictObject({
      severity: z.enum(SEVERITIES).describe("How bad"),
      text: z.string().min(1).max(4e3).describe("What and why"),
      file: z.string().max(1e3).optional().describe("path:line")
    })
  ).max(200).optional().describe("What somebody should know or fix"),
  notes: z.array(z.string().max(4e3)).max(50).optional().describe("For agents of dependent tasks"),
  blockedOn: z.strictObject({
    writes: paths.optional().describe("Files held by others"),
    tasks: ids.optional().describe("To be done first"),
    question: z.string().max(4e3).optional().describe("For the user")
  }).superRefine((need, { addIssue }) => {
    const given = Object.values(need).filter((value) => value !== void 0).length;
    if (given === 1) return;
    addIssue({
      code: "custom",
      message: `names ${given} needs`,
      params: { remedy: 'Give exactly one of {writes: ["path"]}, {tasks: ["id"]}, {question: "…"}.' }
    });
  }).optional().describe("With blocked: exactly one")
});
var taskReport = defineTool({
  name: "task_report",
  title: "Report a task",
  description: "Use once, as the agent of a task, when it is done or cannot be: hands in the result with its evidence.",
  input,
  annotations: IDEMPOTENT,
  async handle(call, { run, session, actor, agentId, toolUseId, asking }) {
    const question = call.outcome === "blocked" ? call.blockedOn?.question : void 0;
    if (question !== void 0) {
      const asked = await askForAgent(run, agentId, { task: call.task, token: call.token, question }, asking);
      if (asked) return asked;
    }
    const isScripts = agentId !== void 0 && session.workflows.hasAgent(agentId);
    const isWorkers = isScripts || session.isPull(call.token);
    const given = {
      ...{ task: call.task, token: call.token, report: reportOf(call) },
      mayGoOn: !isWorkers,
      toolUseId
    };
    const result = await reportTask(run, actor, agentId, given, session.commands.of(agentId));
    const claim = result.goesOn && await toldInTurn(run, result.goesOn);
    return {
      data: {
        task: result.task,
        outcome: result.outcome,
        status: result.status,
        reply: result.reply,
        ...result.note !== void 0 && { note: result.note },
        ...claim && { claim },
        next: isScripts ? "Call StructuredOutput now." : isWorkers ? claimNext(session, splitTaskName(result.task).plan) : claim ? "Do not end: one more small task is yours. Carry out the brief in claim and report it with its token; reply only when a report brings no other." : `Reply with exactly: ${result.reply}`
      }
    };
  }
});
function reportOf(call) {
  const blockedOn = call.blockedOn && needOf(call.blockedOn);
  return {
    outcome: call.outcome,
    ...call.verdict !== void 0 && { verdict: call.verdict },
    summary: call.summary,
    evidence: (call.evidence ?? []).map(evidenceOf),
    filesChanged: call.filesChanged ?? [],
    findings: (call.findings ?? []).map(({ severity, text, file }) => ({
      severity,
      text,
      ...file !== void 0 && { file }
    })),
    notes: call.notes ?? [],
    ...blockedOn && { blockedOn }
  };
}
function evidenceOf(entry) {
  const criterion2 = entry.criterion === void 0 ? {} : { criterion: entry.criterion };
  if (entry.command !== void 0 && entry.exitCode !== void 0) {
    return { ...criterion2, command: entry.command, exitCode: entry.exitCode, result: entry.result ?? "" };
  }
  if (entry.inspected !== void 0) return { ...criterion2, inspected: entry.inspected };
  return { ...criterion2, notVerified: entry.notVerified ?? "" };
}
function needOf(need) {
  if (need.writes) return { writes: need.writes };
  if (need.tasks) return { tasks: need.tasks };
  return { question: need.question ?? "" };
}

// mcp-server/src/tools/task-update.ts
var taskUpdate = defineTool({
  name: "task_update",
  title: "Change a task",
  description: "Use to change a task's text, dependencies or scope, to leave a note, to cancel it or send it back to pending. A result is handed in with task_report, not here.",
  input: z.strictObject({
    task: taskNameField,
    token: token.optional(),
    status: z.enum(["pending", "cancelled"]).optional().describe("Back to pending, or given up"),
    addBlockedBy: ids.optional().describe("Tasks that must come first"),
    removeBlockedBy: ids.optional().describe("Dependencies to drop"),
    addBlocks: ids.optional().describe("Tasks that must wait for this one"),
    owner: z.string().max(200).optional().describe("Who works on it"),
    subject: z.string().min(1).max(2e3).optional().describe("New title"),
    description: longText.optional().describe("New text"),
    addWrites: paths.optional().describe("Globs"),
    split: tasks.optional().describe(
      "Parts that replace the task, with task and token only: from <id>.a on, with what they leave out taken from it; dependents wait for all. While it runs only its agent may, and must then stop"
    ),
    note: z.string().min(1).max(4e3).optional().describe("For whoever works on it next"),
    metadata: z.record(z.string(), z.unknown()).optional().describe("Merged into what is there")
  }),
  annotations: WRITE,
  async handle({ split, ...input2 }, context) {
    if (split) return splitInto(split, input2, context);
    const { loaded, task } = await updateTask(context.run, context.actor, context.agentId, input2);
    return {
      data: {
        task: {
          task: taskName(loaded.stored.slug, task.id),
          subject: task.subject,
          status: task.status,
          dependencies: task.dependencies,
          ...task.writes && { writes: task.writes }
        },
        next: "Changed."
      }
    };
  }
});
async function splitInto(parts, { task: name, token: own, ...others }, { run, actor, agentId }) {
  const [other] = Object.keys(others);
  if (other !== void 0) {
    throw new CallerError(
      "bad_input",
      `${other} cannot be given with split: the task is replaced by its parts.`,
      `Leave ${other} out, or call once more for it.`,
      other
    );
  }
  const split = await splitTask(run, actor, agentId, { task: name, token: own, parts });
  const { slug } = split.loaded.stored;
  return {
    data: {
      task: {
        task: taskName(slug, split.task.id),
        status: split.task.status,
        cause: split.task.cause && causeText(split.task.cause)
      },
      parts: split.parts.map((id) => taskName(slug, id)),
      ...split.warnings.length > 0 && { warnings: split.warnings },
      next: own === void 0 ? "Split: the parts come with the next batch_next." : `Your attempt has ended: write nothing more and reply with the line SPLIT ${taskName(slug, split.task.id)}.`
    }
  };
}

// mcp-server/src/tools/index.ts
var TOOLS = [
  batchCollect,
  batchNext,
  planAnalyze,
  planCreate,
  planReport,
  planUpdate,
  taskClaim,
  taskCreate,
  taskGet,
  taskList,
  taskReport,
  taskUpdate
];

// mcp-server/src/tools/input/known-field.ts
function knownField(schema, path) {
  const [step2, ...rest] = path;
  if (step2 !== void 0) {
    return insides(schema, step2).map((inner) => knownField(inner, rest)).find((known) => known !== void 0);
  }
  const description = descriptionOf(schema);
  const fields = objectsIn(schema).flatMap(({ shape }) => Object.entries(shape));
  return {
    ...description !== void 0 && { description },
    fields: new Map(fields.map(([name, field]) => [name, describedField(field)]))
  };
}
function describedField(schema) {
  const description = descriptionOf(schema);
  return { ...description !== void 0 && { description }, fields: /* @__PURE__ */ new Map() };
}
function alternatives(schema) {
  if (schema instanceof z.ZodOptional) return alternatives(schema.unwrap());
  if (schema instanceof z.ZodPipe) return alternatives(schema.out);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(alternatives);
  return [schema];
}
function objectsIn(schema) {
  return alternatives(schema).filter((one) => one instanceof z.ZodObject);
}
function insides(schema, step2) {
  return alternatives(schema).flatMap((one) => {
    if (one instanceof z.ZodArray) return [one.element];
    if (one instanceof z.ZodRecord) return [one.valueType];
    const fields = one instanceof z.ZodObject ? one.shape : {};
    return typeof step2 === "string" && Object.hasOwn(fields, step2) ? [fields[step2]] : [];
  });
}
function descriptionOf(schema) {
  const own = z.globalRegistry.get(schema)?.description;
  if (own !== void 0) return own;
  return schema instanceof z.ZodOptional ? descriptionOf(schema.unwrap()) : void 0;
}

// import:lib/fastest-levenshtein.mjs in tools.mjs
import { distance } from "./lib/fastest-levenshtein.mjs";

// mcp-server/src/tools/input/nearest-field.ts
var CALLED_HERE = /* @__PURE__ */ new Map([
  ["blockedby", ["addBlockedBy"]],
  ["cap", ["maxParallel", "max"]],
  ["code", ["exitCode"]],
  ["count", ["max"]],
  ["dependencies", ["addBlockedBy"]],
  ["dependson", ["addBlockedBy"]],
  ["description", ["text", "summary"]],
  ["detail", ["text", "summary"]],
  ["files", ["filesChanged", "addWrites"]],
  ["goal", ["title", "subject"]],
  ["id", ["task"]],
  ["limit", ["max"]],
  ["line", ["file"]],
  ["message", ["text", "summary", "note"]],
  ["name", ["worker", "subject", "plan"]],
  ["output", ["result"]],
  ["path", ["file", "from"]],
  ["reason", ["notVerified", "summary"]],
  ["role", ["agent"]],
  ["slug", ["plan"]],
  ["status", ["outcome"]],
  ["timeout", ["waitSeconds"]],
  ["why", ["notVerified"]],
  ["workers", ["maxParallel", "max"]],
  ["writes", ["addWrites"]]
]);
var SHORTEST_PART = 3;
var MISSPELT = 1 / 3;
function nearestField(name, known) {
  const meant = plain(name);
  const fields = known.map((field) => ({ field, letters: plain(field) }));
  const same = fields.find(({ letters }) => letters === meant)?.field;
  const called = CALLED_HERE.get(meant)?.find((field) => known.includes(field));
  const misspelt = fields.find(
    ({ letters }) => distance(letters, meant) <= Math.max(letters.length, meant.length) * MISSPELT
  )?.field;
  const part = fields.find(
    ({ letters }) => Math.min(letters.length, meant.length) >= SHORTEST_PART && (letters.includes(meant) || meant.includes(letters))
  )?.field;
  return same ?? called ?? misspelt ?? part;
}
function plain(name) {
  return name.replace(/[^A-Za-z0-9]/g, "").toLowerCase();
}

// mcp-server/src/tools/input/nesting.ts
function refuseDeepNesting(value) {
  if (!isTooDeep(value)) return;
  throw new CallerError(
    "bad_input",
    `The arguments are nested more than ${MAX_DEPTH} levels deep.`,
    "Flatten them."
  );
}

// mcp-server/src/tools/input/read-arguments.ts
var MAX_PROBLEMS = 5;
var MAX_TEXT = 80;
var CORRECT = "Correct this and call again.";
function readArguments(schema, given) {
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const problems = read.error.issues.flatMap((issue) => problemsOf(schema, given, issue));
  const told = problems.slice(0, MAX_PROBLEMS);
  const more = problems.length - told.length;
  const messages = [...told.map(({ message }) => message), ...more > 0 ? [`And ${more} more.`] : []];
  const remedies = new Set(told.map(({ remedy }) => remedy));
  const isGeneral = remedies.delete(CORRECT);
  throw new CallerError(
    "bad_input",
    messages.join(" "),
    [...remedies, ...isGeneral ? [CORRECT] : []].join(" "),
    told[0]?.field
  );
}
function problemsOf(schema, given, issue) {
  const { path } = issue;
  const field = pathText(path);
  if (issue.code === "unrecognized_keys") return issue.keys.map((key2) => unknownField(schema, path, key2));
  if (issue.code === "custom" && typeof issue.params?.remedy === "string") {
    return [{ field, message: `${field} ${issue.message}.`, remedy: issue.params.remedy }];
  }
  if (valueAt(given, path) === void 0) {
    const description = described(knownField(schema, path)?.description);
    return [{ field, message: `${field} is missing${description}.`, remedy: CORRECT }];
  }
  const inside = issue.code === "invalid_union" ? issue.errors.find((kind) => kind.every(isInside)) : void 0;
  if (inside) {
    return inside.flatMap((inner) => problemsOf(schema, given, { ...inner, path: [...path, ...inner.path] }));
  }
  const where = field === "" ? "The arguments" : field;
  return [{ field, message: `${where}: ${expectationOf(issue)}.`, remedy: CORRECT }];
}
function isInside({ path, code }) {
  return path.length > 0 || code === "unrecognized_keys";
}
function expectationOf(issue) {
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    return issue.errors.flatMap((kind) => kind.slice(0, 1).map(expectationOf)).join(", or ");
  }
  return issue.message.replace(/^Invalid (?:input|option): /, "");
}
function unknownField(schema, path, key2) {
  const name = key2.slice(0, MAX_TEXT);
  const fields = knownField(schema, path)?.fields ?? /* @__PURE__ */ new Map();
  const known = [...fields.keys()];
  const nearest = nearestField(name, known);
  return {
    field: pathText([...path, name]),
    message: path.length === 0 ? `Unknown field ${name}.` : `${pathText(path)}: unknown field ${name}.`,
    remedy: nearest === void 0 ? `Leave it out: the fields${path.length === 0 ? "" : ` of ${pathText(path)}`} are ${known.join(", ")}.` : `For ${name} use ${nearest}${described(fields.get(nearest)?.description)}.`
  };
}
function described(text) {
  return text === void 0 || text.length > MAX_TEXT ? "" : ` (${text})`;
}
function pathText(path) {
  return path.map((step2) => typeof step2 === "number" ? `[${step2}]` : `.${String(step2).slice(0, MAX_TEXT)}`).join("").replace(/^\./, "");
}
function valueAt(value, path) {
  const [step2, ...rest] = path;
  if (step2 === void 0) return value;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, step2)) return void 0;
  return valueAt(value[step2], rest);
}

// mcp-server/src/tools/own-agent.ts
function ownAgentIn(env) {
  const started = startedByRunner(env);
  if (!started) return void 0;
  const { token: token2, runnerPid: parentPid, directory } = started;
  return { id: agentOfToken(token2), place: { parentPid, directory } };
}
var AGENT_TOOLS = /* @__PURE__ */ new Set([
  "task_get",
  "task_list",
  "task_report",
  "task_update",
  "task_claim",
  "task_create"
]);
var trialInput = z.looseObject({ dryRun: z.literal(true) });
function mayAgentCall(tool, input2) {
  return AGENT_TOOLS.has(tool) || tool === "plan_create" && trialInput.safeParse(input2).success;
}
function refusalForAgent(tool, input2) {
  if (mayAgentCall(tool, input2)) return void 0;
  return new CallerError(
    "wrong_state",
    "Only the main conversation plans and launches.",
    "Finish your own task and report it with task_report."
  );
}
function listedFor(agent, tools) {
  return agent === void 0 ? tools : tools.filter(({ name }) => AGENT_TOOLS.has(name));
}
export {
  IDEMPOTENT,
  READ,
  TOOLS,
  UnknownTool,
  WRITE,
  afterExport,
  answerFor,
  answerForFailure,
  answerModule,
  answerView,
  approveCommands,
  askForAgent,
  askForPlan,
  askingWith,
  batchAnswer,
  batchCollect,
  batchNext,
  byClaims,
  claimNext,
  cleanAnswer,
  defineTool,
  evidence,
  failure,
  formFor,
  ids,
  knownField,
  launchLines,
  listedFor,
  longText,
  moduleCallOf,
  nearestField,
  nextClaim,
  nextStep,
  ownAgentIn,
  paths,
  plan,
  planAnalyze,
  planCreate,
  planReport,
  planUpdate,
  readArguments,
  refusalForAgent,
  refuseDeepNesting,
  runBeside,
  runsBeside,
  stopsFor,
  taskClaim,
  taskCreate,
  taskFor,
  taskGet,
  taskList,
  taskNameField,
  taskNow,
  taskReport,
  taskUpdate,
  tasks,
  token,
  viewRequest,
  waitFor
};
