import { setTimeout as sleep } from "node:timers/promises";
import { isAttempt } from "../../graph/attempt.ts";
import type { Change } from "../../graph/event.ts";
import { isSameUsage } from "../../graph/usage.ts";
import { transcriptUsage } from "../../host/transcripts/transcript-usage.ts";
import type { HeldClaim } from "../../store/tables/held-claim.ts";
import { changeGraph, type GraphTransaction, type PlanTransaction } from "../plan/plan-transaction.ts";
import type { RunContext } from "../project/run-context.ts";

/** What is said reaches the transcript a tenth of a second later. */
export const WRITTEN_AFTER_MS = 300;

export type AttemptMeasured = Extract<Change, { readonly type: "attempt.measured" }>;

/** The agent's end, as a hook tells it. */
export interface EndedAgent {
  readonly agentId: string;
  readonly session: string;
  /** Where its transcript is. */
  readonly transcript: string;
}

/** A plan's number of its last event, before and after something was logged. */
export interface Logged {
  readonly plan: string;
  readonly before: number;
  readonly after: number;
}

/** Logs what an agent has used as soon as the host has written down its last words. */
export async function logAgentUsage(ctx: RunContext, ended: EndedAgent): Promise<Logged[]> {
  await sleep(WRITTEN_AFTER_MS, undefined, { ref: false });
  const store = await ctx.graph();
  const attempts = (await store?.read((reader) => reader.attemptsOfAgents([ended.agentId]))) ?? [];
  if (!store || attempts.length === 0) return [];
  const file = await ctx.transcripts.ofAgent(ended.agentId, [ended.session], ended.transcript);
  if (file === undefined) return [];
  const measured = await measureAttempts(file, attempts);
  if (measured.length === 0) return [];
  const work = async (tx: GraphTransaction) => {
    const logged: { plan: PlanTransaction; before: number }[] = [];
    for (const { held, change } of measured) {
      const plan = await tx.planOf(held);
      if (!plan) continue;
      logged.push({ plan, before: plan.stored.version });
      plan.append(change);
    }
    return logged;
  };
  const logged = await changeGraph(ctx, store, `agent ${ended.agentId}`, work);
  return logged.map(({ plan: { stored }, before }, i) => {
    const next = logged.slice(i + 1).find(({ plan }) => plan.id === stored.id);
    return { plan: stored.slug, before, after: next?.before ?? stored.version };
  });
}

/**
 * Measures the attempts of one agent. One that pulls its work makes several: each is given what was said from its
 * start to the start of the next one, and the first also what came before it.
 * @param attempts all that the agent was ever bound to, oldest first.
 * @returns what the graph does not say yet.
 */
export async function measureAttempts(
  file: string,
  attempts: readonly HeldClaim[],
): Promise<{ held: HeldClaim; change: AttemptMeasured }[]> {
  const started = attempts.flatMap((held) => (isAttempt(held.claim) ? [{ held, claim: held.claim }] : []));
  const periods = started.map(({ claim }, i) => ({
    fromMs: i === 0 ? Number.NEGATIVE_INFINITY : claim.startedAtMs,
    toMs: (started[i + 1]?.claim.startedAtMs ?? Number.POSITIVE_INFINITY) - 1,
  }));
  const found = await transcriptUsage(file, "agent", periods);
  return started.flatMap(({ held, claim }, i) => {
    const usage = found?.usage[i];
    if (!found || !usage || isSameUsage(usage, claim.usage)) return [];
    const { task, id: attempt } = claim;
    return [{ held, change: { type: "attempt.measured", task, attempt, usage, bytes: found.bytes } }];
  });
}
