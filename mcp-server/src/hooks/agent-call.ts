import { reviveIfLate } from "../run/attempts/sign-of-life.ts";
import { type AgentCall, readAgentCall } from "../run/guard/agent-call.ts";
import type { RunContext } from "../run/project/run-context.ts";
import type { SessionMemory } from "../run/session/session.ts";
import { noteAgentCall } from "../run/spending/calls-under-way.ts";
import { bindByTranscript } from "./bind-by-transcript.ts";
import type { HookEvent } from "./hook-event.ts";
import { placeAgent } from "./worktree-agent.ts";

/**
 * What is known of an agent that calls a tool; its first call may tell which attempt it works on. For an agent without
 * a claim it is looked whether the graph has changed since, and nothing else.
 */
export async function agentCall(
  run: RunContext,
  session: SessionMemory,
  agentId: string,
  { transcript, use }: Pick<HookEvent, "transcript" | "use">,
): Promise<AgentCall | undefined> {
  if (use !== "") noteAgentCall(run, agentId, use);
  const call = await readOrBind(run, session, agentId, transcript);
  session.noteStanding(agentId, call);
  return call;
}

async function readOrBind(
  run: RunContext,
  session: SessionMemory,
  agentId: string,
  transcript: string,
): Promise<AgentCall | undefined> {
  const store = await run.graph();
  if (!store) return undefined;
  const state = await store.state();
  if (session.isClaimless(agentId, state)) return undefined;
  let call = await readAgentCall(run, store, agentId);
  const own = call?.standing.own.claim;
  if (own?.state === "ended" && own.outcome === "lost") {
    const isRevived = await reviveIfLate(run, store, `agent ${agentId}`, { agentId });
    if (isRevived) call = await readAgentCall(run, store, agentId);
  }
  const { held, isKnown } = call
    ? { held: call.standing.own, isKnown: true }
    : await bindByTranscript(run, session, agentId, transcript);
  if (!held) {
    if (isKnown) session.noteClaimless(agentId, state);
    return undefined;
  }
  // Where the agent's start has not done it: nothing waits for it here, and the guard says no until it is done.
  if (held.claim.state === "running")
    void placeAgent(run, session, held, { agent: agentId, transcript, cwd: "" });
  return call ?? readAgentCall(run, store, agentId);
}
