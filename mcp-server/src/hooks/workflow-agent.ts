import * as z from "zod";
import { isLive } from "../graph/attempt.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { begunPlans } from "../run/session/own-run.ts";
import type { SessionMemory } from "../run/session/session.ts";
import { workflowStep } from "../run/session/workflow-step.ts";
import { cleanAnswer } from "../tools/answer/clean-answer.ts";
import { deny, type HookAnswer, type HookEvent, json, NOTHING } from "./hook-event.ts";
import { endUnlessReminded } from "./subagent-stop.ts";

const agentOutput = z.looseObject({ plan: z.string() });

/**
 * An agent of the script hands back its result, of which the script believes nothing but that the agent is through:
 * in its place the script gets what the graph says is to be started now.
 */
export async function onWorkflowAgentEnd(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
): Promise<HookAnswer> {
  const plan = json(agentOutput, event.input)?.plan;
  const store = await run.graph();
  if (!store || plan === undefined || event.agent === "" || !(await isRunHere(run, session, plan)))
    return NOTHING;
  const actor = `agent ${event.agent}`;
  const reminder = await endUnlessReminded(run, store, actor, event.agent, event.last, isLive);
  if (reminder !== undefined) return deny(reminder);
  await run.roles.refresh();
  const step = await workflowStep(run, actor, plan);
  if (step.report !== undefined) session.workflows.reported(plan);
  return {
    hookSpecificOutput: { hookEventName: "PreToolUse", updatedInput: cleanAnswer({ plan, ...step }) },
  };
}

/** A server that was started again while the script runs knows it by the claims of this session. */
async function isRunHere(run: RunContext, session: SessionMemory, plan: string): Promise<boolean> {
  if (session.workflows.idOf(plan) !== undefined) return true;
  return (await begunPlans(run)).some(({ loaded }) => loaded.stored.slug === plan);
}
