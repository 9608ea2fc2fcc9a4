import { outlineOf } from "../../graph/task.ts";
import { newerParts } from "../../policy/newer-parts.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { releaseClaims } from "../attempts/end-attempt.ts";
import { deliverWaiting } from "../delivery/deliver-waiting.ts";
import { isolationLine } from "../isolation/decide-isolation.ts";
import { isolatePlan, refuseOtherIsolation } from "../isolation/plan-isolation.ts";
import { existingGraph, type LoadedPlan, stateOf } from "../plan/load-plan.ts";
import { changePlan } from "../plan/plan-transaction.ts";
import { readPlan } from "../plan/plan-view.ts";
import { checkWorktrees } from "../plan/worktree-needs.ts";
import { effectivePolicy, type PolicyInput, policyWarnings } from "../project/plan-settings.ts";
import type { RunContext } from "../project/run-context.ts";
import { readPolicy, storedPolicy } from "../project/stored-policy.ts";
import { notRunWarnings } from "./commands-of-plan.ts";

/** Settings with which commands are run. */
const COMMANDS = ["verify", "setup", "gate", "notify"] as const;

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
  const isolated = policy?.isolation === undefined ? undefined : await isolate(ctx, store, slug, policy);
  const said = isolated?.said ?? policy;
  const updated = await changePlan(ctx, store, actor, slug, async (plan) => {
    const stated = { ...plan.stored.policy, ...said };
    const tasks = [...plan.graph.tasks.values()];
    const wanted = effectivePolicy(ctx.settings, readPolicy(stated).stated);
    const warnings = isolated ? [...isolated.warnings] : [];
    if (isolated) refuseOtherIsolation(plan, isolated.said);
    else if (policy?.unscoped !== undefined)
      warnings.push(...(await checkWorktrees(ctx, plan.stored.slug, tasks, wanted)));
    if (said) plan.append({ type: "plan.updated", ...storedPolicy(stated) });
    if (isolated?.choice) plan.append({ type: "isolation.decided", ...isolated.choice });
    const status = { pause: "paused", stop: "stopped", resume: "open", reopen: "open" } as const;
    if (action && status[action] !== plan.stored.status) {
      plan.append({ type: "plan.status", status: status[action], cause: `${action} was called` });
      if (action === "stop") releaseClaims(plan, "the plan was stopped");
    }
    return {
      loaded: plan,
      warnings: [
        ...(isolated?.choice ? [`isolation is ${isolationLine(isolated.choice)}`] : []),
        ...policyWarnings(ctx.settings, policy ?? {}),
        ...warnings,
        ...newerParts(stateOf(plan)),
      ],
    };
  });
  // Deliveries may have waited for what was changed.
  void deliverWaiting(ctx, store, slug);
  const notRun =
    policy === undefined || COMMANDS.every((setting) => policy[setting] === undefined)
      ? []
      : await notRunWarnings(ctx, updated.loaded);
  return { ...updated, warnings: [...updated.warnings, ...notRun] };
}

/** Where the tasks work that are left, as the call wants it. */
async function isolate(ctx: RunContext, store: GraphStore, slug: string, said: PolicyInput) {
  const existing = await readPlan(ctx, store, slug);
  const tasks = [...existing.graph.tasks.values()].map(outlineOf);
  const isFromFile = existing.stored.source.kind === "file";
  const plan = { slug: existing.stored.slug, existing, tasks, said, isFromFile };
  return isolatePlan(ctx, store, plan, true);
}
