import type { TaskId } from "../../graph/task.ts";
import type { LoadedPlan } from "./load-plan.ts";

/** The name as an id that no task of the plan has: as it is, or with the first number behind it that is free. */
export function freeId({ graph }: LoadedPlan, name: string): TaskId {
  for (let number = 1; ; number++) {
    const id = `${name}${number === 1 ? "" : number}` as TaskId;
    if (!graph.tasks.has(id)) return id;
  }
}
