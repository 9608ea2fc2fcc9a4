import { newerParts } from "../../policy/newer-parts.ts";
import { releaseClaims } from "../attempts/end-attempt.ts";
import { existingGraph, type LoadedPlan, stateOf } from "../plan/load-plan.ts";
import { changePlan } from "../plan/plan-transaction.ts";
import { checkWorktrees } from "../plan/worktree-needs.ts";
import { effectivePolicy, type PolicyInput, policyWarnings } from "../project/plan-settings.ts";
import type { RunContext } from "../project/run-context.ts";
import { readPolicy, storedPolicy } from "../project/stored-policy.ts";
import { notRunWarnings } from "./acceptance-commands.ts";

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
  const updated = await changePlan(ctx, store, actor, slug, async (plan) => {
    const stated = { ...plan.stored.policy, ...policy };
    const tasks = [...plan.graph.tasks.values()];
    const wanted = effectivePolicy(ctx.settings, readPolicy(stated).stated);
    const warnings =
      policy?.unscoped === undefined ? [] : await checkWorktrees(ctx, plan.stored.slug, tasks, wanted);
    if (policy) plan.append({ type: "plan.updated", ...storedPolicy(stated) });
    const status = { pause: "paused", stop: "stopped", resume: "open", reopen: "open" } as const;
    if (action && status[action] !== plan.stored.status) {
      plan.append({ type: "plan.status", status: status[action], cause: `${action} was called` });
      if (action === "stop") releaseClaims(plan, "the plan was stopped");
    }
    return {
      loaded: plan,
      warnings: [...policyWarnings(ctx.settings, policy ?? {}), ...warnings, ...newerParts(stateOf(plan))],
    };
  });
  const notRun = policy?.verify === undefined ? [] : await notRunWarnings(ctx, updated.loaded);
  return { ...updated, warnings: [...updated.warnings, ...notRun] };
}
