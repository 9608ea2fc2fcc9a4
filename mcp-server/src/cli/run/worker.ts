import { backgroundWorkEnded } from "../../run/background/background-work.ts";
import { effectivePolicy } from "../../run/project/plan-settings.ts";
import type { OpenContext } from "../../run/project/run-context.ts";
import { sweepOnStart } from "../../run/session/sweep-on-start.ts";
import { clientsFrom, pairsFrom } from "../../runner/agents-option.ts";
import { ClientSlots } from "../../runner/client-slots.ts";
import { keepTime } from "../../runner/runner-clock.ts";
import { Worker } from "../../runner/worker.ts";
import { Interruptions } from "./interruptions.ts";
import { runOutput } from "./run-output.ts";

export interface WorkerCommandOptions {
  readonly agents: string;
  readonly command?: string;
  readonly role: readonly string[];
  readonly model: readonly string[];
  readonly only: readonly string[];
  readonly label: readonly string[];
  readonly untilDone?: boolean;
  /** How long agents have to finish after SIGTERM, in seconds. */
  readonly drainSeconds: number;
  readonly json?: boolean;
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
  { env, pluginRoot }: { readonly env: NodeJS.ProcessEnv; readonly pluginRoot: string },
): Promise<number> {
  const signals = new Interruptions(options.drainSeconds * 1_000, (text) => output.say(text));
  const output = runOutput(ctx, pluginRoot, options.json === true, signals.interrupt);
  const { maxParallel } = effectivePolicy(ctx.settings, {});
  const { shares, missing } = clientsFrom(options.agents, options.command, maxParallel, env);
  const given = {
    ...{ plans, env, pluginRoot, labels: options.label, untilDone: options.untilDone === true },
    ...{ models: pairsFrom("model", options.model), clientOfRole: pairsFrom("role", options.role) },
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
    const followed = output.follow(undefined, over.signal);
    followed.catch(() => undefined);
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
