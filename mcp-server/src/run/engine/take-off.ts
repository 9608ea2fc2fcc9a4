import { existingGraph } from "../plan/load-plan.ts";
import type { RunContext } from "../project/run-context.ts";
import { endEngineRun } from "./engine-runs.ts";
import type { ModuleRuns } from "./module-runs.ts";

/**
 * A module that is not heard of any more launches nothing and wakes nobody: its plans are anybody's again. What its agents
 * report is taken as before.
 */
export async function takeOffSilentModule(ctx: RunContext, module: ModuleRuns): Promise<void> {
  if (module.plans.size === 0 || !module.isSilent(ctx.clock)) return;
  for (const plan of [...module.plans.keys()]) await takeOff(ctx, module, plan);
}

/**
 * The conversation was told of the end of an agent. A module that lives keeps the ends of its agents from it, so that the
 * one that launched this agent is gone, unless it has come back with an empty memory since it launched it.
 */
export async function takeOffModuleOf(ctx: RunContext, module: ModuleRuns, agentId: string): Promise<void> {
  if (module.plans.size === 0) return;
  const store = await ctx.graph();
  // An agent that does small tasks one after another was given the first of them only.
  const attempts = (await store?.read((reader) => reader.attemptsOfAgents([agentId]))) ?? [];
  const given = attempts.find(({ plan, claim }) => module.of(plan)?.wasGiven(claim.id));
  if (given) await takeOff(ctx, module, given.plan);
}

async function takeOff(ctx: RunContext, module: ModuleRuns, plan: string): Promise<void> {
  const { run, end } = module.of(plan) ?? {};
  // Of an end that wakes nobody nothing is lost.
  if (end && end.over.wake === undefined) return module.end(plan);
  module.lost(plan);
  if (run !== undefined) await endEngineRun(ctx, await existingGraph(ctx, plan), plan, run, "lost");
}
