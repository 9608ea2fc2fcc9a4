import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SpecTask } from "../../test/e2e/harness/scenario.ts";
import type { TimedPlan } from "./timed-plan.ts";

const MS_BY_SIZE: Readonly<Record<string, number>> = { small: 200, medium: 400, large: 600 };

/**
 * So many tasks of breakdowns that people wrote, one breakdown after the other, as one plan.
 * @param folder with a folder for each specification.
 */
export function realPlan(folder: string, size: number): TimedPlan {
  const all = readdirSync(folder).flatMap((name, at) => {
    const { tasks } = JSON.parse(readFileSync(join(folder, name, "03-tasks.json"), "utf8")) as {
      tasks: SpecTask[];
    };
    const idOf = (id: string) => `${at + 1}-${id}`;
    return tasks.map(({ id, description, size: how, dependencies = [] }): SpecTask => {
      return {
        id: idOf(id),
        title: `Task ${id} of ${name}`,
        description,
        dependencies: dependencies.map(idOf),
        size: how ?? "medium",
      };
    });
  });
  const tasks = all.slice(0, size);
  const known = new Set(tasks.map(({ id }) => id));
  return {
    // The last breakdown may be cut in the middle.
    tasks: tasks.map((task) => ({
      ...task,
      dependencies: (task.dependencies ?? []).filter((id) => known.has(id)),
    })),
    durationMs: new Map(tasks.map(({ id, size: how }) => [id, MS_BY_SIZE[how ?? "medium"] ?? 400])),
  };
}
