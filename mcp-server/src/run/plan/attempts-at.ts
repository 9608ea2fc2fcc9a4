import { type Attempt, isAttempt } from "../../graph/attempt.ts";
import type { TaskId } from "../../graph/task.ts";
import type { LoadedPlan } from "./load-plan.ts";

export function attemptsAt(loaded: LoadedPlan, id: TaskId): Attempt[] {
  return loaded.graph.claimsOf(id).filter(isAttempt);
}

export function isReported(attempt: Attempt): attempt is Extract<Attempt, { state: "ended" }> {
  return attempt.state === "ended" && attempt.report !== undefined;
}
