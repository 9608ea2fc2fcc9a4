import type { Size, TaskOutline } from "./task.ts";
import type { Tokens } from "./usage.ts";

/** What of a task its duration is estimated by. */
export type Estimated = Pick<TaskOutline, "estimateMs" | "size" | "agent" | "model">;

/** One completed attempt at a task of this repository. Times are milliseconds. */
export interface Sample {
  readonly agent?: string;
  readonly size?: Size;
  /** What its breakdown stated. */
  readonly estimateMs?: number;
  /** Names of the model that it was made on: the one that was chosen, or `inherit`, and what was seen. */
  readonly models?: readonly string[];
  readonly durationMs: number;
  /** From the claim to the agent's start. */
  readonly launchMs: number;
  /** What its agent used, without what was read from a cache; absent where it was not measured. */
  readonly tokens?: number;
  /** The same by kind, with what was read from a cache. */
  readonly usage?: Tokens;
}

/** What tasks are expected to take. */
export interface TaskEstimates {
  /** From a claim to its agent's start; part of what a task takes, and no part of what its agent does. */
  readonly launchMs: number;
  /** How long one attempt is expected to take, in milliseconds, without its launch. */
  durationMs(task: Estimated): number;
  /** How many tokens one attempt is expected to use, without what is read from a cache. */
  tokens(task: Estimated): number;
  /** Whether that rests on more than the task's size. */
  knowsTokens(task: Estimated): boolean;
  /** The same by kind, with what is read from a cache. */
  usage(task: Estimated): Tokens;
  /** Says where the kinds come from. */
  usageBasis(): string;
  /** Says where the estimated tokens of these tasks come from. */
  tokensBasis(tasks: readonly Estimated[]): string;
  /** Says where the estimates of these tasks come from. */
  basis(tasks: readonly Estimated[]): string;
}

/** Makes estimates of completed attempts; their order does not matter. */
export type EstimatesFrom = (history: readonly Sample[]) => TaskEstimates;
