export const STRATEGIES = ["parallel", "sequential", "hybrid", "swarm", "background", "direct"] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** What the choice of a strategy looks at. Times are milliseconds. */
export interface StrategyFacts {
  /** Tasks that are left to do. */
  readonly tasks: number;
  /** All tasks of the plan, ended ones included. */
  readonly total: number;
  readonly sequentialMs: number;
  readonly makespanMs: number;
  readonly longestTaskMs: number;
  /** Distinct paths that the tasks write, when every task's writes are known. */
  readonly filesWritten: number | undefined;
  readonly levels: number;
}

/** Work below this is done sooner than an agent is briefed. */
const WORTH_AN_AGENT_MS = 30_000;

/** Whether and how to parallelise, with the reasons in sentences. */
export function chooseStrategy(facts: StrategyFacts): { strategy: Strategy; reasons: string[] } {
  if (facts.tasks === 0) return { strategy: "direct", reasons: ["Nothing is left to do."] };
  if (facts.tasks === 1) {
    return facts.total === 1
      ? { strategy: "direct", reasons: ["There is one task: an agent would only add its briefing."] }
      : { strategy: "sequential", reasons: ["One task is left of the plan."] };
  }
  if (facts.sequentialMs < WORTH_AN_AGENT_MS) {
    return {
      strategy: "direct",
      reasons: ["All of it takes less than 30 seconds, sooner done than briefed."],
    };
  }
  if (facts.filesWritten === 1) {
    return {
      strategy: "direct",
      reasons: ["Every task writes the same file, so only one agent could work at a time."],
    };
  }
  if (facts.longestTaskMs < WORTH_AN_AGENT_MS) {
    return {
      strategy: "direct",
      reasons: ["Each task takes less than 30 seconds: briefing agents would cost more than they gain."],
    };
  }
  const speedup = facts.sequentialMs / Math.max(1, facts.makespanMs);
  if (speedup < 1.15) {
    return {
      strategy: "sequential",
      reasons: [
        facts.levels === facts.tasks
          ? "The tasks form one chain: each needs the one before."
          : "Dependencies and shared files leave almost nothing to run at once.",
      ],
    };
  }
  const gain = `${speedup.toFixed(1)} times faster than one after another, by the estimates.`;
  return facts.levels === 1
    ? { strategy: "parallel", reasons: ["No task needs another's result.", gain] }
    : {
        strategy: "hybrid",
        reasons: [`${facts.levels} levels of dependencies; what is independent runs at once.`, gain],
      };
}
