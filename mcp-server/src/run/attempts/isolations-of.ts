import type { PlanGraph } from "../../graph/plan-graph.ts";
import { Isolations } from "../../policy/isolation.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { goesThroughRemote } from "../remote/shared-plans.ts";

const known = new WeakMap<PlanGraph, { readonly key: string; readonly isolations: Isolations }>();

/** Where the tasks of a plan run: looked at once, and again when tasks or the policy have changed. */
export function isolationsOf({ graph, policy }: LoadedPlan): Isolations {
  const isShared = goesThroughRemote(graph);
  const key = `${graph.definitions} ${policy.unscoped} ${policy.isolation} ${isShared}`;
  const last = known.get(graph);
  if (last?.key === key) return last.isolations;
  const isolations = new Isolations(graph.tasks, policy, isShared);
  known.set(graph, { key, isolations });
  return isolations;
}
