import { CallerError } from "../errors/caller-error.ts";
import type { RunContext } from "../run/project/run-context.ts";
import type { SessionMemory } from "../run/session/session.ts";
import { PORT_VARIABLE } from "../run/worktrees/setup/port.ts";
import { worktreeOfClaim } from "../run/worktrees/worktree-of-claim.ts";
import type { HeldClaim } from "../store/tables/held-claim.ts";
import { type AgentAt, hostWorktree } from "./bind-by-transcript.ts";

/**
 * Gives an agent that works in a worktree the right one: the host has cut it from where it likes, so it is moved to what
 * the task builds on and set up. If that fails its claim ends; until it is done the guard lets the agent write nothing.
 * @returns when it is done, what the agent is to know of it; undefined for an agent that needs none.
 */
export function placeAgent(
  run: RunContext,
  session: SessionMemory,
  { claim }: HeldClaim,
  at: AgentAt,
): Promise<string> | undefined {
  if (claim.isolation !== "worktree") return undefined;
  const placed = session.placed.get(claim.id) ?? place(run, claim.id, at);
  session.placed.set(claim.id, placed);
  return placed;
}

async function place(run: RunContext, attempt: HeldClaim["claim"]["id"], at: AgentAt): Promise<string> {
  try {
    const store = await run.graph();
    if (!store) return "";
    const { port } = await worktreeOfClaim(run, store, attempt, await hostWorktree(at));
    return `Your worktree is ready. Its own port is ${port}: what listens there is started with ${PORT_VARIABLE}=${port}.`;
  } catch (error) {
    // A hook that fails would only be skipped, and the agent would work on.
    return error instanceof CallerError ? `${error.message} ${error.remedy}` : "";
  }
}
