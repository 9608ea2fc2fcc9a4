import { setTimeout as sleep } from "node:timers/promises";
import type { RunContext } from "../run/project/run-context.ts";
import type { SessionMemory } from "../run/session/session.ts";
import { worktreeOfClaim } from "../run/worktrees/worktree-of-claim.ts";
import type { HeldClaim } from "../store/tables/held-claim.ts";
import { hostWorktree } from "./bind-by-transcript.ts";

/** Less than the time after which the host stops waiting for a hook. */
const MAX_WAIT_MS = 8_000;

/**
 * Gives an agent that works in a worktree the right one before it does anything: the host has cut it from where it
 * likes, so it is moved to what the task builds on. If that fails its claim ends, and the guard lets it write no more.
 */
export async function placeAgent(
  run: RunContext,
  session: SessionMemory,
  { claim }: HeldClaim,
  event: { readonly agent: string; readonly transcript: string },
): Promise<boolean> {
  if (claim.isolation !== "worktree") return false;
  const known = session.placed.get(claim.id);
  const placed = known ?? place(run, claim.id, event);
  session.placed.set(claim.id, placed);
  // Without an answer in time the host would go on unguarded; the guard says no until the worktree is there.
  await Promise.race([placed, sleep(MAX_WAIT_MS, undefined, { ref: false })]);
  return true;
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
