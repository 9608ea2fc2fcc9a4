import { areAlternatives } from "../../policy/alternatives.ts";
import type { PlanView } from "../plan/plan-view.ts";
import { isFromHere } from "./clone.ts";
import type { Delivery } from "./delivery.ts";

/**
 * The deliveries of a plan that are to be made next from this clone, in the order in which their reports were accepted.
 * Of several approaches to one thing only the first is among them: when it has landed, the others are cancelled.
 */
export function waitingDeliveries({ ctx, graph, stored }: PlanView): readonly Delivery[] {
  const waiting = graph.live.flatMap((attempt): Delivery[] => {
    const task = graph.tasks.get(attempt.task);
    const isWaiting = attempt.state === "delivering" && task && isFromHere(ctx, attempt.accepted);
    return isWaiting ? [{ plan: stored.slug, task, attempt }] : [];
  });
  waiting.sort((a, b) => a.attempt.acceptedAtMs - b.attempt.acceptedAtMs || a.attempt.id - b.attempt.id);
  return waiting.filter(
    ({ task }, i) => !waiting.slice(0, i).some((earlier) => areAlternatives(earlier.task, task)),
  );
}
