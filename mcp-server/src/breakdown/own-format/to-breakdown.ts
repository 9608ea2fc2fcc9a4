import type { JsonObject } from "../json/document.ts";
import { type Breakdown, type RawTask, readFileTasks } from "./breakdown.ts";
import { doneWarnings, refuseDoubled, refuseEmpty } from "./left-out.ts";

/** What the reader of another format made of a file: tasks as a `03-tasks.json` would write them. */
export interface ForeignBreakdown {
  readonly title: string;
  readonly tasks: readonly (RawTask & { readonly fields: JsonObject })[];
  readonly warnings: readonly string[];
  /** Tasks that the file marks as done: they are not imported, and nothing waits for them. */
  readonly done: readonly { readonly id: string; readonly place: string }[];
}

/** Judges the tasks of another format by the rules of our own. @throws BreakdownError */
export function toBreakdown(foreign: ForeignBreakdown, file: string): Breakdown {
  const done = foreign.done.map(({ id }) => id);
  if (foreign.tasks.length === 0) refuseEmpty(file, done.length);
  const open = foreign.tasks.map(({ fields, place }) => ({
    id: String(fields.id),
    place,
    status: "open" as const,
  }));
  refuseDoubled([...foreign.done.map((task) => ({ ...task, status: "done" as const })), ...open], file);
  const warnings: string[] = [];
  const { tasks, outside, inferredDependencies } = readFileTasks(foreign.tasks, file, warnings, new Set());
  return {
    title: foreign.title,
    document: {},
    tasks,
    warnings: [...doneWarnings(done), ...foreign.warnings, ...warnings],
    inferredDependencies,
    leftOut: new Set<string>([...done, ...outside]),
  };
}
