import { promptEffort } from "../../schedule/plan-schedule.ts";
import { SEED } from "./planning.ts";

/** With more tasks, plans for other caps and changes would take longer than anybody waits. */
export const MOST_COMPARED = 2_000;

export function minutes(ms: number): number {
  return Math.round(ms / 6_000) / 10;
}

/** Effort for a plan that is one of many which are compared. */
export function smallEffort(size: number): { schedules: number; seed: number } {
  return { schedules: Math.max(4, Math.round(promptEffort(size) / 20)), seed: SEED };
}
