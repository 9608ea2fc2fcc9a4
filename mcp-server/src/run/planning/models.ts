import { INHERIT } from "../../graph/model/model-choice.ts";
import type { Task } from "../../graph/task.ts";
import type { Policy } from "../../policy/policy.ts";
import { modelOf } from "../plan/estimates-by-model.ts";
import type { Roles } from "../project/roles.ts";
import { listedIds } from "./comparison.ts";

/**
 * On which models and with which efforts tasks are going to work, one line each, the most tasks first, and on what
 * failed ones are tried again; none where nobody chose anything and all is as the conversation has it.
 */
export function modelsOf(roles: Roles, tasks: readonly Task[], policy: Policy): string[] {
  const ids = new Map<string, string[]>();
  for (const task of tasks) {
    const words = wordsFor(roles, task, policy);
    ids.set(words, [...(ids.get(words) ?? []), task.id]);
  }
  const steps = new Set(tasks.flatMap(({ escalate }) => [(escalate ?? policy.escalate).join(", ")]));
  const retries = [...steps].filter((step) => step !== "").map((step) => `retries: ${step}`);
  if (retries.length === 0 && [...ids.keys()].every((words) => words === INHERIT)) return [];
  const groups = [...ids].sort(([, a], [, b]) => b.length - a.length);
  return [...groups.map(([words, of]) => `${words}: ${listedIds(of)}`), ...retries];
}

/** What is chosen, else what the file of the agent says, each with where that stands. */
function wordsFor(roles: Roles, task: Task, policy: Policy): string {
  const chosen = modelOf(roles, task, policy);
  const file = roles.inFile(task.agent);
  const fromFile = (["model", "effort"] as const).flatMap((of) =>
    chosen[of] === undefined && file[of] !== undefined ? [file[of]] : [],
  );
  const words = [chosen.model, chosen.effort].filter((word) => word !== undefined);
  const said = fromFile.length > 0 ? [`${fromFile.join(" ")} by the agent's file`] : [];
  return [...(words.length > 0 ? [words.join(" ")] : []), ...said].join(", ") || INHERIT;
}
