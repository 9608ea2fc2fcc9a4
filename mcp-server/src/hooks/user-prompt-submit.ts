import { isInterrupted } from "../host/transcripts/interruption.ts";
import { endAgents } from "../run/attempts/agent-ended.ts";
import { endOfRunner } from "../run/engine/end-of-runner.ts";
import { takeOffModuleOf, takeOffSilentModule } from "../run/engine/take-off.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { reportFromLastMessage } from "../run/reporting/report-from-message.ts";
import { addReview } from "../run/review/add-review.ts";
import { beforeReport } from "../run/review/review-due.ts";
import { type BegunPlan, begunPlans } from "../run/session/own-run.ts";
import type { SessionMemory } from "../run/session/session.ts";
import { launchLines } from "../tools/answer/launch-lines.ts";
import { type EndNotice, endedAgentIn } from "./ended-agent.ts";
import { type HookAnswer, type HookEvent, NOTHING, tell } from "./hook-event.ts";
import { watchWorkEnd } from "./watched-call.ts";
import { WORKFLOW } from "./workflow-call.ts";
import { afterWorkflow } from "./workflow-end.ts";

/** What a user types to let the script run a plan; a notification never begins like that. */
const TYPED_WORKFLOW = new RegExp(`^\\s*/${WORKFLOW}\\b`);

/**
 * A prompt comes in, the user's or the notification that an agent ended: one line says how the run stands and
 * what to launch or to call, unless the conversation has heard it already.
 */
export async function onUserPromptSubmit(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
): Promise<HookAnswer> {
  const ended = endedAgentIn(event.prompt);
  if (event.mode !== "") session.permissionMode = event.mode;
  if (TYPED_WORKFLOW.test(event.prompt)) session.workflows.wanted = true;
  const inMidTurn = session.isOpenTurn(event.promptId);
  session.module.wokenBy(event.prompt);
  session.turnBegins(event.promptId, await isAfterInterruption(run, session, event, ended !== undefined));
  try {
    return await answer(run, session, event, { ended, inMidTurn });
  } finally {
    if (ended) session.noticeAnswered(run.now());
  }
}

/**
 * Whether the user has interrupted the turn before. Ends that come together are one turn of the host, and a prompt each
 * for its hooks: an unended turn alone says nothing.
 */
async function isAfterInterruption(
  run: RunContext,
  session: SessionMemory,
  { promptId, session: id }: HookEvent,
  isNotice: boolean,
): Promise<boolean> {
  if (!session.interactive || !session.findsOpenTurn(promptId)) return false;
  if (!isNotice) return true;
  if (session.isWithLastNotice(run.now())) return false;
  const transcript = await run.transcripts.ofSession(id);
  return transcript === undefined || isInterrupted(transcript).catch(() => true);
}

async function answer(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
  { ended, inMidTurn }: { readonly ended: EndNotice | undefined; readonly inMidTurn: boolean },
): Promise<HookAnswer> {
  if (ended) {
    await watchWorkEnd(run, session, event, ended.agentId);
    await noteEnd(run, ended);
    await takeOffModuleOf(run, session.module, ended.agentId);
    await afterWorkflow(run, session, ended.agentId);
  }
  const executed = ended && session.runners.ended(ended.agentId);
  // A headless session that has not ended its turn waits in batch_collect, which has told the same.
  if (ended && inMidTurn && !session.interactive) return NOTHING;
  // Whoever was interrupted waits for the user, and is told how things stand with the user's next prompt.
  if (ended && session.interrupted) return NOTHING;
  await takeOffSilentModule(run, session.module);
  const lines: string[] = [];
  if (executed !== undefined) lines.push(await endToldOnce(run, session, executed));
  for (const plan of await begunPlans(run)) {
    const { counts, done, unreported } = plan;
    const { slug, version, status } = plan.loaded.stored;
    const lostWake = session.module.takeLostWake(slug, run.now());
    if (lostWake !== undefined) {
      session.told.set(slug, version);
      lines.push(lostWake);
      continue;
    }
    // The report of a module that is gone may have reached nobody.
    const isTold = done && !unreported && !session.module.hasLost(slug);
    if (session.told.get(slug) === version || isTold) continue;
    const { what, version: newest } = await whatToDo(run, session, plan, ended !== undefined);
    if (session.answeredLate.has(event)) continue;
    session.told.set(slug, newest);
    const state = status === "open" ? "" : `${status}, `;
    lines.push(
      `plan ${slug}: ${state}${counts.completed}/${counts.total} done, ${counts.running} running${counts.failed > 0 ? `, ${counts.failed} failed` : ""}; ${what}.`,
    );
  }
  return lines.length === 0 ? NOTHING : tell("UserPromptSubmit", lines.join("\n"));
}

/** What a runner has left behind. What it could not do is not gone on with unasked. */
async function endToldOnce(run: RunContext, session: SessionMemory, plan: string): Promise<string> {
  const { text, version } = await endOfRunner(run, plan);
  if (version !== undefined)
    for (const versions of [session.told, session.sentBack]) versions.set(plan, version);
  return text;
}

/** What the line about a plan asks for, and the plan's version with what was offered in it. */
async function whatToDo(
  run: RunContext,
  session: SessionMemory,
  plan: BegunPlan,
  isWoken: boolean,
): Promise<{ readonly what: string; readonly version: number }> {
  const { loaded, done, launchable } = plan;
  const { slug, version } = loaded.stored;
  if (session.isToldEndOf(slug))
    return { what: "it runs beside this conversation, which is told its end", version };
  const isAtEnd = done && !(isWoken && (await addReview(run, "main", slug)));
  if (isAtEnd) {
    // Of a stopped plan agents may still be at work.
    const { text } = await launchLines(run, session, plan);
    const then = beforeReport(loaded) ?? "call plan_report";
    return { what: text === undefined ? then : `${text}; after that ${then}`, version };
  }
  if (session.workflows.idOf(slug) !== undefined) return { what: "its workflow goes on by itself", version };
  if (session.interrupted && launchable > 0)
    return { what: "interrupted: call batch_next only if the user wants it to go on", version };
  // Whoever types a prompt wants an answer, and not a launch first.
  if (!isWoken) {
    const lost = session.module.hasLost(slug)
      ? "what launched its agents has stopped, and they wake nobody; to go on "
      : "";
    return { what: launchable > 0 ? `${lost}call batch_next` : "nothing to launch now", version };
  }
  const { text, version: newest } = await launchLines(run, session, plan);
  return { what: text ?? "nothing to do: end your turn", version: newest };
}

/** An agent that was stopped or died fires no hook of its own; its end is known from here. */
async function noteEnd(run: RunContext, ended: EndNotice): Promise<void> {
  const store = await run.graph();
  if (!store) return;
  const { agentId, finished, lastMessage } = ended;
  if (finished && (await reportFromLastMessage(run, store, "main", agentId, lastMessage))) return;
  await endAgents(run, store, "main", [agentId], ended);
}
