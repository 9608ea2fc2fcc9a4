// import:run/session.mjs in cli/run/worker.mjs
import { sweepOnStart } from "../../run/session.mjs";

// import:runner.mjs in cli/run/worker.mjs
import { ClientSlots, Worker } from "../../runner.mjs";

// import:cli.mjs in cli/run/worker.mjs
import { prepareAgents, tellMissing, whileShown } from "../../cli.mjs";

// mcp-server/src/cli/run/worker.ts
async function workerCommand(ctx, plans, options, place) {
  const { signals, output, shares, missing, given } = prepareAgents(ctx, options, place);
  tellMissing(output, missing);
  await ctx.roles.refresh();
  const roles = options.only.map((name) => ctx.roles.resolve(name).role);
  const store = await ctx.createGraph();
  if (!output.hasKeys) signals.listen();
  const settings = {
    ...{ ...given, plans, roles, slots: new ClientSlots(shares) },
    ...{ labels: options.label, untilDone: options.untilDone === true }
  };
  const worker = new Worker(ctx, store, settings, signals, (plan, news) => output.runner(plan, news));
  await whileShown(ctx, store, {
    ...{ output, signals, slug: void 0, agents: () => worker.agents },
    work: async () => {
      await sweepOnStart(ctx);
      const agents = shares.map(({ client, slots }) => `${slots} × ${client.name}`).join(", ");
      output.say(`Taking part with ${agents}.`);
      await worker.work();
    }
  });
  return signals.drain.aborted ? 130 : 0;
}
export {
  workerCommand
};
