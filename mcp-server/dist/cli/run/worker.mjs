// import:run/edits.mjs in cli/run/worker.mjs
import { createPlan, isPlan, placeNamed } from "../../run/edits.mjs";

// import:run/session.mjs in cli/run/worker.mjs
import { sweepOnStart } from "../../run/session.mjs";

// import:runner.mjs in cli/run/worker.mjs
import { ACTOR, ClientSlots, Worker, policyFor } from "../../runner.mjs";

// import:cli.mjs in cli/run/worker.mjs
import { prepareAgents, tellMissing, whileShown } from "../../cli.mjs";

// mcp-server/src/cli/run/worker.ts
async function workerCommand(ctx, named, options, place) {
  const { signals, output, shares, missing, given, begin } = prepareAgents(ctx, options, place);
  tellMissing(output, missing);
  await ctx.roles.refresh();
  const plans = [];
  for (const one of named) plans.push(await begin(() => planOf(ctx, one, policyFor(shares))));
  const roles = options.only.map((name) => ctx.roles.resolve(name).role);
  const store = await begin(() => ctx.createGraph());
  signals.listen();
  const slots = new ClientSlots(shares);
  const takes = { plans, roles };
  const settings = { ...given, ...takes, slots, untilDone: options.untilDone === true };
  const worker = new Worker(ctx, store, settings, signals, (plan, news) => output.runner(plan, news));
  await whileShown(ctx, store, {
    ...{ output, signals, slug: void 0, agents: () => worker.agents },
    facts: { kind: "worker", clients: slots.clients, labels: ctx.labels, ...takes },
    work: async () => {
      await begin(() => sweepOnStart(ctx));
      const agents = shares.map(({ client, slots: slots2 }) => `${slots2} × ${client.name}`).join(", ");
      output.say(`Taking part with ${agents}.`);
      await worker.work();
    }
  });
  return signals.drain.aborted ? 130 : 0;
}
async function planOf(ctx, named, policy) {
  const { plan, path: from } = placeNamed(named);
  if (from !== void 0 && !await isPlan(ctx, plan)) await createPlan(ctx, ACTOR, { plan, from, policy });
  return plan;
}
export {
  workerCommand
};
