import { endAgents } from "../run/attempts/agent-ended.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { reportFromLastMessage } from "../run/reporting/report-from-message.ts";
import { beforeReport } from "../run/review/review-due.ts";
import { begunPlans } from "../run/session/own-run.ts";
import type { SessionMemory } from "../run/session/session.ts";
import { type EndNotice, endedAgentIn } from "./ended-agent.ts";
import { type HookAnswer, type HookEvent, NOTHING, tell } from "./hook-event.ts";
import { watchWorkEnd } from "./watched-call.ts";
import { WORKFLOW } from "./workflow-call.ts";
import { afterWorkflow } from "./workflow-end.ts";

/** What a user types to let the script run a plan; a notification never begins like that. */
const TYPED_WORKFLOW = new RegExp(`^\\s*/${WORKFLOW}\\b`);

/**
 * A prompt comes in, the user's or the notification that an agent ended: one line says how the run stands and
 * what to call, unless the conversation has heard it already.
 */
export async function onUserPromptSubmit(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
): Promise<HookAnswer> {
  const ended = endedAgentIn(event.prompt);
  if (TYPED_WORKFLOW.test(event.prompt)) session.workflows.wanted = true;
  const inMidTurn = session.isOpenTurn(event.promptId);
  session.turnBegins(event.promptId);
  if (ended) {
    await watchWorkEnd(run, session, event, ended.agentId);
    await noteEnd(run, ended);
    await afterWorkflow(run, session, ended.agentId);
  }
  // A headless session that has not ended its turn waits in batch_collect, which has told the same.
  if (ended && inMidTurn && !session.interactive) return NOTHING;
  // Whoever was interrupted waits for the user, and is told how things stand with the user's next prompt.
  if (ended && session.interrupted) return NOTHING;
  const lines: string[] = [];
  for (const { loaded, counts, done, launchable, unreported } of await begunPlans(run)) {
    const { slug, version, status } = loaded.stored;
    if (session.told.get(slug) === version || (done && !unreported)) continue;
    session.told.set(slug, version);
    const what = done
      ? (beforeReport(loaded) ?? "call plan_report")
      : session.workflows.idOf(slug) !== undefined
        ? "its workflow goes on by itself"
        : launchable > 0
          ? session.interrupted
            ? "interrupted: call batch_next only if the user wants it to go on"
            : "call batch_next"
          : "nothing to launch now";
    const state = status === "open" ? "" : `${status}, `;
    lines.push(
      `plan ${slug}: ${state}${counts.completed}/${counts.total} done, ${counts.running} running${counts.failed > 0 ? `, ${counts.failed} failed` : ""}; ${what}.`,
    );
  }
  return lines.length === 0 ? NOTHING : tell("UserPromptSubmit", lines.join("\n"));
}

/** An agent that was stopped or died fires no hook of its own; its end is known from here. */
async function noteEnd(run: RunContext, ended: EndNotice): Promise<void> {
  const store = await run.graph();
  if (!store) return;
  const { agentId, finished, lastMessage } = ended;
  if (finished && (await reportFromLastMessage(run, store, "main", agentId, lastMessage))) return;
  await endAgents(run, store, "main", [agentId], ended);
}
