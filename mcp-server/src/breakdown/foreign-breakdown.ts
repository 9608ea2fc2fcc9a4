import { type Breakdown, type RawTask, readTasks } from "./breakdown.ts";
import { BreakdownError } from "./errors.ts";
import type { JsonObject } from "./json/document.ts";

const NAMED_TASKS = 20;

/** What the reader of another format made of a file: tasks as a `03-tasks.json` would write them. */
export interface ForeignBreakdown {
  readonly title: string;
  readonly tasks: readonly (RawTask & { readonly fields: JsonObject })[];
  readonly warnings: readonly string[];
  /** Ids of tasks that the file marks as done: they are not imported, and nothing waits for them. */
  readonly done: readonly string[];
}

/** Judges the tasks of another format by the rules of our own. */
export function toBreakdown(foreign: ForeignBreakdown, file: string): Breakdown {
  const { done } = foreign;
  if (foreign.tasks.length === 0) {
    throw new BreakdownError(
      file,
      "tasks",
      done.length > 0
        ? `all of its ${done.length} tasks are marked as done or given up`
        : "there is no task in it",
      "Nothing is left to run; take the mark from a task that is to be done again",
    );
  }
  const warnings: string[] = [];
  const tasks = readTasks(foreign.tasks, file, warnings);
  const skipped =
    done.length === 0 ? [] : [`marked as done and left out, so that nothing waits for them: ${listed(done)}`];
  return {
    title: foreign.title,
    document: {},
    tasks,
    warnings: [...skipped, ...foreign.warnings, ...warnings],
  };
}

function listed(ids: readonly string[]): string {
  const names = [...new Set(ids)];
  const more = names.length - NAMED_TASKS;
  return more > 0 ? `${names.slice(0, NAMED_TASKS).join(", ")} and ${more} more` : names.join(", ");
}
