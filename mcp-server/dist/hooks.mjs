// import:run/attempts.mjs in hooks.mjs
import { agentEnded, claimOfToken, endAgents, isRefusal, reviveIfLate, takeUpOffer } from "./run/attempts.mjs";

// import:run/guard.mjs in hooks.mjs
import { guardCommand, guardPowerShell, guardWrite, isApprovedCommand, readAgentCall } from "./run/guard.mjs";

// import:run/spending.mjs in hooks.mjs
import { noteAgentCall, noteAgentEnd } from "./run/spending.mjs";

// import:node:fs/promises in hooks.mjs
import { readFile } from "node:fs/promises";

// import:node:path in hooks.mjs
import { basename, dirname, join, relative, sep } from "node:path";

// import:lib/zod.mjs in hooks.mjs
import * as z from "./lib/zod.mjs";

// import:host.mjs in hooks.mjs
import { endOfAnswer, endOfError, isInterrupted, isModulesCall, isTaskNotification, launchResult, launchesAgent, outputOf, saysNoTestRan, taskNotificationsIn } from "./host.mjs";

// mcp-server/src/hooks/hook-event.ts
var hookInput = z.object({
  event: z.string(),
  session: z.string().default(""),
  transcript: z.string().default(""),
  /** The folder in which the caller's tools run. */
  cwd: z.string().default(""),
  agent: z.string().default(""),
  agentType: z.string().default(""),
  agentTranscript: z.string().default(""),
  /** The session's permission mode. */
  mode: z.string().default(""),
  tool: z.string().default(""),
  use: z.string().default(""),
  input: z.string().default(""),
  response: z.string().default(""),
  calls: z.string().default(""),
  last: z.string().default(""),
  error: z.string().default(""),
  /** What runs beside the conversation, as a list. */
  background: z.string().default(""),
  stopActive: z.string().default(""),
  prompt: z.string().default(""),
  promptId: z.string().default("")
});
var NOTHING = {};
function isMainCall({ agent, use }) {
  return agent === "" && !isModulesCall(use);
}
function isNothing(answer2) {
  return Object.keys(answer2).length === 0;
}
function isDenied(answer2) {
  return "hookSpecificOutput" in answer2 && answer2.hookSpecificOutput?.permissionDecision === "deny";
}
function json(schema, text) {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : void 0;
  } catch {
    return void 0;
  }
}
function deny(reason) {
  return {
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      permissionDecision: "deny",
      permissionDecisionReason: reason
    }
  };
}
function allow(reason) {
  return {
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      permissionDecision: "allow",
      permissionDecisionReason: reason
    }
  };
}
function tell(hookEventName, additionalContext) {
  return { hookSpecificOutput: { hookEventName, additionalContext } };
}
function addContext(answer2, hookEventName, context) {
  if (!("hookSpecificOutput" in answer2)) return isNothing(answer2) ? tell(hookEventName, context) : answer2;
  const { hookSpecificOutput: output } = answer2;
  const { permissionDecisionReason: reason, additionalContext: before } = output;
  const added = isDenied(answer2) ? { permissionDecisionReason: `${reason}
${context}` } : { additionalContext: before === void 0 ? context : `${before}
${context}` };
  return { hookSpecificOutput: { ...output, ...added } };
}

// mcp-server/src/hooks/bind-by-transcript.ts
var agentMeta = z.looseObject({
  toolUseId: z.string(),
  worktreePath: z.string().optional(),
  spawnedWithWorktree: z.boolean().optional()
});
async function bindByTranscript(run, session, agentId, transcript) {
  if (!session.hasLaunches) return { held: void 0, isKnown: true };
  const launchedBy = (await metaOf(agentId, transcript))?.toolUseId;
  if (launchedBy === void 0) return { held: void 0, isKnown: false };
  return { held: await bindLaunch(run, session, launchedBy, agentId), isKnown: true };
}
async function hostWorktree(event) {
  const meta = await metaOf(event.agent, event.transcript);
  if (meta) return meta.spawnedWithWorktree ? meta.worktreePath : void 0;
  return startsInOwnWorktree(event) ? event.cwd : void 0;
}
function startsInOwnWorktree({ agent, cwd }) {
  return agent !== "" && basename(cwd) === `agent-${agent}`;
}
async function metaOf(agentId, transcript) {
  if (transcript === "" || !/^[\w-]+$/.test(agentId)) return void 0;
  const file = join(
    dirname(transcript),
    basename(transcript, ".jsonl"),
    "subagents",
    `agent-${agentId}.meta.json`
  );
  const text = await readFile(file, "utf8").catch(() => "");
  return json(agentMeta, text);
}
async function bindLaunch(run, session, toolUseId, agentId) {
  const launch2 = session.launchOf(toolUseId);
  const store = await run.graph();
  const held = launch2 && store && await takeUpOffer(run, store, launch2.token, agentId);
  session.agentClaims.note(agentId, held);
  return held;
}

// import:errors.mjs in hooks.mjs
import { CallerError, StoreUnusable } from "./errors.mjs";

// import:run/worktrees/setup.mjs in hooks.mjs
import { PORT_VARIABLE } from "./run/worktrees/setup.mjs";

// import:run/worktrees.mjs in hooks.mjs
import { worktreeOfClaim } from "./run/worktrees.mjs";

// mcp-server/src/hooks/worktree-agent.ts
function placeAgent(run, session, { claim }, at) {
  if (claim.isolation !== "worktree") return void 0;
  const placed = session.placed.get(claim.id) ?? place(run, claim.id, at);
  session.placed.set(claim.id, placed);
  return placed;
}
async function place(run, attempt, at) {
  try {
    const store = await run.graph();
    if (!store) return "";
    const { port } = await worktreeOfClaim(run, store, attempt, await hostWorktree(at));
    return `Your worktree is ready. Its own port is ${port}: what listens there is started with ${PORT_VARIABLE}=${port}.`;
  } catch (error) {
    return error instanceof CallerError ? `${error.message} ${error.remedy}` : "";
  }
}

// mcp-server/src/hooks/agent-call.ts
async function agentCall(run, session, agentId, { transcript, use }) {
  if (use !== "") noteAgentCall(run, agentId, use);
  const call = await readOrBind(run, session, agentId, transcript);
  session.noteStanding(agentId, call);
  return call;
}
async function readOrBind(run, session, agentId, transcript) {
  const store = await run.graph();
  if (!store) return void 0;
  const state = await store.state();
  if (session.isClaimless(agentId, state)) return void 0;
  let call = await readAgentCall(run, store, agentId);
  const own = call?.standing.own.claim;
  if (own?.state === "ended" && own.outcome === "lost") {
    const isRevived = await reviveIfLate(run, store, `agent ${agentId}`, { agentId });
    if (isRevived) call = await readAgentCall(run, store, agentId);
  }
  const { held, isKnown } = call ? { held: call.standing.own, isKnown: true } : await bindByTranscript(run, session, agentId, transcript);
  if (!held) {
    if (isKnown) session.noteClaimless(agentId, state);
    return void 0;
  }
  if (held.claim.state === "running")
    void placeAgent(run, session, held, { agent: agentId, transcript, cwd: "" });
  return call ?? readAgentCall(run, store, agentId);
}

// mcp-server/src/hooks/ended-agent.ts
function endedAgentIn(prompt) {
  if (!isTaskNotification(prompt)) return void 0;
  const [notification] = taskNotificationsIn(prompt);
  if (notification === void 0) return void 0;
  const { agentId, status, result = "" } = notification;
  if (!/^[\w-]+$/.test(agentId) || status === "") return void 0;
  const finished = status === "completed";
  return {
    agentId,
    finished,
    cause: finished ? "the agent ended without a report" : `the agent was ${status === "killed" ? "stopped" : "lost"}`,
    lastMessage: result
  };
}

// import:tools.mjs in hooks.mjs
import { byClaims, cleanAnswer, launchLines, refusalForAgent, runsBeside } from "./tools.mjs";

// import:run/claims.mjs in hooks.mjs
import { isOfferedAgain } from "./run/claims.mjs";

// import:node:fs in hooks.mjs
import { realpathSync } from "node:fs";

// import:graph.mjs in hooks.mjs
import { findToken, hasEnded, hashToken, holdsScope, isLive, taskName } from "./graph.mjs";

// import:policy.mjs in hooks.mjs
import { couldWrite, isReached, raiseLimit, spentText } from "./policy.mjs";

// import:run/effects.mjs in hooks.mjs
import { idOfBytes, notesForTaskless } from "./run/effects.mjs";

// mcp-server/src/hooks/watched-call.ts
var REPORT = "mcp__plugin_parallel_tasks__task_report";
var writeInput = z.looseObject({ file_path: z.string(), content: z.string() });
var editResponse = z.looseObject({
  filePath: z.string(),
  originalFile: z.string(),
  oldString: z.string(),
  newString: z.string(),
  replaceAll: z.boolean().optional()
});
var backgroundTasks = z.array(z.looseObject({ id: z.string() }));
var background = z.looseObject({ backgroundTaskId: z.string().min(1) });
async function watchBegin(run, session, event, call, atOnce = false) {
  if (event.use === "") return false;
  const watch = session.callWatch(run);
  const hear = (heard) => atOnce ? watch.hearAtOnce(heard) : watch.hear(heard);
  if (event.tool === REPORT) return await hear({ kind: "ended", call: event.use }) !== void 0;
  if (!couldWrite(event.tool)) return false;
  const seen = await hear((held) => {
    const own = call?.isAtWork ? call.standing.own : isMainCall(event) ? session.pulledAmong(held) : void 0;
    const caller = {
      session: event.session,
      ...event.agent !== "" && { agentId: event.agent },
      ...own && { attempt: own.claim.id, task: taskName(own.plan, own.claim.task) }
    };
    return { kind: "began", call: event.use, tool: event.tool, caller };
  });
  return seen !== void 0;
}
async function watchEnd(run, session, event) {
  if (event.use === "" || !couldWrite(event.tool)) return NOTHING;
  const watch = session.callWatch(run);
  const seen = await watch.hear(endOf(run, event));
  if (!watch.takeNews(event.use) && !seen) return NOTHING;
  const store = await run.graph();
  const call = store && event.agent !== "" ? await readAgentCall(run, store, event.agent) : void 0;
  if (call) return withNotes(session, event, call, NOTHING);
  if (!seen) return NOTHING;
  const words = notesForTaskless(seen, event.use, (attempt) => watch.nameOf(attempt));
  return words === void 0 ? NOTHING : tell(event.event, words);
}
function endOf(run, event) {
  const work = json(background, event.response)?.backgroundTaskId;
  if (work !== void 0) return { kind: "left-running", call: event.use, work };
  const wrote = event.event === "PostToolUse" ? writtenBy(run, event) : void 0;
  return { kind: "ended", call: event.use, ...wrote && { wrote } };
}
function writtenBy(run, event) {
  const write = event.tool === "Write" ? json(writeInput, event.input) : void 0;
  if (write) return writtenFile(run, write.file_path, write.content);
  const edit = event.tool === "Edit" ? json(editResponse, event.response) : void 0;
  if (!edit || edit.oldString === "") return void 0;
  const { originalFile, oldString, newString } = edit;
  const text = edit.replaceAll ? originalFile.split(oldString).join(newString) : originalFile.replace(oldString, () => newString);
  return writtenFile(run, edit.filePath, text);
}
function writtenFile(run, file, text) {
  try {
    const path = relative(run.checkout.root, realpathSync(file));
    if (path === "" || path.startsWith("..")) return void 0;
    return { path: path.split(sep).join("/"), content: idOfBytes(Buffer.from(text)) };
  } catch {
    return void 0;
  }
}
async function watchBatchEnd(run, session, calls) {
  const watch = session.callWatch(run);
  for (const call of calls) if (watch.isInFlight(call)) await watch.hear({ kind: "ended", call });
}
async function watchCallerEnd(run, session, event) {
  const agent = event.agent === "" ? {} : { agentId: event.agent };
  const running = json(backgroundTasks, event.background);
  if (running) {
    session.callWatch(run).keepWork(
      event.session,
      running.map(({ id }) => id)
    );
  }
  await session.callWatch(run).hear({ kind: "caller-ended", session: event.session, ...agent });
}
async function watchWorkEnd(run, session, event, work) {
  await session.callWatch(run).hear({ kind: "work-ended", session: event.session, work });
}
function withNotes(session, event, call, answer2) {
  if (session.answeredLate.has(event)) return NOTHING;
  const news = call.notes.filter(({ seq }) => !session.toldNotes.has(seq));
  if (news.length === 0) return answer2;
  for (const { seq } of news) session.toldNotes.add(seq);
  const notes = news.map(({ note }) => note).join("\n");
  if (event.tool === REPORT && !isDenied(answer2) && news.some(({ isBeforeReport }) => isBeforeReport)) {
    return deny(`Look at this first, then report again. ${notes}`);
  }
  return addContext(answer2, event.event, notes);
}

// mcp-server/src/hooks/post-tool-batch.ts
var toolCalls = z.array(
  z.looseObject({ tool_name: z.string(), tool_use_id: z.string(), tool_response: z.unknown().optional() })
);
async function onPostToolBatch(run, session, event) {
  const calls = json(toolCalls, event.calls) ?? [];
  await watchBatchEnd(
    run,
    session,
    calls.map(({ tool_use_id }) => tool_use_id)
  );
  if (event.agent !== "") {
    session.inCall.ends(event.agent);
    const call = session.lastStanding(event.agent);
    if (!call) return NOTHING;
    const { words, logged } = await session.limits.afterTurn(
      call,
      event.session,
      calls.at(-1)?.tool_use_id ?? ""
    );
    if (logged) session.overlook(logged.plan, logged.before, logged.after);
    return words === void 0 ? NOTHING : tell("PostToolBatch", words);
  }
  const store = await run.graph();
  if (!store) return NOTHING;
  const launched = calls.flatMap((call) => {
    const launch2 = launchesAgent(call.tool_name) ? session.launchOf(call.tool_use_id) : void 0;
    const result = launchResult(call.tool_response);
    return launch2 ? [{ attempt: launch2.attempt, use: call.tool_use_id, result }] : [];
  });
  if (launched.length === 0) return NOTHING;
  await bindUntold(run, session, store, launched);
  const leftOut = await store.write(run.now, "main", async (tx) => {
    const claims = await Promise.all(launched.map(({ attempt }) => tx.claimById(attempt)));
    const planIds = new Set(claims.flatMap((held) => held ? [held.planId] : []));
    for (const [at, { attempt, result }] of launched.entries())
      if (result.kind === "refused" && claims[at]?.claim.state === "offered") session.forgetLaunch(attempt);
    const started = launched.flatMap(({ attempt }) => session.wasLaunched(attempt) ? [attempt] : []);
    const open = [];
    for (const held of await tx.held(run.checkoutKey)) {
      const isLeftOut = planIds.has(held.planId) && !session.wasLaunched(held.claim.id);
      if (isLeftOut && await isOfferedAgain(run, held.claim)) open.push(held);
    }
    for (const planId of planIds) {
      const of = (ids) => ids.filter((id) => claims.some((held) => held?.claim.id === id && held.planId === planId));
      await tx.append(planId, {
        type: "batch.launched",
        session: event.session,
        inOneMessage: of(started).length,
        attempts: of(started),
        leftOut: open.filter((held) => held.planId === planId).map(({ claim }) => claim.id)
      });
    }
    return open;
  });
  if (leftOut.length === 0) return NOTHING;
  const names = leftOut.map(({ plan, claim }) => `${plan}/${claim.task}`).join(", ");
  return tell(
    "PostToolBatch",
    `Not launched: ${names}. Launch them now, together; batch_next gives them again.`
  );
}
async function bindUntold(run, session, store, launched) {
  const claims = await store.read(
    (reader) => Promise.all(launched.map(({ attempt }) => reader.claimById(attempt)))
  );
  for (const [at, { use, result }] of launched.entries())
    if (result.kind === "started" && claims[at]?.claim.state === "offered")
      await bindLaunch(run, session, use, result.agentId);
}

// import:run/plan.mjs in hooks.mjs
import { changeGraph, countsOf, existingGraph, readGraph, readPlan } from "./run/plan.mjs";

// import:run/session.mjs in hooks.mjs
import { beginModuleRun, begunPlans, isOwnRun, waitForWorkflow, workflowStep } from "./run/session.mjs";

// mcp-server/src/hooks/workflow-end.ts
async function afterWorkflow(run, session, id) {
  const agents = session.workflows.ended(id);
  const store = await run.graph();
  if (!store || agents.length === 0) return;
  const how = { finished: false, cause: "its workflow ended", lastMessage: "", interrupted: true };
  await endAgents(run, store, "main", agents, how);
}

// mcp-server/src/hooks/post-tool-use.ts
var stopInput = z.looseObject({ task_id: z.string() });
var workflowResponse = z.looseObject({ taskId: z.string() });
var questionResponse = z.looseObject({ answers: z.record(z.string(), z.string()) });
var bashInput = z.looseObject({ command: z.string() });
var bashResponse = z.looseObject({ backgroundTaskId: z.string().optional() });
var agentResponse = z.looseObject({ agentId: z.string(), status: z.string().optional() });
async function onPostToolUse(run, session, event) {
  const told = await watchEnd(run, session, event);
  if (event.tool === "TaskStop") {
    const stopped = json(stopInput, event.input)?.task_id;
    await afterStop(run, stopped);
    if (stopped !== void 0) await watchWorkEnd(run, session, event, stopped);
    if (stopped !== void 0) await afterWorkflow(run, session, stopped);
    return NOTHING;
  }
  if (event.tool === "Bash") {
    const response2 = json(bashResponse, event.response);
    if (response2) {
      const ranNoTest = saysNoTestRan(outputOf(response2));
      session.commands.ended(event.use, { end: endOfAnswer(response2), ranNoTest, atMs: run.now() });
    }
    return afterRunnerStart(session, event, response2?.backgroundTaskId) ?? told;
  }
  if (event.tool === "AskUserQuestion") return afterQuestion(run, session, event);
  if (event.tool === "Workflow") return afterWorkflowLaunch(session, event);
  if (!launchesAgent(event.tool)) return told;
  const response = json(agentResponse, event.response);
  if (response?.status === "async_launched") await bindLaunch(run, session, event.use, response.agentId);
  return NOTHING;
}
async function onPostToolUseFailure(run, session, event) {
  if (event.tool === "Bash") {
    session.commands.ended(event.use, { end: endOfError(event.error), ranNoTest: false, atMs: run.now() });
  }
  return watchEnd(run, session, event);
}
async function afterStop(run, agentId) {
  const store = await run.graph();
  if (!store || agentId === void 0) return;
  noteAgentEnd(run, agentId);
  const how = { finished: false, cause: "its agent was stopped", lastMessage: "" };
  await endAgents(run, store, "main", [agentId], how);
}
async function afterQuestion(run, session, event) {
  const { offered } = session;
  const answers = Object.values(json(questionResponse, event.response)?.answers ?? {});
  if (offered === void 0 || !answers.includes(offered.choice)) return NOTHING;
  const { plan, engine } = offered;
  if (engine === "mod" && !session.module.isHere(run.clock))
    return tell(
      "PostToolUse",
      `plan ${plan}: it has not begun; call plan_update {plan: "${plan}", action: "run"}.`
    );
  session.offered = void 0;
  await run.roles.refresh();
  if (engine === "burst") return firstLaunches(run, session, plan);
  await beginModuleRun(run, session, plan, true);
  session.turnEnds(run.now());
  return {
    continue: false,
    stopReason: `${plan} runs beside this conversation. Its end is told here; /parallel-run stop ${plan} stops it.`
  };
}
async function firstLaunches(run, session, slug) {
  const loaded = await readPlan(run, await existingGraph(run, slug), slug);
  const counts = countsOf(loaded);
  const { text, version } = await launchLines(run, session, { loaded, counts, launchable: counts.ready });
  session.told.set(slug, version);
  return text === void 0 ? NOTHING : tell("PostToolUse", `plan ${slug}: ${text}.`);
}
function afterRunnerStart(session, event, work) {
  const command = json(bashInput, event.input)?.command;
  if (work === void 0 || command === void 0 || !isMainCall(event)) return void 0;
  const plan = session.runners.started(work, command);
  return plan === void 0 ? void 0 : tell("PostToolUse", `plan ${plan}: ${runsBeside(session, plan)}`);
}
function afterWorkflowLaunch(session, event) {
  const id = json(workflowResponse, event.response)?.taskId;
  const plan = id === void 0 ? void 0 : session.workflows.launched(event.use, id);
  if (plan === void 0) return NOTHING;
  return tell("PostToolUse", `${plan} runs. ${waitForWorkflow(session, plan)}`);
}

// import:run/briefs.mjs in hooks.mjs
import { addedToLaunchLine, briefOf, launchLine, readForBrief } from "./run/briefs.mjs";

// import:run/reporting.mjs in hooks.mjs
import { reportFromLastMessage } from "./run/reporting.mjs";

// import:run/usage.mjs in hooks.mjs
import { logAgentUsage } from "./run/usage.mjs";

// mcp-server/src/hooks/subagent-stop.ts
async function onSubagentStop(run, session, event) {
  if (event.agent === "") return NOTHING;
  session.inCall.ends(event.agent);
  await watchCallerEnd(run, session, event);
  const store = await run.graph();
  if (!store) return NOTHING;
  const actor = `agent ${event.agent}`;
  await reviveIfLate(run, store, actor, { agentId: event.agent });
  if (!await reportFromLastMessage(run, store, actor, event.agent, event.last)) {
    const reminder = await endUnlessReminded(run, store, actor, event.agent, event.last);
    if (reminder !== void 0) return { decision: "block", reason: reminder };
  }
  measureLater(run, session, event);
  return endOfLostPlan(store, session, event.agent);
}
async function endOfLostPlan(store, session, agentId) {
  const held = await store.read((reader) => reader.claimOfAgent(agentId));
  if (!held || !session.module.hasLost(held.plan)) return NOTHING;
  const goOn = `the plan ${held.plan} does not go on by itself, because the module that launched its agents has stopped.`;
  return { systemMessage: `parallel: ${goOn} /parallel:run ${held.plan} goes on with it.` };
}
function measureLater(run, session, event) {
  logAgentUsage(run, { agentId: event.agent, session: event.session, transcript: event.agentTranscript }).then((logged) => {
    for (const { plan, before, after } of logged) session.overlook(plan, before, after);
  }).catch(() => void 0).finally(() => noteAgentEnd(run, event.agent));
}
async function endUnlessReminded(run, store, actor, agentId, lastMessage, isMeant = holdsScope) {
  const ahead = { claim: { agentId } };
  const found = await store.read((reader) => reader.claimOfAgent(agentId), ahead);
  if (!found || !isMeant(found.claim) || found.claim.state === "delivering") return void 0;
  const end = async (tx) => {
    const held = await tx.writer.claimOfAgent(agentId);
    const plan = held && await tx.planOf(held);
    if (!plan || !isMeant(held.claim)) return void 0;
    const { claim } = held;
    if (claim.state === "running" && !claim.reminded) {
      plan.append({ type: "attempt.reminded", task: claim.task, attempt: claim.id });
      return `You have not reported ${held.plan}/${claim.task}. Call task_report with the token of your brief, also if the task is not done (outcome failed or blocked), then end.`;
    }
    const cause = "the agent ended without a report";
    await agentEnded(tx, held, { finished: true, cause, lastMessage });
    return void 0;
  };
  return changeGraph(run, store, actor, end, ahead);
}

// mcp-server/src/hooks/workflow-agent.ts
var agentOutput = z.looseObject({ plan: z.string() });
async function onWorkflowAgentEnd(run, session, event) {
  const plan = json(agentOutput, event.input)?.plan;
  const store = await run.graph();
  if (!store || plan === void 0 || event.agent === "" || !await isRunHere(run, session, plan))
    return NOTHING;
  const actor = `agent ${event.agent}`;
  const reminder = await endUnlessReminded(run, store, actor, event.agent, event.last, isLive);
  if (reminder !== void 0) return deny(reminder);
  await run.roles.refresh();
  const step = await workflowStep(run, actor, plan);
  if (step.report !== void 0) session.workflows.reported(plan);
  return {
    hookSpecificOutput: { hookEventName: "PreToolUse", updatedInput: cleanAnswer({ plan, ...step }) }
  };
}
async function isRunHere(run, session, plan) {
  if (session.workflows.idOf(plan) !== void 0) return true;
  return (await begunPlans(run)).some(({ loaded }) => loaded.stored.slug === plan);
}

// import:breakdown.mjs in hooks.mjs
import { BreakdownError } from "./breakdown.mjs";

// import:run/edits.mjs in hooks.mjs
import { openPlan, resumeCommand } from "./run/edits.mjs";

// mcp-server/src/hooks/workflow-call.ts
var WORKFLOW = "parallel:execute";
var workflowInput = z.looseObject({ name: z.string(), args: z.unknown() });
var named = z.union([z.string(), z.looseObject({ plan: z.string() }).transform(({ plan }) => plan)]);
async function onWorkflowCall(run, session, event) {
  const input = json(workflowInput, event.input);
  if (input?.name !== WORKFLOW) return NOTHING;
  const { name, args, ...more } = input;
  if (Object.keys(more).length > 0) {
    return deny("Call Workflow with name and args only: the graph knows how far the plan is.");
  }
  if (!session.workflows.wanted && !await isOwnRun(run, session)) return NOTHING;
  const wanted = named.safeParse(args);
  if (!wanted.success) return deny(`args is to be the plan's name, for example "auth".`);
  try {
    await run.roles.refresh();
    const { slug } = await openPlan(run, "main", wanted.data);
    const step = await workflowStep(run, "main", slug);
    session.plans.add(slug);
    session.goesOn();
    session.workflows.called(event.use, slug);
    return {
      hookSpecificOutput: {
        hookEventName: "PreToolUse",
        permissionDecision: "allow",
        permissionDecisionReason: "the user's own command runs this plan",
        updatedInput: { name, args: cleanAnswer({ plan: slug, ...step }) }
      }
    };
  } catch (error) {
    if (error instanceof CallerError || error instanceof BreakdownError)
      return deny(`${error.message} ${error.remedy}`);
    throw error;
  }
}

// mcp-server/src/hooks/pre-tool-use.ts
var OWN_TOOL = /^mcp__plugin_parallel_tasks__(\w+)$/;
var ENDING_TOOLS = /^(?:mcp__plugin_parallel_tasks__task_(?:report|get)|StructuredOutput|ToolSearch)$/;
var TASK_NAME = /[a-z0-9][a-z0-9-]*\/[A-Za-z0-9][\w.+-]*/g;
var WRITING_TOOLS = /* @__PURE__ */ new Set(["Write", "Edit", "NotebookEdit"]);
var SHELLS = /* @__PURE__ */ new Set(["Bash", "PowerShell"]);
var agentInput = z.looseObject({ prompt: z.string(), description: z.string().optional() });
var readInput = z.looseObject({ file_path: z.string() });
var shellInput = z.looseObject({ command: z.string() });
var plainShellInput = z.strictObject({
  command: z.string(),
  description: z.string().optional(),
  timeout: z.number().optional()
});
var anyInput = z.looseObject({});
var writeInput2 = z.looseObject({ file_path: z.string().optional(), notebook_path: z.string().optional() });
async function onPreToolUse(run, session, event) {
  if (isMainCall(event) && event.mode !== "") session.permissionMode = event.mode;
  if (event.use !== "") session.noteCall(event.use, { agentId: agentOf(event) });
  try {
    return await answerByGraph(run, session, event);
  } catch (error) {
    return answerWithoutGraph(run, session, event, error);
  }
}
async function answerByGraph(run, session, event) {
  const agentId = agentOf(event);
  const call = agentId === void 0 ? void 0 : await agentCall(run, session, agentId, event);
  if (agentId !== void 0 && OWN_TOOL.test(event.tool)) session.noteStanding(agentId, void 0);
  const answer2 = await answerTool(run, session, event, call);
  await call?.renewLease().catch(() => void 0);
  if (session.answeredLate.has(event)) return NOTHING;
  if (!isDenied(answer2)) noteCommand(run, session, event);
  noteInCall(run, session, call);
  const hasNews = !isDenied(answer2) && await watchBegin(run, session, event, call);
  if (!call) return answer2;
  const now = hasNews ? await call.readAgain() : call;
  return withNotes(session, event, now, answer2);
}
async function answerWithoutGraph(run, session, event, error) {
  const known = session.lastStanding(event.agent)?.withoutGraph(error);
  const answer2 = await judgeWithoutGraph(run, session, event, known, error);
  noteInCall(run, session, known);
  if (isDenied(answer2)) return answer2;
  noteCommand(run, session, event);
  await watchBegin(run, session, event, known, true);
  return answer2;
}
async function judgeWithoutGraph(run, session, event, known, error) {
  const canWrite = WRITING_TOOLS.has(event.tool) || SHELLS.has(event.tool);
  if (event.agent === "" || run.settings.guard === "off" || !canWrite) return NOTHING;
  if (known) return answerTool(run, session, event, known);
  return deny(
    `The task graph cannot be read now, so nobody knows whose files this would change. ${error instanceof Error ? error.message : ""} Try again in a moment.`
  );
}
function agentOf({ agent }) {
  return agent === "" ? void 0 : agent;
}
function noteInCall(run, session, call) {
  if (call?.isAtWork) session.inCall.begins(call.agentId, call.standing.plan.policy.leaseMs, run.now());
}
async function answerTool(run, session, event, call) {
  const isAgent = event.agent !== "";
  const asked = call?.isAtWork ? session.limits.askedOf(call.standing.own.claim.id) : void 0;
  if (asked !== void 0 && !ENDING_TOOLS.test(event.tool)) return deny(asked);
  if (event.tool === "Workflow") return onWorkflowCall(run, session, event);
  if (event.tool === "StructuredOutput") return onWorkflowAgentEnd(run, session, event);
  if (launchesAgent(event.tool)) {
    return isAgent ? refuseLaunch(call) : launch(run, session, event);
  }
  const own = OWN_TOOL.exec(event.tool)?.[1];
  if (own !== void 0) return permitOwnTool(run, session, own, isAgent, event.input);
  if (event.tool === "Read") return permitOwnText(run, event);
  if (call && WRITING_TOOLS.has(event.tool)) {
    const input = json(writeInput2, event.input);
    const path = input?.file_path ?? input?.notebook_path;
    if (path !== void 0) return writeAnswer(await guardWrite(call, path, event.cwd));
  }
  if (call && SHELLS.has(event.tool)) {
    const command = json(shellInput, event.input)?.command;
    if (command !== void 0) {
      const guard = event.tool === "PowerShell" ? guardPowerShell : guardCommand;
      const answer2 = writeAnswer(await guard(call, command, event.cwd));
      const isPlain = event.tool === "Bash" && json(plainShellInput, event.input) !== void 0;
      return isPlain && isNothing(answer2) && await isApprovedCommand(call, command, event.cwd) ? allow("an acceptance command of the agent's task that the user has approved") : answer2;
    }
  }
  return NOTHING;
}
function noteCommand(run, session, event) {
  const command = event.tool === "Bash" ? json(shellInput, event.input)?.command : void 0;
  if (command === void 0 || event.agent === "" && !isMainCall(event)) return;
  session.commands.began(agentOf(event), { use: event.use, command, atMs: run.now() });
}
function writeAnswer(answer2) {
  if (answer2.kind === "deny") return deny(answer2.reason);
  if (answer2.kind === "warn") return tell("PreToolUse", answer2.reason);
  return answer2.kind === "allow" ? allow("inside the files of the agent's task") : NOTHING;
}
async function permitOwnTool(run, session, tool, isAgent, input) {
  const own = await isOwnRun(run, session);
  if (!own) return NOTHING;
  const waits = tool === "batch_collect" && session.workflows.ids.length > 0;
  const refusal = isAgent && !waits ? refusalForAgent(tool, json(anyInput, input)) : void 0;
  if (refusal) return deny(`${refusal.message} ${refusal.remedy}`);
  return allow("part of this session's own run");
}
async function permitOwnText(run, event) {
  const path = json(readInput, event.input)?.file_path;
  return path !== void 0 && await run.pluginTexts.include(path) ? allow("a text of this plugin's own") : NOTHING;
}
function refuseLaunch(call) {
  return call?.takesPlace ? deny(
    "An agent that executes a task launches no agents. Do the work yourself, or report blocked with task_report."
  ) : NOTHING;
}
async function launch(run, session, event) {
  const store = await run.graph();
  if (!store) return NOTHING;
  const input = json(agentInput, event.input);
  if (!input) return NOTHING;
  const token = findToken(`${input.prompt}
${input.description ?? ""}`);
  if (token === void 0) return withoutToken(run, input.prompt);
  const read = async (view) => {
    const found2 = await claimOfToken(view, token);
    if (isRefusal(found2)) return found2;
    const { task, loaded, held } = found2;
    return { task, held, loaded, forBrief: await readForBrief(loaded, { task, claim: held.claim }) };
  };
  const ahead = { claim: { tokenHash: hashToken(token) } };
  const found = await readGraph(run, store, read, ahead);
  if (isRefusal(found)) {
    return deny(
      `The token is not valid: ${found.why}. Call batch_next and launch what it returns, copied as it is.`
    );
  }
  const { claim } = found.held;
  if (claim.state === "running" || session.wasLaunched(claim.id)) {
    return deny(`${found.held.plan}/${found.task.id} was launched already. Launch each item once.`);
  }
  const { spent } = found.loaded;
  if (claim.state === "offered" && spent && isReached(spent)) return deny(atLimit(found.held.plan, spent));
  session.noteLaunch(event.use, { token, attempt: claim.id });
  session.goesOn();
  const { isolation: _isolation, model: _model, effort: _effort, ...rest } = input;
  const added = addedToLaunchLine(input.prompt, launchLine(found.loaded.stored.slug, found.task.id, token));
  return {
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      // Auto mode checks what its model wrote. It cannot judge a launch that a module makes, or whose prompt is another
      // one now, and would ask about each.
      permissionDecision: "allow",
      permissionDecisionReason: "a task of the plan that the user let begin",
      updatedInput: {
        ...rest,
        prompt: briefOf(
          run,
          { ...found, claim },
          token,
          { added, canReport: run.roles.canReport(claim.agentType) },
          found.forBrief
        ),
        subagent_type: claim.agentType,
        ...claim.chosenModel,
        ...found.forBrief.record && { isolation: "worktree" }
      }
    }
  };
}
function atLimit(plan, spent) {
  return `${spentText(spent)} ${raiseLimit(plan, spent)}`;
}
async function withoutToken(run, prompt) {
  const named2 = new Set(prompt.match(TASK_NAME)?.map((name) => name.replace(/[.+-]+$/, "")));
  if (named2.size === 0) return NOTHING;
  for (const { loaded } of await begunPlans(run)) {
    const { slug } = loaded.stored;
    const meant = [...loaded.graph.tasks.values()].find(
      (task) => !hasEnded(task.status) && named2.has(taskName(slug, task.id))
    );
    if (meant) {
      return deny(
        `The prompt for ${taskName(slug, meant.id)} holds no token. Launch what batch_next {plan: "${slug}"} returns, with its prompt copied as it is.`
      );
    }
  }
  return NOTHING;
}

// import:run/review.mjs in hooks.mjs
import { addReview, beforeReport } from "./run/review.mjs";

// mcp-server/src/hooks/stop.ts
async function onStop(run, session, event) {
  await forgetEndedWorkflows(run, session, event);
  await watchCallerEnd(run, session, event);
  const left = [];
  for (const plan of await begunPlans(run)) {
    const { loaded, counts, launchable, aboutToWake } = plan;
    const { slug, version, status } = loaded.stored;
    if (status === "paused" || aboutToWake || session.runsBeside(slug)) continue;
    const mayGoOn = !session.interrupted && session.sentBack.get(slug) !== version;
    const toDo = mayGoOn ? whatIsLeft(session, plan) : void 0;
    if (toDo !== void 0) {
      session.sentBack.set(slug, version);
      return { decision: "block", reason: `${slug}: ${toDo}` };
    }
    if (mayGoOn || !isAnythingLeft(plan)) continue;
    left.push(
      `parallel: the plan ${slug} is not finished: ${counts.completed} of ${counts.total} completed, ${counts.failed} failed, ${counts.running} running, ${launchable} ready to launch. ${resumeCommand(loaded.stored)} goes on; /parallel:report ${slug} shows the results.`
    );
  }
  session.turnEnds(run.now());
  const shown = session.toShow === void 0 ? [] : [session.toShow];
  session.toShow = void 0;
  const lines = [...shown, ...left];
  return lines.length === 0 ? NOTHING : { systemMessage: lines.join("\n") };
}
function whatIsLeft(session, plan) {
  const { loaded, launchable } = plan;
  const { slug } = loaded.stored;
  const wait = `Call batch_collect {plan: "${slug}", launch: true}.`;
  const claimed = byClaims(session, plan);
  if (claimed) return claimed.text && `go on with ${claimed.text}.`;
  if (launchable > 0) return `${launchable} can be launched now. Call batch_next {plan: "${slug}"}.`;
  if (waitsForLimit(plan)) return `it waits for a rate or usage limit. ${wait}`;
  if (waitsForDelivery(plan)) return `what was reported last is on its way onto a branch. ${wait}`;
  if (plan.done && plan.unreported) {
    const what = beforeReport(loaded) ?? `call plan_report {plan: "${slug}"} and answer with what counts of it`;
    return `all has ended without a report: ${what}.`;
  }
  return void 0;
}
function isAnythingLeft(plan) {
  return plan.launchable > 0 || waitsForLimit(plan) || waitsForDelivery(plan) || plan.done && plan.unreported;
}
function waitsForLimit({ loaded, counts, done }) {
  return loaded.pauseMs > 0 && counts.running === 0 && !done;
}
function waitsForDelivery({ counts }) {
  return counts.delivering > 0 && counts.running === 0;
}
async function forgetEndedWorkflows(run, session, event) {
  const running = json(z.array(z.looseObject({ id: z.string() })), event.background);
  if (!running) return;
  for (const id of session.workflows.ids) {
    if (!running.some((task) => task.id === id)) await afterWorkflow(run, session, id);
  }
}

// mcp-server/src/hooks/stop-failure.ts
var LIMITS = /* @__PURE__ */ new Set(["rate_limit", "overloaded"]);
async function onStopFailure(run, session, event) {
  await watchCallerEnd(run, session, event);
  const store = await run.graph();
  if (!store || event.agent === "") return NOTHING;
  noteAgentEnd(run, event.agent);
  const throttled = LIMITS.has(event.error);
  await endAgents(run, store, `agent ${event.agent}`, [event.agent], {
    finished: false,
    cause: throttled ? "a rate or usage limit was reached" : "the model's provider answered with an error",
    lastMessage: event.last,
    throttled
  });
  return NOTHING;
}

// mcp-server/src/hooks/subagent-start.ts
var MAX_WAIT_MS = 3e3;
async function onSubagentStart(run, session, event) {
  if (event.agent === "") return NOTHING;
  const { held: bound } = await bindByTranscript(run, session, event.agent, event.transcript);
  const held = bound ?? await claimOfIsolated(session, event);
  const placed = held && placeAgent(run, session, held, event);
  if (!placed) return NOTHING;
  session.answersMayTakeLong.add(event);
  const { claim } = held;
  if (claim.state === "running")
    session.inCall.begins(event.agent, claim.leaseUntilMs - claim.lastSeenMs, run.now());
  const told = await placed;
  session.inCall.ends(event.agent);
  return told === "" ? NOTHING : tell("SubagentStart", told);
}
async function claimOfIsolated(session, event) {
  if (!session.hasLaunches || !startsInOwnWorktree(event)) return void 0;
  session.answersMayTakeLong.add(event);
  return session.agentClaims.of(event.agent, MAX_WAIT_MS);
}

// import:run/engine.mjs in hooks.mjs
import { endOfRunner, takeOffModuleOf, takeOffSilentModule } from "./run/engine.mjs";

// mcp-server/src/hooks/user-prompt-submit.ts
var TYPED_WORKFLOW = new RegExp(`^\\s*/${WORKFLOW}\\b`);
async function onUserPromptSubmit(run, session, event) {
  const ended = endedAgentIn(event.prompt);
  if (event.mode !== "") session.permissionMode = event.mode;
  if (TYPED_WORKFLOW.test(event.prompt)) session.workflows.wanted = true;
  const inMidTurn = session.isOpenTurn(event.promptId);
  session.module.wokenBy(event.prompt);
  session.turnBegins(event.promptId, await isAfterInterruption(run, session, event, ended !== void 0));
  try {
    return await answer(run, session, event, { ended, inMidTurn });
  } finally {
    if (ended) session.noticeAnswered(run.now());
  }
}
async function isAfterInterruption(run, session, { promptId, session: id }, isNotice) {
  if (!session.interactive || !session.findsOpenTurn(promptId)) return false;
  if (!isNotice) return true;
  if (session.isWithLastNotice(run.now())) return false;
  const transcript = await run.transcripts.ofSession(id);
  return transcript === void 0 || isInterrupted(transcript).catch(() => true);
}
async function answer(run, session, event, { ended, inMidTurn }) {
  if (ended) {
    await watchWorkEnd(run, session, event, ended.agentId);
    await noteEnd(run, ended);
    await takeOffModuleOf(run, session.module, ended.agentId);
    await afterWorkflow(run, session, ended.agentId);
  }
  const executed = ended && session.runners.ended(ended.agentId);
  if (ended && inMidTurn && !session.interactive) return NOTHING;
  if (ended && session.interrupted) return NOTHING;
  await takeOffSilentModule(run, session.module);
  const lines = [];
  if (executed !== void 0) lines.push(await endToldOnce(run, session, executed));
  for (const plan of await begunPlans(run)) {
    const { counts, done, unreported } = plan;
    const { slug, version, status } = plan.loaded.stored;
    const lostWake = session.module.takeLostWake(slug, run.now());
    if (lostWake !== void 0) {
      session.told.set(slug, version);
      lines.push(lostWake);
      continue;
    }
    const isTold = done && !unreported && !session.module.hasLost(slug);
    if (session.told.get(slug) === version || isTold) continue;
    const { what, version: newest } = await whatToDo(run, session, plan, ended !== void 0);
    if (session.answeredLate.has(event)) continue;
    session.told.set(slug, newest);
    const state = status === "open" ? "" : `${status}, `;
    lines.push(
      `plan ${slug}: ${state}${counts.completed}/${counts.total} done, ${counts.running} running${counts.failed > 0 ? `, ${counts.failed} failed` : ""}; ${what}.`
    );
  }
  return lines.length === 0 ? NOTHING : tell("UserPromptSubmit", lines.join("\n"));
}
async function endToldOnce(run, session, plan) {
  const { text, version } = await endOfRunner(run, plan);
  if (version !== void 0)
    for (const versions of [session.told, session.sentBack]) versions.set(plan, version);
  return text;
}
async function whatToDo(run, session, plan, isWoken) {
  const { loaded, done, launchable } = plan;
  const { slug, version } = loaded.stored;
  if (session.isToldEndOf(slug))
    return { what: "it runs beside this conversation, which is told its end", version };
  const isAtEnd = done && !(isWoken && await addReview(run, "main", slug));
  if (isAtEnd) {
    const { text: text2 } = await launchLines(run, session, plan);
    const then = beforeReport(loaded) ?? "call plan_report";
    return { what: text2 === void 0 ? then : `${text2}; after that ${then}`, version };
  }
  if (session.workflows.idOf(slug) !== void 0) return { what: "its workflow goes on by itself", version };
  if (session.interrupted && launchable > 0)
    return { what: "interrupted: call batch_next only if the user wants it to go on", version };
  if (!isWoken) {
    const lost = session.module.hasLost(slug) ? "what launched its agents has stopped, and they wake nobody; to go on " : "";
    return { what: launchable > 0 ? `${lost}call batch_next` : "nothing to launch now", version };
  }
  const { text, version: newest } = await launchLines(run, session, plan);
  return { what: text ?? "nothing to do: end your turn", version: newest };
}
async function noteEnd(run, ended) {
  const store = await run.graph();
  if (!store) return;
  const { agentId, finished, lastMessage } = ended;
  if (finished && await reportFromLastMessage(run, store, "main", agentId, lastMessage)) return;
  await endAgents(run, store, "main", [agentId], ended);
}

// mcp-server/src/hooks/index.ts
var HOOK_TOOL = "hook";
var HANDLERS = {
  PreToolUse: onPreToolUse,
  PostToolUse: onPostToolUse,
  PostToolUseFailure: onPostToolUseFailure,
  PostToolBatch: onPostToolBatch,
  SubagentStart: onSubagentStart,
  SubagentStop: onSubagentStop,
  StopFailure: onStopFailure,
  UserPromptSubmit: onUserPromptSubmit,
  Stop: onStop
};
function readHookEvent(input, toolUseId, ownAgent) {
  if (toolUseId !== void 0) {
    throw new CallerError("bad_input", 'There is no tool "hook".', "Use the tools that are listed.");
  }
  const event = hookInput.safeParse(input);
  if (!event.success)
    throw new CallerError("bad_input", "This is not a hook event.", "Check hooks/hooks.json.");
  return ownAgent === void 0 ? event.data : asAgentEvent(event.data, ownAgent);
}
var AGENT_EVENTS = { Stop: "SubagentStop", UserPromptSubmit: "" };
function asAgentEvent(event, agent) {
  if (event.agent !== "" || !isMainCall(event)) return event;
  return { ...event, agent, event: AGENT_EVENTS[event.event] ?? event.event };
}
function mayTakeLong({ event, tool, prompt }) {
  if (event === "PreToolUse") return launchesAgent(tool) || tool === "Workflow";
  return event === "UserPromptSubmit" && endedAgentIn(prompt) !== void 0;
}
async function answerHook(run, session, event) {
  const handler = Object.hasOwn(HANDLERS, event.event) ? HANDLERS[event.event] : void 0;
  return JSON.stringify(handler ? harmless(await handler(run, session, event)) : NOTHING);
}
async function answerLateHook(run, session, event) {
  session.answeredLate.add(event);
  if (event.event !== "PreToolUse") return JSON.stringify(NOTHING);
  const late = new StoreUnusable(
    "busy",
    "It has not answered in time; another process may hold it locked.",
    "Try again in a moment."
  );
  return JSON.stringify(harmless(await answerWithoutGraph(run, session, event, late)));
}
function harmless(answer2) {
  if (!("hookSpecificOutput" in answer2)) return cleanAnswer(answer2);
  const { updatedInput, ...said } = answer2.hookSpecificOutput;
  const output = cleanAnswer(said);
  return { hookSpecificOutput: { ...output, ...updatedInput && { updatedInput } } };
}
export {
  HOOK_TOOL,
  NOTHING,
  WORKFLOW,
  addContext,
  afterWorkflow,
  agentCall,
  allow,
  answerHook,
  answerLateHook,
  answerWithoutGraph,
  bindByTranscript,
  bindLaunch,
  deny,
  endUnlessReminded,
  endedAgentIn,
  hookInput,
  hostWorktree,
  isDenied,
  isMainCall,
  isNothing,
  json,
  mayTakeLong,
  onPostToolBatch,
  onPostToolUse,
  onPostToolUseFailure,
  onPreToolUse,
  onStop,
  onStopFailure,
  onSubagentStart,
  onSubagentStop,
  onUserPromptSubmit,
  onWorkflowAgentEnd,
  onWorkflowCall,
  placeAgent,
  readHookEvent,
  startsInOwnWorktree,
  tell,
  watchBatchEnd,
  watchBegin,
  watchCallerEnd,
  watchEnd,
  watchWorkEnd,
  withNotes
};
