import { modelChoiceText } from "../../graph/model/model-choice.ts";
import { purposeOf } from "../../graph/purpose.ts";
import type { Isolation, Task, TaskId } from "../../graph/task.ts";
import { agentsFor, isSmallWork } from "../../policy/spending/in-turn.ts";
import { plural } from "../../text/format.ts";
import { modelOf } from "../plan/estimates-by-model.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import type { Roles } from "../project/roles.ts";

/** Whether a task is one that an agent does among others: small as far as is known, in the checkout, and nobody's review. */
export function isDoneInTurn(
  { policy, estimates }: Pick<LoadedPlan, "policy" | "estimates">,
  task: Task,
  isolation: Isolation,
): boolean {
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

/** The shape of each of these tasks that agents do one after another with others of it, where that takes fewer agents. */
export function shapesInTurn(
  roles: Roles,
  plan: Pick<LoadedPlan, "policy" | "estimates">,
  tasks: readonly Task[],
): ReadonlyMap<TaskId, string> {
  const usual = plan.policy.isolation === "worktree" ? "worktree" : "shared";
  const shapes = new Map<TaskId, string>();
  for (const task of tasks) {
    if (!isDoneInTurn(plan, task, task.isolation ?? usual)) continue;
    const { role } = roles.resolve(task.agent);
    shapes.set(task.id, `${role} ${modelChoiceText(modelOf(roles, task, plan.policy))}`);
  }
  const agents = agentsByShape(shapes);
  return new Map([...shapes].filter(([, shape]) => agents.has(shape)));
}

/** How many agents each shape gets, where those are fewer than its tasks. */
export function agentsByShape(shapes: ReadonlyMap<TaskId, string>): ReadonlyMap<string, number> {
  return new Map(
    [...countByShape(shapes)]
      .map(([shape, tasks]) => ({ shape, tasks, agents: agentsFor(tasks, 0) }))
      .filter(({ tasks, agents }) => agents < tasks)
      .map(({ shape, agents }) => [shape, agents]),
  );
}

function countByShape(shapes: ReadonlyMap<TaskId, string>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const shape of shapes.values()) counts.set(shape, (counts.get(shape) ?? 0) + 1);
  return counts;
}

/** Says which tasks one agent does one after another; undefined: each has its own. */
export function togetherText(shapes: ReadonlyMap<TaskId, string>): string | undefined {
  const agents = agentsByShape(shapes);
  const lines = [...countByShape(shapes)].map(
    ([shape, count]) => `${plural(count, "small task")} go to ${plural(agents.get(shape) ?? count, "agent")}`,
  );
  return lines.length === 0
    ? undefined
    : `${lines.join(", ")}, one after another: each costs less than an agent's beginning (policy together)`;
}
