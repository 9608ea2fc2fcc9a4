import { inferWrites } from "../../graph/scope/infer-scope.ts";
import type { TaskDefinition, TaskId } from "../../graph/task.ts";
import { checkDependencies } from "../dependencies.ts";
import { BreakdownError, readEach } from "../errors.ts";
import { fileStatus, recordStatus } from "../file-status.ts";
import { isObject, type JsonObject, parseDocument } from "../json/document.ts";
import { withoutOutside } from "../task-dependencies.ts";
import { DEPENDENCY_KEYS, readFields, WrongField } from "../task-fields.ts";
import { listed } from "../unread-lines.ts";
import {
  doneWarnings,
  type LeftOut,
  leftOut,
  putOffWarnings,
  refuseDoubled,
  refuseEmpty,
} from "./left-out.ts";
import { taskGroups } from "./nested-tasks.ts";

/** A breakdown as it was read, from whatever file. */
export interface Breakdown {
  readonly title: string;
  /** The top-level keys other than `tasks`. */
  readonly document: JsonObject;
  /** In the order of the file. */
  readonly tasks: readonly TaskDefinition[];
  /** What was not taken as it stands; none of it keeps the plan from running. */
  readonly warnings: readonly string[];
  /** Of tasks that have some, the dependencies that no words of the file say: they follow from the place of things. */
  readonly inferredDependencies: ReadonlyMap<TaskId, readonly TaskId[]>;
  /** Ids that the file holds or names and that are no tasks of the plan: done, given up, put off, outside of it. */
  readonly leftOut: ReadonlySet<string>;
}

/** A task that a file or a call wrote, not judged yet. */
export interface RawTask {
  /** In the form of a `03-tasks.json`. */
  readonly fields: unknown;
  /** Where it stands, for messages. */
  readonly place: string;
  /** The part of the description that tells what the task writes; absent: all of it. */
  readonly scopeText?: string;
  /** Those of its dependencies that the file does not say in words. */
  readonly inferredDependencies?: readonly string[];
}

/** The `03-tasks.json` that the text holds, or a `BreakdownError`. `file` names it in messages. */
export function readBreakdown(text: string, file: string): Breakdown {
  return breakdownIn(parseDocument(text, file), file);
}

/** The same of a text that was parsed. */
export function breakdownIn(parsed: ReturnType<typeof parseDocument>, file: string): Breakdown {
  const { tasks: found, ...document } = parsed.document;
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
  const raw = found.map((fields, at) => ({ fields, place: `tasks[${at}]` }));
  return breakdownOf(raw, document, file, [...parsed.warnings, ...unreadWarnings(document, found)]);
}

/**
 * The breakdown that records in the form of a `03-tasks.json` make up; what they mark as done is left out.
 * @param document what the file says beside them.
 * @throws BreakdownError
 */
export function breakdownOf(
  raw: readonly RawTask[],
  document: JsonObject,
  file: string,
  found: readonly string[],
): Breakdown {
  const { open, over, putOff } = openTasks(raw, file);
  if (open.length === 0) refuseEmpty(file, over.size);
  const warnings = [...doneWarnings([...over]), ...putOffWarnings(putOff), ...found];
  const away = new Set([...over, ...putOff]);
  const { tasks, outside, inferredDependencies } = readFileTasks(open, file, warnings, away);
  const leftOut = new Set<string>([...away, ...outside]);
  return { title: titleOf(document, file), document, tasks, warnings, inferredDependencies, leftOut };
}

/** The tasks that a file still asks for, and the ids of the others. */
function openTasks(raw: readonly RawTask[], file: string): LeftOut & { open: RawTask[] } {
  const stated = raw.flatMap(({ fields, place }) => {
    if (!isObject(fields)) return [];
    const lists = DEPENDENCY_KEYS.flatMap((key) => fields[key] ?? []);
    const status = recordStatus(fields) ?? "open";
    return [{ id: idOf(fields), place, status, dependencies: lists.map(String) }];
  });
  // What has no id is refused for that.
  refuseDoubled(
    stated.filter(({ id }) => id !== ""),
    file,
  );
  const { over, putOff } = leftOut(stated);
  const isAway = ({ fields }: RawTask) =>
    isObject(fields) && [over, putOff].some((ids) => ids.has(idOf(fields)));
  return { over, putOff, open: raw.filter((task) => !isAway(task)) };
}

/** Records that look like tasks where none are read. */
function unreadWarnings(document: JsonObject, tasks: readonly unknown[]): string[] {
  const known = new Set(tasks.flatMap((task) => (isObject(task) ? [String(task.id)] : [])));
  const nested = taskGroups(document).flatMap(({ place, tasks: inside }) =>
    inside.filter((task) => isObject(task) && !known.has(String(task.id))).length > 0
      ? [`${place}.tasks`]
      : [],
  );
  const parts = tasks.flatMap((task, at) =>
    isObject(task)
      ? ["subtasks", "children", "tasks"].flatMap((key) => {
          const list = task[key];
          return Array.isArray(list) && list.some(isObject) ? [`tasks[${at}].${key}`] : [];
        })
      : [],
  );
  const places = [...nested, ...parts];
  return places.length === 0
    ? []
    : [`not read as tasks, because they are not in the list "tasks": ${listed(places)}`];
}

/**
 * The tasks, each judged by itself and all of them together.
 * @param around tasks that are there already, by what they depend on: dependencies may lead to them.
 */
export function readTasks(
  raw: readonly RawTask[],
  file: string,
  warnings: string[],
  around: ReadonlyMap<TaskId, readonly TaskId[]>,
): TaskDefinition[] {
  const tasks = readEach(file, raw, (task) => readTask(task, file, warnings));
  return checked(tasks, raw, file, warnings, around);
}

/**
 * The same for the tasks of a file, which may name what it does not hold.
 * @param away ids for which nothing waits.
 */
export function readFileTasks(
  raw: readonly RawTask[],
  file: string,
  warnings: string[],
  away: ReadonlySet<string>,
): Pick<Breakdown, "inferredDependencies"> & {
  readonly tasks: TaskDefinition[];
  readonly outside: ReadonlySet<TaskId>;
} {
  const read = readEach(file, raw, (task) => readTask(task, file, warnings)).map((task) => ({
    ...task,
    dependencies: task.dependencies.filter((id) => !away.has(id)),
  }));
  const { tasks, outside } = withoutOutside(withFolders(read), (text) => void warnings.push(text));
  const inferredDependencies = new Map(
    tasks.flatMap(({ id, dependencies }, at) => {
      const inferred = new Set<string>(raw[at]?.inferredDependencies);
      const kept = dependencies.filter((other) => inferred.has(other));
      return kept.length > 0 ? [[id, kept] as const] : [];
    }),
  );
  return { tasks: checked(tasks, raw, file, warnings, new Map()), outside, inferredDependencies };
}

/** A path without an ending that other paths of the file lie below is a folder. */
function withFolders(tasks: readonly TaskDefinition[]): TaskDefinition[] {
  const folders = new Set<string>();
  for (const glob of tasks.flatMap(({ writes, inferredWrites }) => writes ?? inferredWrites)) {
    for (let at = glob.indexOf("/"); at >= 0; at = glob.indexOf("/", at + 1)) folders.add(glob.slice(0, at));
  }
  const whole = (glob: string) => (folders.has(glob) && !glob.endsWith("*") ? `${glob}/**` : glob);
  return tasks.map((task) => ({ ...task, inferredWrites: task.inferredWrites.map(whole) }));
}

function checked(
  tasks: TaskDefinition[],
  raw: readonly RawTask[],
  file: string,
  warnings: string[],
  around: ReadonlyMap<TaskId, readonly TaskId[]>,
): TaskDefinition[] {
  const places = raw.map(({ place }) => place);
  warnings.push(...checkDependencies(tasks, places, file, around));
  return tasks;
}

function readTask({ fields: raw, place, scopeText }: RawTask, file: string, warnings: string[]) {
  if (!isObject(raw)) {
    throw new BreakdownError(file, place, `${place} is not an object`, "Write each task as {id, subject, …}");
  }
  const id = idOf(raw);
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
  if (![undefined, null, ""].includes(raw.status as null) && fileStatus(raw.status) === undefined) {
    warn(`status ${JSON.stringify(raw.status)} is not known; it counts as not done`);
  }
  const lists = DEPENDENCY_KEYS.filter((key) => Object.hasOwn(raw, key));
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

function idOf({ id }: JsonObject): string {
  return typeof id === "string" || typeof id === "number" ? String(id).trim() : "";
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
