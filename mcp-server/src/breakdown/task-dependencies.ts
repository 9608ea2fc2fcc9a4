import type { TaskDefinition, TaskId } from "../graph/task.ts";

/** Which dependencies of a file lead out of it, and which are mistakes. */

/** A number of a tracker, another plan's task, or an address: `POND-7`, `#12`, `other/1.2`. */
const OUTSIDE = /^(?:[A-Za-z][\w.]*-\d[\w.]*|#\d+|[\w.-]+\/[\w./#-]+|https?:\S+)$/;

/**
 * The tasks without dependencies on what the file itself does not hold and does not claim to hold: where an id has the
 * form of the file's own ones, it is left to be refused as a mistake.
 */
export function withoutOutside(
  tasks: readonly TaskDefinition[],
  warn: (text: string) => void,
): { readonly tasks: TaskDefinition[]; readonly outside: ReadonlySet<TaskId> } {
  const known = new Set(tasks.map(({ id }) => id));
  const forms = new Set([...known].map(formOf));
  const outside = new Set<TaskId>();
  const kept = tasks.map((task) => {
    const out = task.dependencies.filter(
      (id) => !known.has(id) && OUTSIDE.test(id) && !forms.has(formOf(id)),
    );
    if (out.length === 0) return task;
    for (const id of out) outside.add(id);
    warn(
      `task ${task.id}: ${out.join(", ")} ${out.length === 1 ? "is" : "are"} outside of the file: it does not wait for ${out.length === 1 ? "it" : "them"}`,
    );
    return { ...task, dependencies: task.dependencies.filter((id) => !out.includes(id)) };
  });
  return { tasks: kept, outside };
}

/** What an id looks like apart from its numbers. */
function formOf(id: string): string {
  return id.replace(/\d+/g, "9");
}
