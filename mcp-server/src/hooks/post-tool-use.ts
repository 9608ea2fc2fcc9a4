import * as z from "zod";
import type { PlanSlug } from "../graph/task.ts";
import { launchesAgent } from "../host/launching-tools.ts";
import { endOfAnswer, endOfError, outputOf } from "../host/transcripts/bash-result.ts";
import { saysNoTestRan } from "../host/transcripts/no-tests.ts";
import { endAgents } from "../run/attempts/agent-ended.ts";
import { existingGraph } from "../run/plan/load-plan.ts";
import { readPlan } from "../run/plan/plan-view.ts";
import { countsOf } from "../run/plan/progress.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { beginModuleRun } from "../run/session/module-run.ts";
import type { SessionMemory } from "../run/session/session.ts";
import { waitForWorkflow } from "../run/session/workflow-runs.ts";
import { noteAgentEnd } from "../run/spending/calls-under-way.ts";
import { launchLines } from "../tools/answer/launch-lines.ts";
import { runsBeside } from "../tools/answer/next-step.ts";
import { bindLaunch } from "./bind-by-transcript.ts";
import { type HookAnswer, type HookEvent, isMainCall, json, NOTHING, tell } from "./hook-event.ts";
import { watchEnd, watchWorkEnd } from "./watched-call.ts";
import { afterWorkflow } from "./workflow-end.ts";

const stopInput = z.looseObject({ task_id: z.string() });
const workflowResponse = z.looseObject({ taskId: z.string() });
const questionResponse = z.looseObject({ answers: z.record(z.string(), z.string()) });
const bashInput = z.looseObject({ command: z.string() });
const bashResponse = z.looseObject({ backgroundTaskId: z.string().optional() });
const agentResponse = z.looseObject({ agentId: z.string(), status: z.string().optional() });

/**
 * After a launch a background agent's id is known, or a script's; after a stop, that it works no more; after a command,
 * how it ended.
 */
export async function onPostToolUse(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
): Promise<HookAnswer> {
  const told = await watchEnd(run, session, event);
  if (event.tool === "TaskStop") {
    const stopped = json(stopInput, event.input)?.task_id;
    await afterStop(run, stopped);
    if (stopped !== undefined) await watchWorkEnd(run, session, event, stopped);
    if (stopped !== undefined) await afterWorkflow(run, session, stopped);
    return NOTHING;
  }
  if (event.tool === "Bash") {
    const response = json(bashResponse, event.response);
    if (response) {
      const ranNoTest = saysNoTestRan(outputOf(response));
      session.commands.ended(event.use, { end: endOfAnswer(response), ranNoTest, atMs: run.now() });
    }
    return afterRunnerStart(session, event, response?.backgroundTaskId) ?? told;
  }
  if (event.tool === "AskUserQuestion") return afterQuestion(run, session, event);
  if (event.tool === "Workflow") return afterWorkflowLaunch(session, event);
  if (!launchesAgent(event.tool)) return told;
  const response = json(agentResponse, event.response);
  // A foreground agent has ended by now; it was bound by its own calls, or it made none.
  if (response?.status === "async_launched") await bindLaunch(run, session, event.use, response.agentId);
  return NOTHING;
}

/** A call that failed: the host tells it by another event than one that succeeded. */
export async function onPostToolUseFailure(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
): Promise<HookAnswer> {
  if (event.tool === "Bash") {
    session.commands.ended(event.use, { end: endOfError(event.error), ranNoTest: false, atMs: run.now() });
  }
  return watchEnd(run, session, event);
}

/** The host tells a stopped agent's end by no other hook: without this its files stayed held for a lease. */
async function afterStop(run: RunContext, agentId: string | undefined): Promise<void> {
  const store = await run.graph();
  if (!store || agentId === undefined) return;
  noteAgentEnd(run, agentId);
  const how = { finished: false, cause: "its agent was stopped", lastMessage: "" };
  await endAgents(run, store, "main", [agentId], how);
}

/**
 * The user has chosen to run the plan, in the words that were given for it. The module begins, and the conversation has
 * nothing to do until its end; or the conversation is told what to launch first.
 */
async function afterQuestion(run: RunContext, session: SessionMemory, event: HookEvent): Promise<HookAnswer> {
  const { offered } = session;
  const answers = Object.values(json(questionResponse, event.response)?.answers ?? {});
  if (offered === undefined || !answers.includes(offered.choice)) return NOTHING;
  const { plan, engine } = offered;
  if (engine === "mod" && !session.module.isHere(run.clock))
    return tell(
      "PostToolUse",
      `plan ${plan}: it has not begun; call plan_update {plan: "${plan}", action: "run"}.`,
    );
  session.offered = undefined;
  await run.roles.refresh();
  if (engine === "burst") return firstLaunches(run, session, plan);
  await beginModuleRun(run, session, plan, true);
  session.turnEnds(run.now());
  return {
    continue: false,
    stopReason: `${plan} runs beside this conversation. Its end is told here; /parallel-run stop ${plan} stops it.`,
  };
}

async function firstLaunches(run: RunContext, session: SessionMemory, slug: PlanSlug): Promise<HookAnswer> {
  const loaded = await readPlan(run, await existingGraph(run, slug), slug);
  const counts = countsOf(loaded);
  const { text, version } = await launchLines(run, session, { loaded, counts, launchable: counts.ready });
  session.told.set(slug, version);
  return text === undefined ? NOTHING : tell("PostToolUse", `plan ${slug}: ${text}.`);
}

/** A runner goes on in the background: the conversation is told how to wait for it. */
function afterRunnerStart(
  session: SessionMemory,
  event: HookEvent,
  work: string | undefined,
): HookAnswer | undefined {
  const command = json(bashInput, event.input)?.command;
  if (work === undefined || command === undefined || !isMainCall(event)) return undefined;
  const plan = session.runners.started(work, command);
  return plan === undefined ? undefined : tell("PostToolUse", `plan ${plan}: ${runsBeside(session, plan)}`);
}

/** The script runs: the conversation is told how to wait for it. */
function afterWorkflowLaunch(session: SessionMemory, event: HookEvent): HookAnswer {
  const id = json(workflowResponse, event.response)?.taskId;
  const plan = id === undefined ? undefined : session.workflows.launched(event.use, id);
  if (plan === undefined) return NOTHING;
  return tell("PostToolUse", `${plan} runs. ${waitForWorkflow(session, plan)}`);
}
