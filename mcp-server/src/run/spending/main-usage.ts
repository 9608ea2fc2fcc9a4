import type { PlanGraph } from "../../graph/plan-graph.ts";
import type { Usage } from "../../graph/usage.ts";

const used = new WeakMap<PlanGraph, Usage>();

/** What the main conversations of a plan had used when this process last looked; a plan's limits need it at once. */
export function mainUsageOf(graph: PlanGraph): Usage | undefined {
  return used.get(graph);
}

export function noteMainUsage(graph: PlanGraph, usage: Usage | undefined): void {
  if (usage) used.set(graph, usage);
}
