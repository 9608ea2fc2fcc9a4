import type { RunnerFacts } from "../../graph/runner.ts";
import { untilFirstOf } from "../../host/until-first-of.ts";
import { backgroundWorkEnded } from "../../run/background/background-work.ts";
import { effectivePolicy } from "../../run/project/plan-settings.ts";
import type { OpenContext, RunContext } from "../../run/project/run-context.ts";
import { Presence } from "../../run/runners/presence.ts";
import { clientsFrom, pairsFrom } from "../../runner/agents-option.ts";
import { Patience } from "../../runner/patience.ts";
import type { RunOptions } from "../../runner/run-plan.ts";
import { keepTime } from "../../runner/runner-clock.ts";
import type { RunningAgent } from "../../runner/running-agent.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { Interruptions } from "./interruptions.ts";
import { type RunOutput, runOutput } from "./run-output.ts";

/** A database that is out of reach when a command begins may be about to be started; for longer it is a wrong address. */
const MAX_START_MS = 60_000;

/** What both commands that start agents are told by their options. */
export interface AgentsOptions {
  readonly agents: string;
  readonly command?: string;
  readonly role: readonly string[];
  readonly model: readonly string[];
  readonly label: readonly string[];
  /** How long agents have to finish after SIGTERM, in seconds. */
  readonly drainSeconds: number;
  readonly json?: boolean;
}

/** From where a command starts agents. */
export type AgentsPlace = Pick<RunOptions, "env" | "pluginRoot">;

/**
 * What the options come to, with how the user is told and interrupts.
 * @throws CallerError for options that cannot be read.
 */
export function prepareAgents(ctx: RunContext, options: AgentsOptions, { env, pluginRoot }: AgentsPlace) {
  const { maxParallel } = effectivePolicy(ctx.settings, {});
  const { shares, missing } = clientsFrom(options.agents, options.command, maxParallel, env);
  const signals = new Interruptions(options.drainSeconds * 1_000, (text) => output.say(text));
  const output = runOutput(ctx, pluginRoot, options.json === true, signals, shares.length);
  const models = pairsFrom("model", options.model);
  const clientOfRole = pairsFrom("role", options.role);
  /** Does something that the work begins with, and that makes no difference when it is done again. */
  const begin = async <Done>(work: () => Promise<Done>) => {
    const { signal, forget } = untilFirstOf(signals.drain, signals.stop, AbortSignal.timeout(MAX_START_MS));
    return new Patience(signal, (text) => output.say(text)).until(work).finally(forget);
  };
  const given = { models, clientOfRole, env, pluginRoot };
  return { signals, output, maxParallel, shares, missing, given, begin };
}

/** Says which clients are asked for and cannot be started. */
export function tellMissing(output: RunOutput, missing: readonly string[]): void {
  for (const name of missing)
    output.say(`${name} is not on the search path: the other clients do its tasks.`);
}

/** What is done with agents, and what belongs to it. */
export interface AgentsAtWork<Done> {
  readonly output: RunOutput;
  readonly signals: Interruptions;
  /** Whose changes are shown meanwhile; undefined: those of all plans. */
  readonly slug: string | undefined;
  readonly agents: () => readonly RunningAgent[];
  /** What others are told of this process. */
  readonly facts: Omit<RunnerFacts, "draining">;
  readonly work: () => Promise<Done>;
  /** When nothing more is shown. */
  readonly ended?: (done: Done) => Promise<void>;
}

/** Shows what happens in plans while agents work, and leaves nothing of the command behind. */
export async function whileShown<Done>(
  ctx: OpenContext,
  store: GraphStore,
  { output, signals, slug, agents, facts, work, ended }: AgentsAtWork<Done>,
): Promise<Done> {
  const presence = new Presence(ctx, store, () => ({ ...facts, draining: signals.drain.aborted }));
  const stopKeepingTime = keepTime(ctx, store, agents, presence);
  const over = new AbortController();
  const followed = output.follow(slug, over.signal);
  // What has failed is told by the work itself, or when it has ended.
  followed.catch(() => undefined);
  try {
    await presence.renew();
    const done = await work();
    over.abort();
    await followed;
    await ended?.(done);
    return done;
  } finally {
    over.abort();
    stopKeepingTime();
    await presence.end();
    signals.forget();
    await output.close();
    await backgroundWorkEnded(ctx);
  }
}
