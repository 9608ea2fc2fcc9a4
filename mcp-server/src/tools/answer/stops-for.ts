import type { StopOrder } from "../../run/claims/stop-orders.ts";
import type { LoadedPlan } from "../../run/plan/load-plan.ts";
import type { SessionMemory } from "../../run/session/session.ts";

/**
 * Which agents the main conversation is to stop. The host stops agents of a script only together with it, so they are
 * left alone while the plan goes on: the guard lets them write no more.
 */
export function stopsFor(
  session: SessionMemory,
  { stored }: LoadedPlan,
  stop: readonly StopOrder[],
): readonly StopOrder[] {
  const single = stop.filter(({ agentId }) => !session.workflows.hasAgent(agentId));
  const script = session.workflows.idOf(stored.slug);
  const [other] = stop.filter((order) => !single.includes(order));
  return other && script !== undefined && stored.status !== "open"
    ? [...single, { task: other.task, agentId: script }]
    : single;
}
