import type { Isolation } from "../../graph/task.ts";
import { formatDuration, formatPercent } from "../../text/format.ts";

/** When the planner would run a task that may write, in milliseconds from the start. */
export interface PlannedWriter {
  readonly startMs: number;
  readonly endMs: number;
}

/** What worktrees would gain and cost a plan. */
export interface IsolationFacts {
  /** Whether the server is to commit work to the branch that is checked out: it does so from the checkout. */
  readonly commits: boolean;
  readonly writers: readonly PlannedWriter[];
  /** How long making one worktree takes until it can be worked in; in words, why that is not known. */
  readonly worktree: { readonly ms: number } | { readonly unknown: string };
}

/** Where the tasks of a plan that write work, and why, in words for the user. */
export interface IsolationChoice {
  readonly isolation: Isolation;
  readonly reason: string;
}

/** A worktree that takes a larger share of a task than this is not worth it where scopes keep tasks apart as well. */
export const MAX_COST_SHARE = 0.1;

/** What `isolation: auto` becomes: worktrees where several tasks that write run at once and one costs little. */
export function chooseIsolation({ commits, writers, worktree }: IsolationFacts): IsolationChoice {
  if (commits)
    return { isolation: "shared", reason: "what the policy commit commits is done in the checkout" };
  const atOnce = mostAtOnce(writers);
  if (atOnce < 2) return { isolation: "shared", reason: "at no time would two tasks that write run at once" };
  const gain = `up to ${atOnce} tasks that write would run at once`;
  if ("unknown" in worktree) return { isolation: "shared", reason: `${gain}, but ${worktree.unknown}` };
  const meanMs = writers.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0) / writers.length;
  const share = meanMs > 0 ? worktree.ms / meanMs : Number.POSITIVE_INFINITY;
  const takes = `a worktree takes ${formatDuration(worktree.ms)} here`;
  const beside = `a task is expected to take ${formatDuration(meanMs)}`;
  return share <= MAX_COST_SHARE
    ? { isolation: "worktree", reason: `${gain}; ${takes}, ${beside}` }
    : {
        isolation: "shared",
        reason: `${gain}, but ${takes}, more than ${formatPercent(MAX_COST_SHARE)} of a task (${beside})`,
      };
}

/** How many run at the busiest moment. One that starts when another ends is not beside it. */
function mostAtOnce(writers: readonly PlannedWriter[]): number {
  const moments = writers
    .filter(({ startMs, endMs }) => endMs > startMs)
    .flatMap(({ startMs, endMs }) => [
      { atMs: startMs, by: 1 },
      { atMs: endMs, by: -1 },
    ])
    .sort((a, b) => a.atMs - b.atMs || a.by - b.by);
  let now = 0;
  let most = 0;
  for (const { by } of moments) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}
