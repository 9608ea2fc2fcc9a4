import { inferWrites } from "../graph/scope/infer-scope.ts";
import type { TaskDefinition, TaskId } from "../graph/task.ts";
import { checkDependencies } from "./dependencies.ts";
import { BreakdownError, readEach } from "./errors.ts";
import { isObject, type JsonObject, parseDocument } from "./json/document.ts";
import { readFields, WrongField } from "./task-fields.ts";

/** A breakdown as it was read, from whatever file. */
export interface Breakdown {
  readonly title: string;
  /** The top-level keys other than `tasks`. */
  readonly document: JsonObject;
  /** In the order of the file. */
  readonly tasks: readonly TaskDefinition[];
  /** What was not taken as it stands; none of it keeps the plan from running. */
  readonly warnings: readonly string[];
}

/** A task that a file or a call wrote, not judged yet. */
export interface RawTask {
  /** In the form of a `03-tasks.json`. */
  readonly fields: unknown;
  /** Where it stands, for messages. */
  readonly place: string;
  /** The part of the description that tells what the task writes; absent: all of it. */
  readonly scopeText?: string;
}

/** The `03-tasks.json` that the text holds, or a `BreakdownError`. `file` names it in messages. */
export function readBreakdown(text: string, file: string): Breakdown {
  const { tasks: found, ...document } = parseDocument(text, file);
  if (!Array.isArray(found)) {
    const keys = Object.keys(document);
    throw new BreakdownError(
      file,
      "tasks",
      `there is no list "tasks"${keys.length > 0 ? ` (found ${keys.join(", ")})` : ""}`,
      'Put all tasks into one list "tasks", each with id, subject, description and dependencies',
    );
  }
  if (found.length === 0) {
    throw new BreakdownError(file, "tasks", '"tasks" is empty', "Add at least one task");
  }
  const warnings: string[] = [];
  const raw = found.map((fields, at) => ({ fields, place: `tasks[${at}]` }));
  const tasks = readTasks(raw, file, warnings);
  return { title: titleOf(document, file), document, tasks, warnings };
}

/**
 * The tasks, each judged by itself and all of them together.
 * @param around tasks that are there already, by what they depend on: dependencies may lead to them.
 */
export function readTasks(
  raw: readonly RawTask[],
  file: string,
  warnings: string[],
  around: ReadonlyMap<TaskId, readonly TaskId[]> = new Map(),
): TaskDefinition[] {
  const tasks = readEach(file, raw, (task) => readTask(task, file, warnings));
  const places = raw.map(({ place }) => place);
  warnings.push(...checkDependencies(tasks, places, file, around));
  return tasks;
}

function readTask({ fields: raw, place, scopeText }: RawTask, file: string, warnings: string[]) {
  if (!isObject(raw)) {
    throw new BreakdownError(file, place, `${place} is not an object`, "Write each task as {id, subject, …}");
  }
  const id = typeof raw.id === "string" || typeof raw.id === "number" ? String(raw.id).trim() : "";
  const name = id === "" ? place : `task ${id}`;
  const warn = (text: string) => void warnings.push(`${name}: ${text}`);
  const { extra, ...fields } = readWith(raw, warn, (wrong) => {
    const problem = `${name}: ${wrong.message}`;
    return new BreakdownError(file, `${place}.${wrong.key}`, problem, `Correct ${wrong.key} of ${name}`);
  });
  if (fields.id === undefined) {
    throw new BreakdownError(file, `${place}.id`, `${place} has no id`, 'Give it one, such as "1.1"');
  }
  if (fields.subject === undefined) {
    throw new BreakdownError(
      file,
      `${place}.subject`,
      `${name} has no subject`,
      "Say in one line what it does",
    );
  }
  if (typeof fields.needs === "object" && fields.needs.atLeast > fields.dependencies.length) {
    throw new BreakdownError(
      file,
      `${place}.needs`,
      `${name} needs at least ${fields.needs.atLeast} of ${fields.dependencies.length} dependencies`,
      "Lower the number or add dependencies",
    );
  }
  if (Object.hasOwn(raw, "status")) warn(`status ${JSON.stringify(raw.status)} is not imported`);
  const lists = ["dependencies", "dependsOn", "blockedBy"].filter((key) => Object.hasOwn(raw, key));
  if (lists.length > 1) warn(`${lists.join(" and ")} are both given; all of them are respected`);
  const description = fields.description ?? "";
  const task: TaskDefinition = {
    ...fields,
    id: fields.id,
    subject: fields.subject,
    description,
    reads: fields.reads ?? [],
    resources: fields.resources ?? [],
    acceptance: fields.acceptance ?? [],
    inferredWrites: fields.writes === undefined ? inferWrites(scopeText ?? description) : [],
    origin: "file",
    extra,
  };
  return task;
}

function readWith(
  raw: JsonObject,
  warn: (text: string) => void,
  refusal: (wrong: WrongField) => BreakdownError,
): ReturnType<typeof readFields> {
  try {
    return readFields(raw, warn);
  } catch (error) {
    throw error instanceof WrongField ? refusal(error) : error;
  }
}

function titleOf(document: JsonObject, file: string): string {
  const candidates = [document.title, document.slug, document.spec];
  const title = candidates.find((value) => typeof value === "string" && value.trim() !== "");
  return typeof title === "string" ? title : file;
}
