import { type Isolation, scopeOf, type Task, type TaskId, type TaskOutline } from "../graph/task.ts";
import type { Policy } from "./policy.ts";

/** What a policy says of where tasks work. */
type WherePolicy = Pick<Policy, "unscoped" | "isolation">;

/** Whether the task changes files, as far as anybody knows: what is not known may be written. */
export function mayWrite({ writes }: Pick<TaskOutline, "writes">): boolean {
  return writes?.length !== 0;
}

/**
 * Whether the task itself is to have a worktree: it says so, it is one of several approaches, or the plan's policy wants
 * it for what the task does. An isolation that only a newer version knows is one too: away from the shared checkout it
 * can do no harm.
 */
export function asksForWorktree(task: TaskOutline, policy: WherePolicy): boolean {
  if ((task.isolation ?? "shared") !== "shared" || task.alternatives !== undefined) return true;
  if (task.isolation === "shared") return false;
  if (policy.isolation === "worktree") return mayWrite(task);
  return policy.unscoped === "worktree" && scopeOf(task).basis === "unscoped";
}

/**
 * Where tasks of a plan run. A task runs in a worktree if it asks for one, or if one of those before it does: their
 * work is on the plan's branch and not in the shared checkout.
 */
export class Isolations {
  /** Tasks that ask for a worktree themselves. */
  readonly #asking: ReadonlySet<TaskId>;
  /** Tasks that are known to ask for no worktree, and none before them. */
  readonly #shared = new Set<TaskId>();

  /** @param tasks how they are done stays the same; their status may change. */
  constructor(
    private readonly tasks: ReadonlyMap<TaskId, Task>,
    policy: WherePolicy,
    /** Other clones take part in the plan: all of its work travels by its branch. */
    private readonly isShared = false,
  ) {
    const asking = [...tasks.values()].filter((task) => asksForWorktree(task, policy));
    this.#asking = new Set(asking.map(({ id }) => id));
  }

  /** Whether some of the plan's work comes together on its branch: then all of it does. */
  get usesWorktrees(): boolean {
    if (this.isShared) return true;
    return [...this.#asking].some((id) => this.tasks.get(id)?.status !== "cancelled");
  }

  of(id: TaskId): Isolation {
    return this.isShared ? "worktree" : this.inOneClone(id);
  }

  /** Where the task would run if no other clone took part in the plan. */
  inOneClone(id: TaskId): Isolation {
    if (this.#asking.size === 0) return "shared";
    const seen = new Set<TaskId>([id]);
    for (const earlier of seen) {
      if (this.#asking.has(earlier)) return "worktree";
      if (this.#shared.has(earlier)) continue;
      for (const dependency of this.tasks.get(earlier)?.dependencies ?? []) seen.add(dependency);
    }
    for (const earlier of seen) this.#shared.add(earlier);
    return "shared";
  }
}
