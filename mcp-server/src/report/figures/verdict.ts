import { isLive } from "../../graph/attempt.ts";
import type { PlanState } from "../../graph/plan-state.ts";
import { tasksToCome } from "../tasks/tasks-to-come.ts";

/**
 * How the run ended. `completed`: every task that was not cancelled; `completed with failures`: nothing more
 * can run, and beside what completed something failed; `incomplete`: something could still run, or nothing
 * was achieved at all.
 */
export type Verdict = "completed" | "completed with failures" | "incomplete" | "stopped" | "running";

/** Judges a run by what the graph says of it now. */
export function verdictOf(state: PlanState, nowMs: number): Verdict {
  const works = state.claims.some(
    (claim) => isLive(claim) && (claim.state !== "offered" || claim.expiresAtMs > nowMs),
  );
  if (works) return "running";
  const wanted = state.tasks.filter((task) => task.status !== "cancelled");
  const completed = wanted.filter((task) => task.status === "completed").length;
  if (completed > 0 && completed === wanted.length) return "completed";
  if (state.plan.status === "stopped") return "stopped";
  const canStillRun = wanted.some((task) => task.status === "in_progress") || tasksToCome(state).size > 0;
  const failed = wanted.some((task) => task.status === "failed");
  return completed > 0 && failed && !canStillRun ? "completed with failures" : "incomplete";
}
