import { type AnyClaim, holdsScope } from "../graph/attempt.ts";
import { agentEnded } from "../run/attempts/agent-ended.ts";
import { reviveIfLate } from "../run/attempts/sign-of-life.ts";
import { changeGraph, type GraphTransaction } from "../run/plan/plan-transaction.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { reportFromLastMessage } from "../run/reporting/report-from-message.ts";
import type { SessionMemory } from "../run/session/session.ts";
import { noteAgentEnd } from "../run/spending/calls-under-way.ts";
import { logAgentUsage } from "../run/usage/agent-usage.ts";
import type { GraphStore } from "../store/graph-store.ts";
import { type HookAnswer, type HookEvent, NOTHING } from "./hook-event.ts";
import { watchCallerEnd } from "./watched-call.ts";

/** An agent wants to end: one without a report is asked for it once, then its attempt has failed. */
export async function onSubagentStop(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
): Promise<HookAnswer> {
  if (event.agent === "") return NOTHING;
  session.inCall.ends(event.agent);
  await watchCallerEnd(run, session, event);
  const store = await run.graph();
  if (!store) return NOTHING;
  const actor = `agent ${event.agent}`;
  // Whoever ends has lived until now.
  await reviveIfLate(run, store, actor, { agentId: event.agent });
  if (!(await reportFromLastMessage(run, store, actor, event.agent, event.last))) {
    const reminder = await endUnlessReminded(run, store, actor, event.agent, event.last);
    if (reminder !== undefined) return { decision: "block", reason: reminder };
  }
  measureLater(run, session, event);
  return endOfLostPlan(store, session, event.agent);
}

/** The agent wakes nobody, because the module that launched it fell silent: the user is told how to go on. */
async function endOfLostPlan(
  store: GraphStore,
  session: SessionMemory,
  agentId: string,
): Promise<HookAnswer> {
  const held = await store.read((reader) => reader.claimOfAgent(agentId));
  if (!held || !session.module.hasLost(held.plan)) return NOTHING;
  const goOn = `the plan ${held.plan} does not go on by itself, because the module that launched its agents has stopped.`;
  return { systemMessage: `parallel: ${goOn} /parallel:run ${held.plan} goes on with it.` };
}

/** Nobody waits for it: what it cannot measure or log, the report does. */
function measureLater(run: RunContext, session: SessionMemory, event: HookEvent): void {
  logAgentUsage(run, { agentId: event.agent, session: event.session, transcript: event.agentTranscript })
    .then((logged) => {
      // Else each agent's end would be told to the main conversation twice.
      for (const { plan, before, after } of logged) session.overlook(plan, before, after);
    })
    .catch(() => undefined)
    // Until here its last words are still to be counted.
    .finally(() => noteAgentEnd(run, event.agent));
}

/**
 * An agent wants to end: if it has not reported, it is to be reminded the first time, and the second time its attempt
 * ends. Of one that holds nothing nothing is written.
 * @param isMeant which claims are ended.
 * @returns the reminder.
 */
export async function endUnlessReminded(
  run: RunContext,
  store: GraphStore,
  actor: string,
  agentId: string,
  lastMessage: string,
  isMeant: (claim: AnyClaim) => boolean = holdsScope,
): Promise<string | undefined> {
  const ahead = { claim: { agentId } };
  const found = await store.read((reader) => reader.claimOfAgent(agentId), ahead);
  // Of one whose report was accepted nothing more is wanted.
  if (!found || !isMeant(found.claim) || found.claim.state === "delivering") return undefined;
  const end = async (tx: GraphTransaction) => {
    const held = await tx.writer.claimOfAgent(agentId);
    const plan = held && (await tx.planOf(held));
    if (!plan || !isMeant(held.claim)) return undefined;
    const { claim } = held;
    if (claim.state === "running" && !claim.reminded) {
      plan.append({ type: "attempt.reminded", task: claim.task, attempt: claim.id });
      return `You have not reported ${held.plan}/${claim.task}. Call task_report with the token of your brief, also if the task is not done (outcome failed or blocked), then end.`;
    }
    const cause = "the agent ended without a report";
    await agentEnded(tx, held, { finished: true, cause, lastMessage });
    return undefined;
  };
  return changeGraph(run, store, actor, end, ahead);
}
