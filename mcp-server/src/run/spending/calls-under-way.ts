import { keepNewest } from "../../host/keep-newest.ts";
import type { RunContext } from "../project/run-context.ts";

/** Agents that never end, because nobody tells of it, are forgotten when so many newer ones came. */
const MAX_AGENTS = 500;

const calls = new WeakMap<RunContext, Map<string, string>>();

/** An agent has made a call: the turn that made it is spent, and another one follows on its result. */
export function noteAgentCall(ctx: RunContext, agentId: string, use: string): void {
  const known = calls.get(ctx) ?? new Map<string, string>();
  calls.set(ctx, known);
  known.delete(agentId);
  known.set(agentId, use);
  keepNewest(known, MAX_AGENTS);
}

/** An agent has said its last words. */
export function noteAgentEnd(ctx: RunContext, agentId: string): void {
  calls.get(ctx)?.delete(agentId);
}

/** The newest call of an agent that has not ended, by the host's id for it; undefined where hooks tell of none. */
export function lastCallOf(ctx: RunContext, agentId: string | undefined): string | undefined {
  return agentId === undefined ? undefined : calls.get(ctx)?.get(agentId);
}
