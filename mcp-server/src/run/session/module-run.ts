import type { PlanSlug } from "../../graph/task.ts";
import { type EngineRun, endEngineRun, engineRecord, startEngineRun } from "../engine/engine-runs.ts";
import { ModuleRun } from "../engine/module-runs.ts";
import { existingGraph } from "../plan/load-plan.ts";
import { type PlanView, readGraph, readPlan } from "../plan/plan-view.ts";
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
  const number = await startEngineRun(run, await existingGraph(run, slug), "main", slug, "mod");
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
  session.module.end(plan);
  const store = await existingGraph(run, plan);
  // A server that was started again has not been told of a run that it finds in the graph.
  const own = await readGraph(run, store, async (view) => ownRun(run, await view.plan(plan)));
  if (own) await endEngineRun(run, store, plan, own.run, "stopped");
}

/** The run of the plan that this session's module has, by the graph. */
async function ownRun({ owner: own }: RunContext, plan: PlanView): Promise<EngineRun | undefined> {
  const { open } = await engineRecord(plan);
  return open.find(({ owner }) => sameOwner(owner, own));
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
      const own = await ownRun(run, plan);
      if (own) session.module.begin(slug, new ModuleRun(own.run, session.interactive));
    }
  });
}
