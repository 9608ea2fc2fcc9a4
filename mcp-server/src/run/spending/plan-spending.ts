import type { AnyClaim } from "../../graph/attempt.ts";
import type { PlanGraph } from "../../graph/plan-graph.ts";
import { type Spent, spentBy } from "../../policy/spending/limits.ts";
import { type AgentsWithTurns, averageTurn } from "../../policy/spending/room.ts";
import type { RunContext } from "../project/run-context.ts";
import { lastCallOf } from "./calls-under-way.ts";
import { mainUsageOf } from "./main-usage.ts";

/**
 * An agent says its last words soon after its attempt has ended, or was killed and never does. So long they are measured,
 * and so long a limit has room for them: one that ended before the other would let a plan spend what nobody counted on.
 * A turn that the provider delays takes more than a minute.
 */
export const LAST_WORDS_MS = 120_000;

/** What a plan has spent when it was last looked, and what is sure to follow. */
export interface PlanSpending {
  readonly spent: Spent;
  /** What a turn of its agents takes. */
  readonly turn: Spent;
  readonly atWork: AgentsWithTurns;
  /** Of the money. */
  readonly currency: string | undefined;
}

export function planSpending({
  ctx,
  graph,
}: {
  readonly ctx: RunContext;
  readonly graph: PlanGraph;
}): PlanSpending {
  const { table } = ctx.prices.last;
  const nowMs = ctx.now();
  return {
    spent: spentBy(graph.claims, mainUsageOf(graph), table, nowMs),
    turn: averageTurn(graph.claims, table, nowMs),
    atWork: {
      working: graph.underCap.length,
      ending: graph.claims.filter((claim) => isEnding(ctx, claim, nowMs)).length,
    },
    currency: table?.currency,
  };
}

function isEnding(ctx: RunContext, claim: AnyClaim, nowMs: number): boolean {
  if (claim.state !== "delivering" && claim.state !== "ended") return false;
  const isRecent = claim.state === "delivering" || nowMs - claim.endedAtMs < LAST_WORDS_MS;
  return isRecent && claim.report !== undefined && lastCallOf(ctx, claim.agentId) !== undefined;
}
