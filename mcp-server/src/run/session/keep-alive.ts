import { takeOffSilentModule } from "../engine/take-off.ts";
import { readAgentCall } from "../guard/agent-call.ts";
import type { RunContext } from "../project/run-context.ts";
import type { SessionMemory } from "./session.ts";

/** What is done every second for whom this server answers for. */
export async function keepAlive(run: RunContext, session: SessionMemory): Promise<void> {
  await renewLeases(run, session);
  await takeOffSilentModule(run, session.module);
}

/** A call in flight is a sign of life, however long it takes: the leases of the agents that are in one are renewed. */
async function renewLeases(run: RunContext, session: SessionMemory): Promise<void> {
  const due = session.inCall.due(run.now());
  const store = due.length > 0 ? await run.graph() : undefined;
  if (!store) return;
  for (const agentId of due) {
    const call = await readAgentCall(run, store, agentId);
    if (call?.isAtWork) await call.renewLease();
    else session.inCall.ends(agentId);
  }
}
