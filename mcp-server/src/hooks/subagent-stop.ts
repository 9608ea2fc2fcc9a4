import type { RunContext } from "../run/context.ts";
import type { SessionMemory } from "../run/session.ts";
import { endAttempt } from "../run/sweep.ts";
import { type HookAnswer, type HookEvent, NOTHING } from "./hook-event.ts";

/** An unstructured last message is kept up to this length. */
const MAX_LAST_MESSAGE = 20_000;

/** An agent wants to end: one without a report is asked for it once, then its attempt has failed. */
export async function onSubagentStop(
  run: RunContext,
  _session: SessionMemory,
  event: HookEvent,
): Promise<HookAnswer> {
  const store = await run.graph();
  if (!store || event.agent === "") return NOTHING;
  return store.write(run.now(), `agent ${event.agent}`, async (tx): Promise<HookAnswer> => {
    const held = await tx.claimOfAgent(event.agent);
    if (!held) return NOTHING;
    const { claim, planId } = held;
    if (claim.state === "ended") {
      if (claim.drainsUntilMs !== undefined) {
        await tx.append(planId, {
          type: "attempt.drained",
          task: claim.task,
          attempt: claim.id,
          how: "the agent ended",
        });
      }
      return NOTHING;
    }
    if (claim.state !== "running") return NOTHING;
    if (!claim.reminded) {
      await tx.append(planId, { type: "attempt.reminded", task: claim.task, attempt: claim.id });
      return {
        decision: "block",
        reason: `You have not reported ${held.plan}/${claim.task}. Call task_report with the token of your brief, also if the task is not done (outcome failed or blocked), then end.`,
      };
    }
    await endAttempt(run, tx, held, {
      outcome: "unreported",
      cause: "the agent ended without a report",
      ...(event.last !== "" && { lastMessage: event.last.slice(0, MAX_LAST_MESSAGE) }),
    });
    return NOTHING;
  });
}
