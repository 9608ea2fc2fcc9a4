import * as z from "zod";
import type { RunContext } from "../run/context.ts";
import type { SessionMemory } from "../run/session.ts";
import { bindLaunch } from "./bind-by-transcript.ts";
import { type HookAnswer, type HookEvent, json, NOTHING } from "./hook-event.ts";

const agentResponse = z.looseObject({ agentId: z.string(), status: z.string().optional() });

/** After a launch: a background agent's id is known from here on. */
export async function onPostToolUse(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
): Promise<HookAnswer> {
  const response = json(agentResponse, event.response);
  // A foreground agent has ended by now; it was bound by its own calls, or it made none.
  if (response?.status === "async_launched") await bindLaunch(run, session, event.use, response.agentId);
  return NOTHING;
}
