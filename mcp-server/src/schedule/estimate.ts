import type { Size, TaskDefinition } from "../graph/task.ts";

/** Minutes of one agent's work per size, used until there is history; stated as such wherever they appear. */
const DEFAULT_MINUTES: Readonly<Record<Size, number>> = { xs: 3, small: 6, medium: 12, large: 25, xl: 45 };
/** Tokens that one agent uses per minute of work, for a rough idea of the cost before there is history. */
const TOKENS_PER_MINUTE = 8_000;

/** How long one attempt at the task is expected to take, in milliseconds. */
export function estimateMs(task: Pick<TaskDefinition, "estimateMs" | "size">): number {
  return task.estimateMs ?? DEFAULT_MINUTES[task.size ?? "medium"] * 60_000;
}

/** A rough idea of the tokens for this much agent time. */
export function estimateTokens(durationMs: number): number {
  return Math.round((durationMs / 60_000) * TOKENS_PER_MINUTE);
}

/** Says where the estimates of these tasks come from. */
export function estimateBasis(tasks: readonly Pick<TaskDefinition, "estimateMs" | "size">[]): string {
  const stated = tasks.filter((task) => task.estimateMs !== undefined).length;
  const sized = tasks.filter((task) => task.estimateMs === undefined && task.size !== undefined).length;
  const parts = [
    stated > 0 ? `${stated} stated in the breakdown` : "",
    sized > 0 ? `${sized} by size with this plugin's defaults` : "",
    stated + sized < tasks.length ? `${tasks.length - stated - sized} taken as medium` : "",
  ].filter((part) => part !== "");
  return `${parts.join(", ")}; nothing of it was measured in this repository`;
}
