import { newerParts } from "../../graph/newer-parts.ts";
import { releaseClaims } from "../attempts/end-attempt.ts";
import { existingGraph, type LoadedPlan, loadPlan, stateOf } from "../plan/load-plan.ts";
import { checkWorktrees } from "../plan/worktree-needs.ts";
import { effectivePolicy, type PolicyInput, policyWarnings } from "../project/policy-input.ts";
import type { RunContext } from "../project/run-context.ts";
import { readPolicy, storedPolicy } from "../project/stored-policy.ts";

export type PlanAction = "pause" | "resume" | "stop" | "reopen";

/**
 * Changes the policy or the status of a plan. `pause` launches nothing more and lets what runs finish; `stop`
 * also cancels what runs; `resume` and `reopen` make it open again.
 */
export async function updatePlan(
  ctx: RunContext,
  actor: string,
  slug: string,
  policy: PolicyInput | undefined,
  action: PlanAction | undefined,
): Promise<{ loaded: LoadedPlan; warnings: string[] }> {
  const store = await existingGraph(ctx, slug);
  return store.write(ctx.now, actor, async (tx) => {
    const before = await loadPlan(ctx, tx, slug);
    const planId = before.stored.id;
    const tasks = [...before.graph.tasks.values()];
    const stated = { ...before.stored.policy, ...policy };
    const wanted = effectivePolicy(ctx.settings, readPolicy(stated).stated);
    const warnings = policy?.unscoped === undefined ? [] : await checkWorktrees(ctx, tasks, wanted);
    if (policy) {
      await tx.append(planId, { type: "plan.updated", ...storedPolicy(stated) });
    }
    const status = { pause: "paused", stop: "stopped", resume: "open", reopen: "open" } as const;
    if (action && status[action] !== before.stored.status) {
      await tx.append(planId, { type: "plan.status", status: status[action], cause: `${action} was called` });
      if (action === "stop") await releaseClaims(ctx, tx, planId, "the plan was stopped");
    }
    const loaded = await loadPlan(ctx, tx, slug);
    return {
      loaded,
      warnings: [...policyWarnings(ctx.settings, policy ?? {}), ...warnings, ...newerParts(stateOf(loaded))],
    };
  });
}
