import {
  type ChosenModel,
  INHERIT,
  type ModelChoice,
  modelChoiceFrom,
} from "../../graph/model/model-choice.ts";
import type { Task } from "../../graph/task.ts";
import type { Policy } from "../policy.ts";

/** What of a task decides on which model its next attempt works. */
export type ModelTask = Pick<Task, "model" | "effort" | "escalate" | "size"> & {
  /** Absent: it has not begun. */
  readonly failedAttempts?: number;
};

/** What of a policy does. */
export type ModelPolicy = Pick<Policy, "models" | "escalate">;

/** By this name `models` says what holds for all agents. */
export const ALL = "all";

/**
 * On which model and with which effort the next attempt at a task works. Model and effort are each decided by the first
 * that names it: after failed attempts `escalate`, one step for each of them; the task; its role; its size; the plan.
 * Nobody named it, or `inherit` was named: the host decides, which is what the conversation works with.
 * @param role as the policy's `models` names it.
 */
export function chooseModel(task: ModelTask, role: string, policy: ModelPolicy): ChosenModel {
  const inOrder: readonly (ModelChoice | undefined)[] = [
    escalated(task, policy),
    task,
    choiceFor(policy, role),
    task.size === undefined ? undefined : choiceFor(policy, task.size),
    choiceFor(policy, ALL),
  ];
  const model = firstOf(inOrder.map((choice) => choice?.model));
  const effort = firstOf(inOrder.map((choice) => choice?.effort));
  return {
    ...(model !== undefined && model !== INHERIT && { model }),
    ...(effort !== undefined && effort !== INHERIT && { effort }),
  };
}

/** The last step is that of all further attempts. */
function escalated(
  { escalate, failedAttempts = 0 }: ModelTask,
  policy: ModelPolicy,
): ModelChoice | undefined {
  const steps = escalate ?? policy.escalate;
  const step = failedAttempts === 0 ? undefined : steps[Math.min(failedAttempts, steps.length) - 1];
  return step === undefined ? undefined : modelChoiceFrom(step);
}

function choiceFor({ models }: ModelPolicy, name: string): ModelChoice | undefined {
  return Object.hasOwn(models, name) ? modelChoiceFrom(models[name] ?? "") : undefined;
}

function firstOf<T>(values: readonly (T | undefined)[]): T | undefined {
  return values.find((value) => value !== undefined);
}
