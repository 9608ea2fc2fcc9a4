import type { Glob } from "../../graph/scope/glob.ts";
import type { TaskId } from "../../graph/task.ts";
import { readBreakdown } from "../own-format/breakdown.ts";
import { updateBreakdown } from "./write-breakdown.ts";

/**
 * The text of a `03-tasks.json` with these scopes as its tasks' `writes`; all else stays as it is written.
 * @param text a valid breakdown. @param file names it in messages.
 */
export function writeScopes(
  text: string,
  file: string,
  scopes: readonly { readonly task: TaskId; readonly writes: readonly Glob[] }[],
): string {
  const writes = new Map(scopes.map((scope) => [scope.task, scope.writes]));
  const tasks = readBreakdown(text, file).tasks.map((task) => {
    const suggested = writes.get(task.id);
    return suggested ? { ...task, writes: suggested } : task;
  });
  return updateBreakdown(text, file, tasks);
}
