import type { OpenContext } from "../../run/project/run-context.ts";
import { sweepOnStart } from "../../run/session/sweep-on-start.ts";
import { ClientSlots } from "../../runner/client-slots.ts";
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
 * @returns 0 when nothing is left to do, 130 when it was interrupted.
 * @throws CallerError for options that cannot be read.
 */
export async function workerCommand(
  ctx: OpenContext,
  plans: readonly string[],
  options: WorkerCommandOptions,
  place: AgentsPlace,
): Promise<number> {
  const { signals, output, shares, missing, given } = prepareAgents(ctx, options, place);
  tellMissing(output, missing);
  await ctx.roles.refresh();
  const roles = options.only.map((name) => ctx.roles.resolve(name).role);
  const store = await ctx.createGraph();
  if (!output.hasKeys) signals.listen();
  const settings = {
    ...{ ...given, plans, roles, slots: new ClientSlots(shares) },
    ...{ labels: options.label, untilDone: options.untilDone === true },
  };
  const worker = new Worker(ctx, store, settings, signals, (plan, news) => output.runner(plan, news));
  await whileShown(ctx, store, {
    ...{ output, signals, slug: undefined, agents: () => worker.agents },
    work: async () => {
      await sweepOnStart(ctx);
      const agents = shares.map(({ client, slots }) => `${slots} × ${client.name}`).join(", ");
      output.say(`Taking part with ${agents}.`);
      await worker.work();
    },
  });
  return signals.drain.aborted ? 130 : 0;
}
