import { addTokens, allTokens, NO_USAGE, newTokens, type Tokens } from "../../graph/usage.ts";

/**
 * What a task costs beside its work, in tokens, as measured in this repository (`npm run bench:engines`,
 * docs/concepts/engines.md): an agent's first request, one request of a main conversation that runs a plan, and what a
 * launch and an end add to it.
 */
export const AGENT_START = 5_000;
const MAIN_CONTEXT = 15_000;
const PER_LAUNCH = 1_100;
/** Requests of the main conversation for each agent, at most. */
const REQUESTS_PER_AGENT = 2;

/** Who launches agents, as far as that costs the main conversation something. */
export type Launcher = "burst" | "workflow" | "mod" | "run";

/** What a script, the module or a runner costs it, however many agents they launch. */
const BESIDE = {
  workflow: { requests: 3, added: 1_250 },
  mod: { requests: 1, added: 200 },
  run: { requests: 3, added: 550 },
};
/** An agent reads its brief and reports in so many turns, which nobody needs who does the work himself. */
const TURNS_OF_AGENT = 2;
/** Of what is new to a model, the part that it says itself. */
const SAID = 0.25;

/** What the work of a plan comes to in one of the ways of doing it. */
export interface Way {
  readonly ms: number;
  /** Of the agents. */
  readonly agents: Tokens;
  /** Of the main conversation, for this plan alone. */
  readonly main: Tokens;
}

export interface Ways {
  /** Agents at once, as the schedule has it. */
  readonly parallel: Way;
  /** The same agents, one after another. */
  readonly inTurn: Way;
  /** By the main conversation itself. */
  readonly direct: Way;
}

/**
 * Weighs the ways of doing tasks.
 * @param tasks what an agent of each is expected to use.
 * @param sequentialMs all of them one after another, launches included.
 * @param launchesMs those launches.
 * @param engine who launches them; absent: the conversation.
 * @param agents how many agents do them; absent: each has one. Where they are fewer, one begins once for several.
 */
export function weighWays(
  tasks: readonly Tokens[],
  {
    makespanMs,
    sequentialMs,
    launchesMs,
    agents: count = tasks.length,
    engine = "burst",
  }: {
    readonly makespanMs: number;
    readonly sequentialMs: number;
    readonly launchesMs: number;
    readonly agents?: number;
    readonly engine?: Launcher | undefined;
  },
): Ways {
  const all = tasks.reduce(addTokens, NO_USAGE);
  const agents = { ...all, cacheWrite: Math.max(0, all.cacheWrite - AGENT_START * (tasks.length - count)) };
  const main = orchestration(count, engine);
  return {
    parallel: { ms: makespanMs, agents, main },
    inTurn: { ms: sequentialMs, agents, main },
    direct: { ms: Math.max(0, sequentialMs - launchesMs), agents: NO_USAGE, main: directly(tasks) },
  };
}

/** Each launch by the conversation makes it longer for all requests that follow. */
function orchestration(agents: number, engine: Launcher): Tokens {
  const byItself = { requests: REQUESTS_PER_AGENT * agents, added: PER_LAUNCH * agents };
  const { requests, added } = engine === "burst" || agents === 0 ? byItself : BESIDE[engine];
  return { ...written(added), cacheRead: Math.round(requests * (MAIN_CONTEXT + added / 2)) };
}

/** The same turns, each of which reads a conversation that has all work so far in it. */
function directly(tasks: readonly Tokens[]): Tokens {
  let [context, cacheRead, added] = [MAIN_CONTEXT, 0, 0];
  for (const task of tasks) {
    const work = Math.max(0, newTokens(task) - AGENT_START);
    const turns = Math.max(1, turnsOf(task) - TURNS_OF_AGENT);
    cacheRead += turns * (context + work / 2);
    context += work;
    added += work;
  }
  return { ...written(added), cacheRead: Math.round(cacheRead) };
}

/** In how many turns an agent reads so much from the cache, its context growing from the first request on. */
function turnsOf(task: Tokens): number {
  const middle = AGENT_START + Math.max(0, newTokens(task) - AGENT_START) / 2;
  return Math.max(1, Math.round(task.cacheRead / middle));
}

function written(added: number): Omit<Tokens, "cacheRead"> {
  return { input: 0, cacheWrite: Math.round(added * (1 - SAID)), output: Math.round(added * SAID) };
}

/** Everything that a way uses, cache reads included. */
export function tokensOfWay({ agents, main }: Way): number {
  return allTokens(agents) + allTokens(main);
}
