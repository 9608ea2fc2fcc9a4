import { existingGraph } from "../plan/load-plan.ts";
import type { RunContext } from "../project/run-context.ts";
import { endEngineRun } from "./engine-runs.ts";
import type { ModuleRuns } from "./module-runs.ts";

/**
 * A module that is not heard of any more launches nothing and wakes nobody: its plans are anybody's again. What its agents
 * report is taken as before.
 */
export async function takeOffSilentModule(ctx: RunContext, module: ModuleRuns): Promise<void> {
  if (module.plans.size === 0 || !module.isSilent(ctx.now())) return;
  for (const [plan, { run }] of [...module.plans]) {
    module.lost(plan);
    await endEngineRun(ctx, await existingGraph(ctx, plan), plan, run, "lost");
  }
}
