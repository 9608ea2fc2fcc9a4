import type { PlanSlug } from "../../graph/task.ts";
import { endEngineRun, engineRecord, startEngineRun } from "../engine/engine-runs.ts";
import { ModuleRun } from "../engine/module-runs.ts";
import { existingGraph } from "../plan/load-plan.ts";
import { readGraph, readPlan } from "../plan/plan-view.ts";
import { sameOwner } from "../project/owner.ts";
import type { RunContext } from "../project/run-context.ts";
import type { SessionMemory } from "./session.ts";

/**
 * From now on the plugin's module in the host launches the plan's agents.
 * @param wakes whether the conversation is woken at the end; else somebody waits for it.
 * @returns the number of the run.
 */
export async function beginModuleRun(
  run: RunContext,
  session: SessionMemory,
  slug: PlanSlug,
  wakes: boolean,
): Promise<number> {
  const number = await startEngineRun(run, await existingGraph(run, slug), "main", slug);
  session.plans.add(slug);
  session.goesOn();
  session.module.begin(slug, new ModuleRun(number, wakes));
  return number;
}

/** The conversation launches the plan's agents from now on, as the user wants it: the module stops doing so. */
export async function takeOverFromModule(
  run: RunContext,
  session: SessionMemory,
  plan: string,
): Promise<void> {
  const own = session.module.of(plan);
  session.module.end(plan);
  if (!own) return;
  await endEngineRun(run, await existingGraph(run, plan), plan, own.run, "stopped");
}

/**
 * The module goes on with what it was at: a server that was started again knows that by the graph, and a module that fell
 * silent and is there again has its plans back, unless the conversation has gone on with them.
 */
export async function takeUpModuleRuns(run: RunContext, session: SessionMemory): Promise<void> {
  const store = await run.graph();
  if (!store) return;
  for (const slug of session.module.lostPlans) {
    const { stored } = await readPlan(run, store, slug);
    if (stored.status === "open") await beginModuleRun(run, session, stored.slug, session.interactive);
  }
  await readGraph(run, store, async (view) => {
    for (const plan of await view.plans()) {
      const { slug } = plan.stored;
      if (session.module.of(slug) || session.module.hasLost(slug)) continue;
      const { open } = await engineRecord(plan);
      const own = open.find(({ owner }) => sameOwner(owner, run.owner));
      if (own) session.module.begin(slug, new ModuleRun(own.run, session.interactive));
    }
  });
}
