import type { AnyClaim } from "./attempt.ts";
import type { Plan } from "./plan.ts";
import type { Task } from "./task.ts";

/** A whole plan at one moment, as the planner, the policies and the reports read it. */
export interface PlanState {
  readonly plan: Plan;
  /** In order of position. */
  readonly tasks: readonly Task[];
  /** Every claim that the plan ever had, oldest first. */
  readonly claims: readonly AnyClaim[];
  /** How long a task is expected to take now, in milliseconds; absent where nobody estimates. */
  readonly expectedMs?: (task: Task) => number;
  /** Whether the checkout's file system takes `A` and `a` for the same name. */
  readonly caseInsensitive: boolean;
  /** Settings of the plan that only a newer version knows. */
  readonly unknownSettings?: readonly string[];
}
