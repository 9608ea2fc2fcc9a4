import type { ChosenModel } from "../../graph/model/model-choice.ts";
import type { Estimated, TaskEstimates } from "../../graph/task-estimates.ts";
import { chooseModel, type ModelPolicy, type ModelTask } from "../../policy/models/choose-model.ts";
import type { Roles } from "../project/roles.ts";

/** What of a task says on which model it works. */
type Planned = Estimated & ModelTask;

/** On what the next attempt at a task works, by its plan's policy. */
export function modelOf(roles: Roles, task: Planned, policy: ModelPolicy): ChosenModel {
  return chooseModel(task, roles.resolve(task.agent).role, policy);
}

/** The estimates of a plan, each task's by the model that it will work on. */
export function estimatesByModel(
  estimates: TaskEstimates,
  chosenFor: (task: Planned) => ChosenModel,
): TaskEstimates {
  // Asked for each task of a plan, whose other fields are not copied.
  const onIts = (task: Estimated): Estimated => {
    const { estimateMs, size, agent } = task;
    const { model } = chosenFor(task);
    return {
      ...(estimateMs !== undefined && { estimateMs }),
      ...(size !== undefined && { size }),
      ...(agent !== undefined && { agent }),
      ...(model && { model }),
    };
  };
  return {
    launchMs: estimates.launchMs,
    durationMs: (task) => estimates.durationMs(onIts(task)),
    tokens: (task) => estimates.tokens(onIts(task)),
    knowsTokens: (task) => estimates.knowsTokens(onIts(task)),
    usage: (task) => estimates.usage(onIts(task)),
    usageBasis: () => estimates.usageBasis(),
    tokensBasis: (tasks) => estimates.tokensBasis(tasks.map(onIts)),
    basis: (tasks) => estimates.basis(tasks.map(onIts)),
  };
}
