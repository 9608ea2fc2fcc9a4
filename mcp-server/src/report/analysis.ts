import type { TaskId } from "../graph/task.ts";
import type { Strategy } from "../policy/strategy.ts";

/**
 * What can be said of tasks before they run, or of what is left of them. Times are minutes with one decimal, counted
 * from now; what each means is in docs/figures.md.
 */
export interface Analysis {
  readonly strategy: Strategy;
  readonly reasons: readonly string[];
  readonly levels: readonly (readonly string[])[];
  readonly criticalPath: readonly string[];
  /** How much later than its dependencies allow each task could start without making the critical path longer. */
  readonly slackMinutes: Readonly<Record<string, number>>;
  /** Pairs that dependencies would allow to run together and files do not, with the path or resource. */
  readonly conflicts: readonly string[];
  /** Where the breakdown's `parallelWith` says what dependencies or files do not allow. */
  readonly contradictions: readonly string[];
  /** Tasks that run: of them only what is left counts. */
  readonly running: readonly string[];
  /** Tasks that nothing will start unless somebody acts, with the reason; they count for nothing. */
  readonly cannotStart: readonly string[];
  /** On which models and with which efforts tasks work, and on what they are tried again; none: nobody chose any. */
  readonly models: readonly string[];
  /** Tasks of which nobody knows what they write. */
  readonly unscoped: readonly string[];
  /** Roles that no agent has, with near names; a general one stands in. */
  readonly unknownRoles: readonly string[];
  /** Roles of which it is not plain which agent has them, or that one agent has together. */
  readonly overlappingRoles: readonly string[];
  /** What keeps the plan from being shorter. */
  readonly bottleneck: string;
  /** What would make it shorter, the best first. */
  readonly help: readonly string[];
  readonly estimate: {
    readonly cap: number;
    readonly sequentialMinutes: number;
    readonly makespanMinutes: number;
    /** What the critical path takes. */
    readonly criticalPathMinutes: number;
    /** No plan with this cap is shorter. At least `criticalPathMinutes`, at most `makespanMinutes`. */
    readonly lowerBoundMinutes: number;
    /** What makes it as long, in words. */
    readonly lowerBoundBy: string;
    /** `sequentialMinutes` by `makespanMinutes`. */
    readonly speedup: number;
    /** Of all agents, without what is read from a cache. */
    readonly tokens: number;
    readonly tokensBasis: string;
    /** What the agents are expected to cost, in words: the amount, and what it rests on. */
    readonly cost: string;
    /** What it comes to with agents at once, with the same ones after another, and directly in the conversation. */
    readonly ways: readonly string[];
    /** Where the estimates come from, and which reviews they leave out. */
    readonly basis: string;
  };
  /** The makespan for each cap from 1 on, as far as more makes it shorter; of very large plans none. */
  readonly minutesByCap: readonly number[];
  /** When the plan starts and ends each task, counted from its beginning. */
  readonly schedule: readonly Planned[];
}

export interface Planned {
  readonly task: TaskId;
  readonly startMs: number;
  readonly endMs: number;
}
