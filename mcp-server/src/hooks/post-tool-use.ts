import * as z from "zod";
import { launchesAgent } from "../host/launching-tools.ts";
import { endOfAnswer, endOfError, outputOf } from "../host/transcripts/bash-result.ts";
import { saysNoTestRan } from "../host/transcripts/no-tests.ts";
import { endAgents } from "../run/attempts/agent-ended.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { beginModuleRun } from "../run/session/module-run.ts";
import type { SessionMemory } from "../run/session/session.ts";
import { waitForWorkflow } from "../run/session/workflow-runs.ts";
import { bindLaunch } from "./bind-by-transcript.ts";
import { type HookAnswer, type HookEvent, json, NOTHING, tell } from "./hook-event.ts";
import { watchEnd, watchWorkEnd } from "./watched-call.ts";
import { afterWorkflow } from "./workflow-end.ts";

const stopInput = z.looseObject({ task_id: z.string() });
const workflowResponse = z.looseObject({ taskId: z.string() });
const questionResponse = z.looseObject({ answers: z.record(z.string(), z.string()) });
const bashResponse = z.looseObject({});
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
    return told;
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
  const how = { finished: false, cause: "its agent was stopped", lastMessage: "" };
  await endAgents(run, store, "main", [agentId], how);
}

/** The user has chosen to let the module run the plan: it begins, and the conversation has nothing to do until its end. */
async function afterQuestion(run: RunContext, session: SessionMemory, event: HookEvent): Promise<HookAnswer> {
  const { offered } = session;
  const answers = Object.values(json(questionResponse, event.response)?.answers ?? {});
  if (offered === undefined || !answers.includes(offered.choice) || !session.module.isHere(run.now()))
    return NOTHING;
  session.offered = undefined;
  await run.roles.refresh();
  await beginModuleRun(run, session, offered.plan, true);
  session.turnEnds();
  return {
    continue: false,
    stopReason: `${offered.plan} runs beside this conversation. Its end is told here; /parallel-run stop ${offered.plan} stops it.`,
  };
}

/** The script runs: the conversation is told how to wait for it. */
function afterWorkflowLaunch(session: SessionMemory, event: HookEvent): HookAnswer {
  const id = json(workflowResponse, event.response)?.taskId;
  const plan = id === undefined ? undefined : session.workflows.launched(event.use, id);
  if (plan === undefined) return NOTHING;
  return tell("PostToolUse", `${plan} runs. ${waitForWorkflow(session, plan)}`);
}
