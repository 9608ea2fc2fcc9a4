import * as z from "zod";
import { agentEnded } from "../run/agent-ended.ts";
import type { RunContext } from "../run/context.ts";
import type { SessionMemory } from "../run/session.ts";
import { bindLaunch } from "./bind-by-transcript.ts";
import { type HookAnswer, type HookEvent, json, NOTHING } from "./hook-event.ts";

const stopInput = z.looseObject({ task_id: z.string() });
const agentResponse = z.looseObject({ agentId: z.string(), status: z.string().optional() });

/** After a launch a background agent's id is known; after a stop, that it works no more. */
export async function onPostToolUse(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
): Promise<HookAnswer> {
  if (event.tool === "TaskStop") {
    await afterStop(run, json(stopInput, event.input)?.task_id);
    return NOTHING;
  }
  const response = json(agentResponse, event.response);
  // A foreground agent has ended by now; it was bound by its own calls, or it made none.
  if (response?.status === "async_launched") await bindLaunch(run, session, event.use, response.agentId);
  return NOTHING;
}

/** The host tells a stopped agent's end by no other hook: without this its files stayed held for a lease. */
async function afterStop(run: RunContext, agentId: string | undefined): Promise<void> {
  const store = await run.graph();
  if (!store || agentId === undefined) return;
  await store.write(run.now, "main", async (tx) => {
    const held = await tx.claimOfAgent(agentId);
    if (held) {
      await agentEnded(run, tx, held, { finished: false, cause: "its agent was stopped", lastMessage: "" });
    }
  });
}
