import { createPlan } from "../../run/edits/create-plan.ts";
import { isPlan, placeNamed } from "../../run/edits/open-plan.ts";
import type { PolicyInput } from "../../run/project/plan-settings.ts";
import type { OpenContext } from "../../run/project/run-context.ts";
import { sweepOnStart } from "../../run/session/sweep-on-start.ts";
import { ClientSlots } from "../../runner/client-slots.ts";
import { policyFor } from "../../runner/new-plan-policy.ts";
import { ACTOR } from "../../runner/run-plan.ts";
import { Worker } from "../../runner/worker.ts";
import {
  type AgentsOptions,
  type AgentsPlace,
  prepareAgents,
  tellMissing,
  whileShown,
} from "./with-agents.ts";

export interface WorkerCommandOptions extends AgentsOptions {
  readonly only: readonly string[];
  readonly untilDone?: boolean;
}

/**
 * Takes part in the execution of plans until it is interrupted, or nothing is left to do.
 * @param named plans by their names, or breakdowns by their files or folders, which are imported first; none: all plans.
 * @returns 0 when nothing is left to do, 130 when it was interrupted.
 * @throws CallerError for options that cannot be read.
 */
export async function workerCommand(
  ctx: OpenContext,
  named: readonly string[],
  options: WorkerCommandOptions,
  place: AgentsPlace,
): Promise<number> {
  const { signals, output, shares, missing, given, begin } = prepareAgents(ctx, options, place);
  tellMissing(output, missing);
  await ctx.roles.refresh();
  const plans: string[] = [];
  for (const one of named) plans.push(await begin(() => planOf(ctx, one, policyFor(shares))));
  const roles = options.only.map((name) => ctx.roles.resolve(name).role);
  const store = await begin(() => ctx.createGraph());
  signals.listen();
  const slots = new ClientSlots(shares);
  const takes = { plans, roles };
  const settings = { ...given, ...takes, slots, untilDone: options.untilDone === true };
  const worker = new Worker(ctx, store, settings, signals, (plan, news) => output.runner(plan, news));
  await whileShown(ctx, store, {
    ...{ output, signals, slug: undefined, agents: () => worker.agents },
    facts: { kind: "worker", clients: slots.clients, labels: ctx.labels, ...takes },
    work: async () => {
      await begin(() => sweepOnStart(ctx));
      const agents = shares.map(({ client, slots }) => `${slots} × ${client.name}`).join(", ");
      output.say(`Taking part with ${agents}.`);
      await worker.work();
    },
  });
  return signals.drain.aborted ? 130 : 0;
}

/**
 * A breakdown is imported where there is no plan of its name yet; of several workers that begin at once the first does it.
 * @returns the plan's name.
 */
async function planOf(ctx: OpenContext, named: string, policy: PolicyInput): Promise<string> {
  const { plan, path: from } = placeNamed(named);
  if (from !== undefined && !(await isPlan(ctx, plan))) await createPlan(ctx, ACTOR, { plan, from, policy });
  return plan;
}
