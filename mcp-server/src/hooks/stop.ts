import * as z from "zod";
import { resumeCommand } from "../run/edits/open-plan.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { beforeReport } from "../run/review/review-due.ts";
import { type BegunPlan, begunPlans } from "../run/session/own-run.ts";
import type { SessionMemory } from "../run/session/session.ts";
import { byClaims } from "../tools/answer/launch-lines.ts";
import { type HookAnswer, type HookEvent, json, NOTHING } from "./hook-event.ts";
import { watchCallerEnd } from "./watched-call.ts";
import { afterWorkflow } from "./workflow-end.ts";

/**
 * The main conversation wants to end its turn: it is sent back, once per state of the graph, when agents could
 * be launched now or when all has ended and nobody was told. If it ends all the same, the user is told how
 * things stand. A paused plan, one of which the next notification is due, one that runs beside the conversation, and a
 * user who interrupted let it go.
 */
export async function onStop(run: RunContext, session: SessionMemory, event: HookEvent): Promise<HookAnswer> {
  await forgetEndedWorkflows(run, session, event);
  await watchCallerEnd(run, session, event);
  const left: string[] = [];
  for (const plan of await begunPlans(run)) {
    const { loaded, counts, launchable, aboutToWake } = plan;
    const { slug, version, status } = loaded.stored;
    if (status === "paused" || aboutToWake || session.runsBeside(slug)) continue;
    const mayGoOn = !session.interrupted && session.sentBack.get(slug) !== version;
    const toDo = mayGoOn ? whatIsLeft(session, plan) : undefined;
    if (toDo !== undefined) {
      session.sentBack.set(slug, version);
      return { decision: "block", reason: `${slug}: ${toDo}` };
    }
    if (mayGoOn || !isAnythingLeft(plan)) continue;
    left.push(
      `parallel: the plan ${slug} is not finished: ${counts.completed} of ${counts.total} completed, ${counts.failed} failed, ${counts.running} running, ${launchable} ready to launch. ${resumeCommand(loaded.stored)} goes on; /parallel:report ${slug} shows the results.`,
    );
  }
  session.turnEnds(run.now());
  const shown = session.toShow === undefined ? [] : [session.toShow];
  session.toShow = undefined;
  const lines = [...shown, ...left];
  return lines.length === 0 ? NOTHING : { systemMessage: lines.join("\n") };
}

/** What keeps the main conversation from ending its turn, in words that the host shows to the user as well. */
function whatIsLeft(session: SessionMemory, plan: BegunPlan): string | undefined {
  const { loaded, launchable } = plan;
  const { slug } = loaded.stored;
  const wait = `Call batch_collect {plan: "${slug}", launch: true}.`;
  const claimed = byClaims(session, plan);
  if (claimed) return claimed.text && `go on with ${claimed.text}.`;
  if (launchable > 0) return `${launchable} can be launched now. Call batch_next {plan: "${slug}"}.`;
  if (waitsForLimit(plan)) return `it waits for a rate or usage limit. ${wait}`;
  if (waitsForDelivery(plan)) return `what was reported last is on its way onto a branch. ${wait}`;
  if (plan.done && plan.unreported) {
    const what =
      beforeReport(loaded) ?? `call plan_report {plan: "${slug}"} and answer with what counts of it`;
    return `all has ended without a report: ${what}.`;
  }
  return undefined;
}

/** Nothing of these wakes anybody. */
function isAnythingLeft(plan: BegunPlan): boolean {
  return (
    plan.launchable > 0 || waitsForLimit(plan) || waitsForDelivery(plan) || (plan.done && plan.unreported)
  );
}

function waitsForLimit({ loaded, counts, done }: BegunPlan): boolean {
  return loaded.pauseMs > 0 && counts.running === 0 && !done;
}

function waitsForDelivery({ counts }: BegunPlan): boolean {
  return counts.delivering > 0 && counts.running === 0;
}

/** A script that a person stopped may have ended without a word; what still runs stands in the event. */
async function forgetEndedWorkflows(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
): Promise<void> {
  const running = json(z.array(z.looseObject({ id: z.string() })), event.background);
  if (!running) return;
  for (const id of session.workflows.ids) {
    if (!running.some((task) => task.id === id)) await afterWorkflow(run, session, id);
  }
}
