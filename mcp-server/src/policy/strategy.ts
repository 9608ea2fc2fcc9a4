import { tokensOfWay, type Ways } from "./spending/ways.ts";

const STRATEGIES = ["parallel", "sequential", "hybrid", "swarm", "background", "direct"] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** What of a task the choice looks at. */
export interface StrategyTask {
  readonly subject: string;
  readonly durationMs: number;
  /** Whether a person or the breakdown said how long it takes. */
  readonly isStated: boolean;
  readonly dependencies: readonly string[];
  /** Paths or globs that it writes; undefined when nobody knows. */
  readonly writes: readonly string[] | undefined;
}

/** What the choice of a strategy looks at. Times are milliseconds. */
export interface StrategyFacts {
  /** Tasks that are left to do. */
  readonly tasks: readonly StrategyTask[];
  /** All tasks of the plan, ended ones included. */
  readonly total: number;
  /** How many times faster than one after another the plan is. */
  readonly speedup: number;
  readonly levels: number;
  /** How many small tasks few agents do one after another. */
  readonly inTurn?: number;
  /** What it takes and uses in each way of doing it; absent: nobody knows. */
  readonly ways?: Ways;
}

export interface StrategyChoice {
  readonly strategy: Strategy;
  readonly reasons: readonly string[];
}

/** A rule of thumb with the reason that it gives; undefined when it does not apply. */
type Rule = (facts: StrategyFacts) => StrategyChoice | undefined;

/** Work below this is done sooner than an agent is briefed. */
const WORTH_AN_AGENT_MS = 30_000;
/** From here on one task fills a conversation with what nobody will read again. */
const HEAVY_MS = 15 * 60_000;
/** Less time than this is not worth paying more for. */
const WORTH_SAVING_MS = 2 * 60_000;
/** So many times the tokens are a price that counts. */
const WORTH_ITS_PRICE = 1.25;
/** Below this gain the order of the work matters more than how many work on it. */
const WORTH_PARALLEL = 1.15;

const ASKS_THE_USER =
  /\b(brainstorm|iterate with|refine with|together with the user|with the user|ask the user|user'?s? (feedback|approval|decision))\b/i;
const SEEKS_A_CAUSE =
  /\b(debug|root[- ]cause|find the cause|find out why|diagnos\w*|reproduce|track down|investigate the (failure|error|bug|crash))\b/i;

/** The first rule that applies decides. */
const RULES: readonly Rule[] = [
  nothingLeft,
  oneTask,
  asksTheUser,
  tooShort,
  notWorthItsPrice,
  oneFile,
  oneFailure,
  severalViews,
  hardlyAnyGain,
  worthIt,
];

/** Whether and how to parallelise, with the reasons in sentences. */
export function chooseStrategy(facts: StrategyFacts): StrategyChoice {
  for (const rule of RULES) {
    const choice = rule(facts);
    if (choice) return choice;
  }
  return worthIt(facts);
}

function nothingLeft({ tasks }: StrategyFacts): StrategyChoice | undefined {
  return tasks.length === 0 ? { strategy: "direct", reasons: ["Nothing is left to do."] } : undefined;
}

function oneTask({ tasks, total }: StrategyFacts): StrategyChoice | undefined {
  const [task] = tasks;
  if (tasks.length > 1 || !task) return undefined;
  if (total > 1) return { strategy: "sequential", reasons: ["One task is left of the plan."] };
  return task.durationMs >= HEAVY_MS
    ? {
        strategy: "background",
        reasons: ["One long task: a single agent keeps its work out of this conversation."],
      }
    : { strategy: "direct", reasons: ["There is one task: an agent would only add its briefing."] };
}

/** Agents cannot talk to the user. */
function asksTheUser({ tasks }: StrategyFacts): StrategyChoice | undefined {
  const asking = tasks.filter(({ subject }) => ASKS_THE_USER.test(subject)).length;
  return 2 * asking > tasks.length
    ? {
        strategy: "direct",
        reasons: [
          "Most of it is worked out with the user, whom agents cannot ask: do it in this conversation.",
        ],
      }
    : undefined;
}

/** Only by what was stated: how quick agents were so far says nothing about doing it without them. */
function tooShort({ tasks }: StrategyFacts): StrategyChoice | undefined {
  if (!tasks.every(({ isStated }) => isStated)) return undefined;
  if (sum(tasks) < WORTH_AN_AGENT_MS) {
    return {
      strategy: "direct",
      reasons: ["All of it takes less than 30 seconds, sooner done than briefed."],
    };
  }
  return tasks.every(({ durationMs }) => durationMs < WORTH_AN_AGENT_MS)
    ? {
        strategy: "direct",
        reasons: ["Each task takes less than 30 seconds: briefing agents would cost more than they gain."],
      }
    : undefined;
}

/** Agents that save hardly any time, and cost more than doing it here. */
function notWorthItsPrice({ tasks, total, ways }: StrategyFacts): StrategyChoice | undefined {
  // What is left of a plan goes on in the way that the user said yes to.
  if (!ways || tasks.length < total) return undefined;
  const savedMs = ways.direct.ms - ways.parallel.ms;
  const times = tokensOfWay(ways.parallel) / Math.max(1, tokensOfWay(ways.direct));
  if (savedMs >= WORTH_SAVING_MS || times <= WORTH_ITS_PRICE) return undefined;
  const saved = savedMs < 30_000 ? "hardly any time" : `${Math.round(savedMs / 6_000) / 10} min`;
  return {
    strategy: "direct",
    reasons: [
      `Agents would save ${saved} and use about ${times.toFixed(1)} times the tokens of doing it here.`,
    ],
  };
}

function oneFile({ tasks }: StrategyFacts): StrategyChoice | undefined {
  const paths = new Set(tasks.flatMap(({ writes }) => writes ?? []));
  return paths.size === 1 && tasks.every(({ writes }) => writes?.length === 1)
    ? {
        strategy: "direct",
        reasons: ["Every task writes the same file, so only one agent could work at a time."],
      }
    : undefined;
}

/** Several diagnoses may run at once; several repairs of one failure hide from each other what helped. */
function oneFailure({ tasks }: StrategyFacts): StrategyChoice | undefined {
  const seeking = tasks.every(({ subject }) => SEEKS_A_CAUSE.test(subject));
  return seeking && tasks.some(({ writes }) => writes?.length !== 0)
    ? {
        strategy: "sequential",
        reasons: [
          "All of it looks for the cause of a failure and changes files on the way: one change at a time shows what helped.",
        ],
      }
    : undefined;
}

function severalViews(facts: StrategyFacts): StrategyChoice | undefined {
  const views = facts.tasks.filter(({ dependencies }) => dependencies.length === 0);
  // A last task may bring the views together.
  const isSwarm =
    views.length > 1 &&
    facts.tasks.length - views.length <= 1 &&
    views.every(({ writes }) => writes?.length === 0);
  return isSwarm
    ? {
        strategy: "swarm",
        reasons: [
          "Several views that write nothing: they cannot clash, and none needs another's result.",
          gain(facts),
        ],
      }
    : undefined;
}

function hardlyAnyGain(facts: StrategyFacts): StrategyChoice | undefined {
  if (facts.speedup >= WORTH_PARALLEL) return undefined;
  const heavy = facts.tasks.find(
    ({ durationMs }) => durationMs >= HEAVY_MS && durationMs > 0.6 * sum(facts.tasks),
  );
  if (heavy) {
    return {
      strategy: "background",
      reasons: ["One long task makes up most of it: a single agent keeps it out of this conversation."],
    };
  }
  return {
    strategy: "sequential",
    reasons: [
      facts.levels === facts.tasks.length
        ? "The tasks form one chain: each needs the one before."
        : (facts.inTurn ?? 0) > 0
          ? "Small tasks go to few agents, which do them one after another."
          : "Dependencies and shared files leave almost nothing to run at once.",
    ],
  };
}

function worthIt(facts: StrategyFacts): StrategyChoice {
  return facts.levels === 1
    ? { strategy: "parallel", reasons: ["No task needs another's result.", gain(facts)] }
    : {
        strategy: "hybrid",
        reasons: [`${facts.levels} levels of dependencies; what is independent runs at once.`, gain(facts)],
      };
}

function gain({ speedup }: StrategyFacts): string {
  return `${speedup.toFixed(1)} times faster than one after another, by the estimates.`;
}

function sum(tasks: readonly StrategyTask[]): number {
  return tasks.reduce((total, { durationMs }) => total + durationMs, 0);
}
