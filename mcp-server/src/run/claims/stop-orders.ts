import { isDraining } from "../../graph/attempt.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";

/** An agent that should be stopped because nobody waits for it any more. */
export interface StopOrder {
  readonly task: string;
  readonly agentId: string;
}

/** Agents of attempts that ended without them: they may still be at work and hold their scope. */
export function stopOrders(loaded: LoadedPlan, nowMs: number): StopOrder[] {
  return loaded.graph.draining.flatMap((claim) =>
    claim.state === "ended" && isDraining(claim, nowMs) && claim.agentId !== undefined
      ? [{ task: claim.task, agentId: claim.agentId }]
      : [],
  );
}
