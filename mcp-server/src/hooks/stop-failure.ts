import { endAgents } from "../run/attempts/agent-ended.ts";
import type { RunContext } from "../run/project/run-context.ts";
import type { SessionMemory } from "../run/session/session.ts";
import { noteAgentEnd } from "../run/spending/calls-under-way.ts";
import { type HookAnswer, type HookEvent, NOTHING } from "./hook-event.ts";
import { watchCallerEnd } from "./watched-call.ts";

/** The host's names of errors that pass when less is asked for, or after a while. */
const LIMITS = new Set(["rate_limit", "overloaded"]);

/**
 * A turn ended because the model's provider refused it. For an agent that is its end, and no other event tells of
 * it while the main conversation waits in a call.
 */
export async function onStopFailure(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
): Promise<HookAnswer> {
  await watchCallerEnd(run, session, event);
  const store = await run.graph();
  if (!store || event.agent === "") return NOTHING;
  noteAgentEnd(run, event.agent);
  const throttled = LIMITS.has(event.error);
  await endAgents(run, store, `agent ${event.agent}`, [event.agent], {
    finished: false,
    cause: throttled ? "a rate or usage limit was reached" : "the model's provider answered with an error",
    lastMessage: event.last,
    throttled,
  });
  return NOTHING;
}
