import type { RunContext } from "../run/context.ts";
import type { SessionMemory } from "../run/session.ts";
import { worktreeOfClaim } from "../run/worktree-of-claim.ts";
import type { HeldClaim } from "../store/graph-store.ts";
import { hostWorktree } from "./bind-by-transcript.ts";

/**
 * Gives an agent that works in a worktree the right one before it does anything: the host has cut it from where it
 * likes, so it is moved to what the task builds on. If that fails its claim ends, and the guard lets it write no more.
 */
export async function placeAgent(
  run: RunContext,
  session: SessionMemory,
  { claim }: HeldClaim,
  event: { readonly agent: string; readonly transcript: string },
): Promise<void> {
  if (claim.isolation !== "worktree") return;
  const placed = session.placed.get(claim.id) ?? place(run, claim.id, event);
  session.placed.set(claim.id, placed);
  await placed;
}

async function place(
  run: RunContext,
  attempt: HeldClaim["claim"]["id"],
  event: { readonly agent: string; readonly transcript: string },
): Promise<void> {
  const store = await run.graph();
  if (!store) return;
  const made = await hostWorktree(event.agent, event.transcript);
  // Why there is none is in the graph; a hook that fails would only be skipped.
  await worktreeOfClaim(run, store, attempt, made).catch(() => undefined);
}
