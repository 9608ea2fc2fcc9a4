import { endAgents } from "../run/attempts/agent-ended.ts";
import type { RunContext } from "../run/project/run-context.ts";
import type { SessionMemory } from "../run/session/session.ts";

/**
 * A script of the host has ended, by itself or because it was stopped: its agents work no more, and no other event
 * tells of those that were in the middle of their tasks.
 * @param id the host's id of whatever has ended.
 */
export async function afterWorkflow(run: RunContext, session: SessionMemory, id: string): Promise<void> {
  const agents = session.workflows.ended(id);
  const store = await run.graph();
  if (!store || agents.length === 0) return;
  const how = { finished: false, cause: "its workflow ended", lastMessage: "", interrupted: true };
  await endAgents(run, store, "main", agents, how);
}
