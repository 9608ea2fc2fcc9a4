import type { AttemptId } from "../../../graph/attempt.ts";
import { isGated } from "../../../policy/gate/is-gated.ts";
import type { LoadedPlan } from "../../plan/load-plan.ts";
import { isDone } from "../../plan/progress.ts";

/**
 * How many worktrees a plan could still want at once.
 * @param cut the attempts that have one.
 */
export function mostWanted(plan: LoadedPlan, cut: ReadonlyMap<AttemptId, unknown>): number {
  if (isDone(plan) || plan.stored.status === "stopped") return 0;
  const { graph, cap, policy } = plan;
  const begun = graph.live.filter(({ id, isolation }) => isolation === "worktree" && !cut.has(id));
  // The gate has one of its own while it runs, and leaves it to the next run.
  return Math.min(cap, graph.count("pending") + begun.length) + (isGated(policy) ? 1 : 0);
}
