import type { SpecTask } from "../../test/e2e/harness/scenario.ts";
import { readBreakdowns } from "../breakdowns/breakdown.ts";
import type { TimedPlan } from "./timed-plan.ts";

const MS_BY_SIZE = { xs: 100, small: 200, medium: 400, large: 600, xl: 800 };

/**
 * At least so many tasks of breakdowns that people wrote, each breakdown whole, as one plan.
 * @param folder with a folder for each specification.
 */
export function realPlan(folder: string, size: number): TimedPlan {
  const durationMs = new Map<string, number>();
  const tasks: SpecTask[] = [];
  for (const [at, read] of readBreakdowns(folder).entries()) {
    if ("refused" in read || tasks.length >= size) continue;
    const idOf = (id: string) => `${at + 1}-${id}`;
    for (const { id, description, size: how = "medium", dependencies } of read.tasks) {
      durationMs.set(idOf(id), MS_BY_SIZE[how]);
      tasks.push({
        id: idOf(id),
        title: `Task ${id} of ${read.name}`,
        description,
        dependencies: dependencies.map(idOf),
      });
    }
  }
  return { tasks, durationMs };
}
