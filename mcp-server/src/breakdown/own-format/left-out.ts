import { BreakdownError, readEach } from "../errors.ts";
import type { FileStatus } from "../file-status.ts";
import { listed } from "../unread-lines.ts";

/** A task of a file, as far as it counts for what is left out. */
export interface StatedTask {
  readonly id: string;
  readonly status: FileStatus;
  readonly dependencies: readonly string[];
  /** The task that it is a part of. */
  readonly parent?: string | undefined;
}

/**
 * Refuses an id that stands at two tasks of which one is open: which of them others wait for, nobody can tell.
 * @throws BreakdownError with both places.
 */
export function refuseDoubled(
  tasks: readonly (Pick<StatedTask, "id" | "status"> & { readonly place: string })[],
  file: string,
): void {
  const byId = new Map<string, (typeof tasks)[number]>();
  readEach(file, tasks, (task) => {
    const before = byId.get(task.id);
    byId.set(task.id, before && !isOver(before) ? before : task);
    if (before === undefined || (isOver(before) && isOver(task))) return;
    const problem = `the id ${task.id} stands twice, in ${before.place} and ${task.place}`;
    throw new BreakdownError(file, `${task.place}.id`, problem, "Give one of the two another id");
  });
}

function isOver({ status }: Pick<StatedTask, "status">): boolean {
  return status === "done" || status === "given up";
}

export interface LeftOut {
  /** Done or given up: nothing waits for them. */
  readonly over: ReadonlySet<string>;
  /** Put off, with their parts and whatever waits for them. */
  readonly putOff: ReadonlySet<string>;
}

/** Which tasks a file does not ask for. */
export function leftOut(tasks: readonly StatedTask[]): LeftOut {
  const known = new Set(tasks.map(({ id }) => id));
  const putOff = new Set(tasks.filter(({ status }) => status === "put off").map(({ id }) => id));
  for (let before = -1; before !== putOff.size; ) {
    before = putOff.size;
    for (const task of tasks) {
      if (isOver(task)) continue;
      const waits = task.dependencies.some((id) => putOff.has(id) && known.has(id));
      if (waits || (task.parent !== undefined && putOff.has(task.parent))) putOff.add(task.id);
    }
  }
  return { over: new Set(tasks.filter(isOver).map(({ id }) => id)), putOff };
}

export function doneWarnings(done: readonly string[]): string[] {
  return done.length === 0
    ? []
    : [`marked as done and left out, so that nothing waits for them: ${listed(done)}`];
}

export function putOffWarnings(putOff: ReadonlySet<string>): string[] {
  if (putOff.size === 0) return [];
  return [
    `${[...putOff].join(", ")} ${putOff.size === 1 ? "is" : "are"} deferred, or wait for what is: left out`,
  ];
}

/** @param done how many tasks are marked as done. @throws BreakdownError */
export function refuseEmpty(file: string, done: number): never {
  const problem =
    done > 0 ? `all of its ${done} tasks are marked as done or given up` : "there is no task in it";
  const remedy = "Nothing is left to run; take the mark from a task that is to be done again";
  throw new BreakdownError(file, "tasks", problem, remedy);
}
