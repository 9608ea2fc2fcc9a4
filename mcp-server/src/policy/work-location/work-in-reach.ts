import { topologicalOrder } from "../../graph/order/levels.ts";
import { hasEnded } from "../../graph/readiness.ts";
import type { Isolation, Needs, Task, TaskId } from "../../graph/task.ts";
import type { CompletedWork } from "./completed-work.ts";

/** A checkout that asks for tasks, and what of the plan's work it has. */
export interface AskingCheckout {
  /** The names by which claims know it. */
  readonly names: ReadonlySet<string>;
  /** Of the commits of the plan's work, those that its HEAD contains. */
  readonly headHas: ReadonlySet<string>;
  /** Those that its repository has, so that a worktree with them can be cut. */
  readonly repositoryHas: ReadonlySet<string>;
  /** Completed tasks whose files stand in the checkout as they were left, however they came there. */
  readonly sameFiles: ReadonlySet<TaskId>;
}

/** Work that a task needs and that is not where it would start. */
export interface MissingWork {
  readonly task: TaskId;
  readonly work: CompletedWork;
}

/**
 * Whether the work that a task builds on is where it would start: that of all completed tasks before it, directly or
 * not. Where not all of its dependencies have to complete, as many as it needs have to be there.
 */
export class WorkInReach {
  readonly #missing = new Map<Isolation, ReadonlyMap<TaskId, MissingWork>>();

  /** @param workOf where the work of a completed task is; undefined where it wrote nothing. */
  constructor(
    private readonly tasks: ReadonlyMap<TaskId, Task>,
    private readonly workOf: (id: TaskId) => CompletedWork | undefined,
    private readonly asking: AskingCheckout,
  ) {}

  /** What keeps the task from starting here; undefined: nothing of this kind. */
  missingFor(task: Task, isolation: Isolation): MissingWork | undefined {
    return missingInput(task, this.tasks, this.#missingIn(isolation));
  }

  /** Ended tasks that cannot be built on here, each with the first work that is missing for that. */
  #missingIn(isolation: Isolation): ReadonlyMap<TaskId, MissingWork> {
    const known = this.#missing.get(isolation);
    if (known) return known;
    const missing = new Map<TaskId, MissingWork>();
    // In topological order every task is decided before those that build on it.
    for (const task of topologicalOrder([...this.tasks.values()])) {
      if (!hasEnded(task.status)) continue;
      const work = task.status === "completed" ? this.workOf(task.id) : undefined;
      const first =
        work && !this.#has(task.id, work, isolation)
          ? { task: task.id, work }
          : missingInput(task, this.tasks, missing);
      if (first) missing.set(task.id, first);
    }
    this.#missing.set(isolation, missing);
    return missing;
  }

  #has(id: TaskId, { checkout, inFiles, commit }: CompletedWork, isolation: Isolation): boolean {
    const { asking } = this;
    const isOwn = asking.names.has(checkout);
    if (isolation === "shared") {
      if (inFiles && isOwn) return true;
      return asking.sameFiles.has(id) || (commit !== undefined && asking.headHas.has(commit));
    }
    // Without a commit, what lies in the own files was said to stay out of worktrees when the plan was made.
    return commit === undefined ? isOwn : asking.repositoryHas.has(commit);
  }
}

function missingInput(
  { needs, dependencies }: Task,
  tasks: ReadonlyMap<TaskId, Task>,
  missing: ReadonlyMap<TaskId, MissingWork>,
): MissingWork | undefined {
  const first = dependencies.flatMap((id) => missing.get(id) ?? [])[0];
  if (first === undefined) return undefined;
  const there = dependencies.filter((id) => tasks.get(id)?.status === "completed" && !missing.has(id));
  return there.length >= atLeast(needs, dependencies.length) ? undefined : first;
}

/** How many of so many dependencies a task builds on. */
function atLeast(needs: Needs, dependencies: number): number {
  if (needs === "all" || needs === "settled") return dependencies;
  return needs === "any" ? 1 : Math.min(needs.atLeast, dependencies);
}
