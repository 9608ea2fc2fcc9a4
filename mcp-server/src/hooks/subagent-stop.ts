import { agentEnded } from "../run/attempts/agent-ended.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { takeMessage } from "../run/reporting/report-from-message.ts";
import type { SessionMemory } from "../run/session/session.ts";
import { logAgentUsage } from "../run/usage/agent-usage.ts";
import type { GraphWriter, HeldClaim } from "../store/graph-store.ts";
import { type HookAnswer, type HookEvent, NOTHING } from "./hook-event.ts";

/** An agent wants to end: one without a report is asked for it once, then its attempt has failed. */
export async function onSubagentStop(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
): Promise<HookAnswer> {
  const store = await run.graph();
  if (!store || event.agent === "") return NOTHING;
  const actor = `agent ${event.agent}`;
  if (await takeMessage(run, store, actor, event.agent, event.last)) {
    measureLater(run, session, event);
    return NOTHING;
  }
  const answer = await store.write(run.now, actor, async (tx): Promise<HookAnswer> => {
    const held = await tx.claimOfAgent(event.agent);
    if (!held) return NOTHING;
    const reminder = await endsUnreported(run, tx, held, event.last);
    if (reminder !== undefined) return { decision: "block", reason: reminder };
    return NOTHING;
  });
  if (answer === NOTHING) measureLater(run, session, event);
  return answer;
}

/** Nobody waits for it: what it cannot measure or log, the report does. */
function measureLater(run: RunContext, session: SessionMemory, event: HookEvent): void {
  logAgentUsage(run, { agentId: event.agent, session: event.session, transcript: event.agentTranscript })
    .then((logged) => {
      // Else each agent's end would be told to the main conversation twice.
      for (const { plan, before, after } of logged) session.overlook(plan, before, after);
    })
    .catch(() => undefined);
}

/**
 * An agent wants to end and has not reported: the first time it is to be reminded, the second time its attempt ends.
 * @returns the reminder.
 */
export async function endsUnreported(
  run: RunContext,
  tx: GraphWriter,
  held: HeldClaim,
  lastMessage: string,
): Promise<string | undefined> {
  const { claim, planId, plan } = held;
  if (claim.state === "running" && !claim.reminded) {
    await tx.append(planId, { type: "attempt.reminded", task: claim.task, attempt: claim.id });
    return `You have not reported ${plan}/${claim.task}. Call task_report with the token of your brief, also if the task is not done (outcome failed or blocked), then end.`;
  }
  await agentEnded(run, tx, held, {
    finished: true,
    cause: "the agent ended without a report",
    lastMessage,
  });
  return undefined;
}
