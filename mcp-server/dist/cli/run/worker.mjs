// import:run/background.mjs in cli/run/worker.mjs
import { backgroundWorkEnded } from "../../run/background.mjs";

// import:run/project.mjs in cli/run/worker.mjs
import { effectivePolicy } from "../../run/project.mjs";

// import:run/session.mjs in cli/run/worker.mjs
import { sweepOnStart } from "../../run/session.mjs";

// import:runner.mjs in cli/run/worker.mjs
import { ClientSlots, Worker, clientsFrom, keepTime, pairsFrom } from "../../runner.mjs";

// import:cli.mjs in cli/run/worker.mjs
import { Interruptions, runOutput } from "../../cli.mjs";

// mcp-server/src/cli/run/worker.ts
async function workerCommand(ctx, plans, options, { env, pluginRoot }) {
  const signals = new Interruptions(options.drainSeconds * 1e3, (text) => output.say(text));
  const output = runOutput(ctx, pluginRoot, options.json === true, signals.interrupt);
  const { maxParallel } = effectivePolicy(ctx.settings, {});
  const { shares, missing } = clientsFrom(options.agents, options.command, maxParallel, env);
  const given = {
    ...{ plans, env, pluginRoot, labels: options.label, untilDone: options.untilDone === true },
    ...{ models: pairsFrom("model", options.model), clientOfRole: pairsFrom("role", options.role) }
  };
  for (const name of missing)
    output.say(`${name} is not on the search path: the other clients do its tasks.`);
  await ctx.roles.refresh();
  const roles = options.only.map((name) => ctx.roles.resolve(name).role);
  const store = await ctx.createGraph();
  if (!output.hasKeys) signals.listen();
  const settings = { ...given, roles, slots: new ClientSlots(shares) };
  const worker = new Worker(ctx, store, settings, signals, (plan, news) => output.runner(plan, news));
  const stopKeepingTime = keepTime(ctx, store, () => worker.agents);
  const over = new AbortController();
  try {
    await sweepOnStart(ctx);
    const agents = shares.map(({ client, slots }) => `${slots} × ${client.name}`).join(", ");
    output.say(`Taking part with ${agents}.`);
    const followed = output.follow(void 0, over.signal);
    followed.catch(() => void 0);
    await worker.work();
    over.abort();
    await followed;
    return signals.drain.aborted ? 130 : 0;
  } finally {
    over.abort();
    stopKeepingTime();
    signals.forget();
    await output.close();
    await backgroundWorkEnded(ctx);
  }
}
export {
  workerCommand
};
