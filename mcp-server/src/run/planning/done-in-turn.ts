import { modelChoiceText } from "../../graph/model/model-choice.ts";
import { purposeOf } from "../../graph/purpose.ts";
import type { Isolation, Task } from "../../graph/task.ts";
import { agentsFor, isSmallWork } from "../../policy/spending/in-turn.ts";
import { plural } from "../../text/format.ts";
import { modelOf } from "../plan/estimates-by-model.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import type { Roles } from "../project/roles.ts";

/** Whether a task is one that an agent does among others: small as far as is known, in the checkout, and nobody's review. */
export function isDoneInTurn({ policy, estimates }: LoadedPlan, task: Task, isolation: Isolation): boolean {
  return (
    policy.together === "small" &&
    policy.commit === "none" &&
    isolation === "shared" &&
    purposeOf(task) === undefined &&
    task.failedAttempts === 0 &&
    estimates.knowsTokens(task) &&
    isSmallWork(estimates.tokens(task))
  );
}

/** Says which of these tasks one agent does one after another; undefined: each has its own. */
export function togetherText(roles: Roles, plan: LoadedPlan, tasks: readonly Task[]): string | undefined {
  const shapes = new Map<string, number>();
  for (const task of tasks) {
    const usual = plan.policy.isolation === "worktree" ? "worktree" : "shared";
    if (!isDoneInTurn(plan, task, task.isolation ?? usual)) continue;
    const shape = `${roles.resolve(task.agent).role} ${modelChoiceText(modelOf(roles, task, plan.policy))}`;
    shapes.set(shape, (shapes.get(shape) ?? 0) + 1);
  }
  const lines = [...shapes.values()].flatMap((count) => {
    const agents = agentsFor(count, 0);
    return agents < count ? [`${plural(count, "small task")} go to ${plural(agents, "agent")}`] : [];
  });
  return lines.length === 0
    ? undefined
    : `${lines.join(", ")}, one after another: each costs less than an agent's beginning (policy together)`;
}
