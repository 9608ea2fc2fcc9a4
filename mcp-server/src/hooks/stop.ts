import * as z from "zod";
import { resumeCommand } from "../run/edits/open-plan.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { beforeReport } from "../run/review/review-due.ts";
import { begunPlans } from "../run/session/own-run.ts";
import type { SessionMemory } from "../run/session/session.ts";
import { type HookAnswer, type HookEvent, json, NOTHING } from "./hook-event.ts";
import { watchCallerEnd } from "./watched-call.ts";
import { afterWorkflow } from "./workflow-end.ts";

/**
 * The main conversation wants to end its turn: it is sent back, once per state of the graph, when agents could
 * be launched now or when all has ended and nobody was told. If it ends all the same, the user is told how
 * things stand. A paused plan, one of which the next notification is due, one that a script of the host runs, and a
 * user who interrupted let it go.
 */
export async function onStop(run: RunContext, session: SessionMemory, event: HookEvent): Promise<HookAnswer> {
  await forgetEndedWorkflows(run, session, event);
  await watchCallerEnd(run, session, event);
  const left: string[] = [];
  for (const { loaded, counts, done, launchable, unreported, aboutToWake } of await begunPlans(run)) {
    const { slug, version, status } = loaded.stored;
    if (status === "paused" || aboutToWake || session.workflows.idOf(slug) !== undefined) continue;
    const toDo =
      launchable > 0
        ? `${launchable} can be launched now. Call batch_next {plan: "${slug}"}.`
        : loaded.pauseMs > 0 && counts.running === 0 && !done
          ? `it waits for a rate or usage limit. Call batch_collect {plan: "${slug}"}, then batch_next.`
          : counts.delivering > 0 && counts.running === 0
            ? `what was reported last is on its way onto a branch. Call batch_collect {plan: "${slug}"}, then batch_next.`
            : done && unreported
              ? `all has ended without a report: ${beforeReport(loaded) ?? `call plan_report {plan: "${slug}"} and show it`}.`
              : undefined;
    if (toDo === undefined) continue;
    if (!session.interrupted && session.sentBack.get(slug) !== version) {
      session.sentBack.set(slug, version);
      return { decision: "block", reason: `${slug}: ${toDo}` };
    }
    left.push(
      `parallel: the plan ${slug} is not finished: ${counts.completed} of ${counts.total} completed, ${counts.failed} failed, ${counts.running} running, ${launchable} ready to launch. ${resumeCommand(loaded.stored)} goes on; /parallel:report ${slug} shows the results.`,
    );
  }
  session.turnEnds();
  return left.length === 0 ? NOTHING : { systemMessage: left.join("\n") };
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
