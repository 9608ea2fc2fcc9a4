import { releaseClaims } from "../attempts/end-attempt.ts";
import { existingGraph, type LoadedPlan, loadPlan } from "../plan/load-plan.ts";
import { checkWorktrees } from "../plan/worktree-needs.ts";
import { effectivePolicy, type PolicyInput, policyInput, policyWarnings } from "../project/policy-input.ts";
import type { RunContext } from "../project/run-context.ts";

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
    const wanted = effectivePolicy(ctx.settings, { ...policyInput.parse(before.stored.policy), ...policy });
    const warnings = policy?.unscoped === undefined ? [] : await checkWorktrees(ctx, tasks, wanted);
    if (policy) {
      await tx.append(planId, {
        type: "plan.updated",
        policy: { ...policyInput.parse(before.stored.policy), ...policy },
      });
    }
    const status = { pause: "paused", stop: "stopped", resume: "open", reopen: "open" } as const;
    if (action && status[action] !== before.stored.status) {
      await tx.append(planId, { type: "plan.status", status: status[action], cause: `${action} was called` });
      if (action === "stop") await releaseClaims(ctx, tx, planId, "the plan was stopped");
    }
    return {
      loaded: await loadPlan(ctx, tx, slug),
      warnings: [...policyWarnings(ctx.settings, policy ?? {}), ...warnings],
    };
  });
}
