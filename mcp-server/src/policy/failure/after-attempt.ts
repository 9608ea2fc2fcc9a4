import type { Outcome } from "../../graph/attempt.ts";
import type { TaskStatus } from "../../graph/task.ts";
import { type FailurePolicy, MAX_LOST_ATTEMPTS, MAX_TIMES_BLOCKED } from "../policy.ts";

/** What becomes of a task after an attempt ended; the counters include that attempt. */
export interface AttemptFacts {
  readonly outcome: Outcome;
  readonly failure: FailurePolicy;
  readonly retries: number;
  readonly failedAttempts: number;
  readonly lostAttempts: number;
  readonly timesBlocked: number;
  /** A blocked report that asks a person a question cannot be helped by adding scope or dependencies. */
  readonly asksQuestion: boolean;
  /** The limit of the task that its attempts have reached, in words: another attempt would only spend more. */
  readonly limit?: string | undefined;
  /** The limit of the plan for which the agent was asked to end, in words: with more the task goes on. */
  readonly planLimit?: string | undefined;
  /** Why the task is not achieved although its agent did all that was asked: what it judged is not as it should be. */
  readonly notAchieved?: string | undefined;
}

/** The task's next status, with the cause to keep where it is not obvious. */
export function statusAfter(facts: AttemptFacts): { status: TaskStatus; cause?: string } {
  if (facts.limit !== undefined && facts.outcome !== "completed" && facts.outcome !== "cancelled") {
    return { status: "failed", cause: facts.limit };
  }
  if (facts.planLimit !== undefined && (facts.outcome === "failed" || facts.outcome === "unreported")) {
    return { status: "pending", cause: facts.planLimit };
  }
  switch (facts.outcome) {
    case "completed":
      return facts.notAchieved === undefined
        ? { status: "completed" }
        : { status: "failed", cause: facts.notAchieved };
    case "cancelled":
      return { status: "pending", cause: "the attempt was cancelled" };
    case "lost":
      return facts.lostAttempts < MAX_LOST_ATTEMPTS
        ? { status: "pending", cause: "the last attempt was lost" }
        : { status: "failed", cause: `${facts.lostAttempts} attempts were lost` };
    case "blocked":
      if (facts.asksQuestion) return { status: "failed", cause: "waits for an answer" };
      return facts.timesBlocked <= MAX_TIMES_BLOCKED
        ? { status: "pending", cause: "was blocked; what it needs was added" }
        : { status: "failed", cause: `blocked ${facts.timesBlocked} times` };
    case "failed":
    case "unreported": {
      const mayRetry = facts.failure !== "fail-fast" && facts.failedAttempts <= facts.retries;
      const what = facts.outcome === "unreported" ? "the agent gave no report" : "the attempt failed";
      return mayRetry
        ? { status: "pending", cause: `${what}; another attempt follows` }
        : { status: "failed", cause: what };
    }
  }
}
