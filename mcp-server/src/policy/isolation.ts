import { type Isolation, scopeOf, type Task, type TaskDefinition, type TaskId } from "../graph/task.ts";
import type { Policy } from "./policy.ts";

/** Whether the task itself wants a worktree: it says so, it is one of several approaches, or nobody knows its files. */
export function asksForWorktree(task: TaskDefinition, policy: Pick<Policy, "unscoped">): boolean {
  return (
    task.isolation === "worktree" ||
    task.alternatives !== undefined ||
    (policy.unscoped === "worktree" && task.isolation !== "shared" && scopeOf(task).basis === "unscoped")
  );
}

/**
 * Where tasks of a plan run. A task runs in a worktree if it asks for one, or if one of those before it does: their
 * work is on the plan's branch and not in the shared checkout.
 */
export class Isolations {
  /** Tasks that are known to ask for no worktree, and none before them. */
  readonly #shared = new Set<TaskId>();

  constructor(
    private readonly tasks: ReadonlyMap<TaskId, Task>,
    private readonly policy: Pick<Policy, "unscoped">,
  ) {}

  of(id: TaskId): Isolation {
    const seen = new Set<TaskId>([id]);
    for (const earlier of seen) {
      const task = this.tasks.get(earlier);
      if (!task || this.#shared.has(earlier)) continue;
      if (asksForWorktree(task, this.policy)) return "worktree";
      for (const dependency of task.dependencies) seen.add(dependency);
    }
    for (const earlier of seen) this.#shared.add(earlier);
    return "shared";
  }
}
