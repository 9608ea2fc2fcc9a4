import { BreakdownError } from "../errors.ts";
import { type FileStatus, recordStatus } from "../file-status.ts";
import { isObject, type JsonObject } from "../json/document.ts";
import { OrderEdges } from "../order-edges.ts";
import { DEPENDENCY_KEYS } from "../task-fields.ts";
import { listed } from "../unread-lines.ts";

/** Tasks that stand inside phases, batches or the like: `{phases: [{tasks: […]}]}`. */

export interface TaskGroup {
  /** Where it stands, such as `phases[0]`. */
  readonly place: string;
  readonly fields: JsonObject;
  readonly tasks: readonly unknown[];
}

const MAX_LEVELS = 4;

/** A status as a task would state it. */
const WORDS_FOR: Readonly<Record<FileStatus, string>> = {
  open: "pending",
  done: "done",
  "given up": "cancelled",
  "put off": "deferred",
};

/** The groups of a document, in its order, whatever they are called. */
export function taskGroups(document: JsonObject, place = "", level = 0): TaskGroup[] {
  if (level > MAX_LEVELS) return [];
  return Object.entries(document).flatMap(([key, value]) => {
    if (key === "tasks" || !Array.isArray(value)) return [];
    return value.flatMap((fields: unknown, at) => {
      if (!isObject(fields)) return [];
      const here = `${place}${key}[${at}]`;
      const { tasks } = fields;
      const own = Array.isArray(tasks) && tasks.some(isObject) ? [{ place: here, fields, tasks }] : [];
      return [...own, ...taskGroups(fields, `${here}.`, level + 1)];
    });
  });
}

/**
 * The tasks of all groups in the form of a `03-tasks.json`: a task that does not say what it depends on waits for the
 * groups that its group names, else for the group before it.
 * @throws BreakdownError for a group that depends on none that there is.
 */
export function tasksOfGroups(
  groups: readonly TaskGroup[],
  file: string,
): {
  readonly raw: { fields: unknown; place: string; inferredDependencies?: readonly string[] }[];
  readonly warnings: string[];
} {
  const members = groups.map(({ tasks }) =>
    tasks
      .filter(isObject)
      .map(idOf)
      .filter((id) => id !== ""),
  );
  const edges = new OrderEdges(members.flat());
  for (const task of groups.flatMap(({ tasks }) => tasks)) {
    if (isObject(task)) edges.state(idOf(task), statedIn(task));
  }
  const byName = new Map(
    groups.flatMap((group, at) => namesOf(group.fields).map((name) => [name, at] as const)),
  );
  const byPlace: string[] = [];
  const openInDone: string[] = [];
  const raw = groups.flatMap((group, at) => {
    const named = statedIn(group.fields).map((name) => {
      const found = byName.get(name);
      if (found !== undefined) return found;
      const problem = `${group.place} depends on ${name}, which is no group of the file`;
      throw new BreakdownError(file, `${group.place}.dependencies`, problem, "Correct the name");
    });
    const before = named.flatMap((one) => members[one] ?? []);
    const previous = members.slice(0, at).findLast((ids) => ids.length > 0) ?? [];
    return group.tasks.map((task, i) => {
      const place = `${group.place}.tasks[${i}]`;
      if (!isObject(task)) return { fields: task, place };
      const id = idOf(task);
      const says = DEPENDENCY_KEYS.some((key) => Object.hasOwn(task, key));
      edges.state(id, before);
      if (!says && named.length === 0 && previous.length > 0) {
        edges.suggest(id, previous);
        byPlace.push(id);
      }
      const stated = recordStatus(group.fields);
      if (stated === "done" && recordStatus(task) === "open") openInDone.push(`${id} (${group.place})`);
      const fields = inGroup(task, group.fields, at + 1, edges.of(id));
      // A group speaks for the tasks that say nothing themselves.
      const isSilent = stated !== undefined && recordStatus(task) === undefined;
      return {
        fields: isSilent ? { ...fields, status: WORDS_FOR[stated] } : fields,
        place,
        inferredDependencies: edges.inferredOf(id),
      };
    });
  });
  const warnings: string[] = [];
  if (byPlace.length > 0) {
    const waiting = byPlace.join(", ");
    warnings.push(`without dependencies of their own, so they wait for the group before theirs: ${waiting}`);
  }
  if (openInDone.length > 0) {
    const named = listed(openInDone);
    warnings.push(
      `not done, although the group in which they stand is marked as done, and imported: ${named}`,
    );
  }
  return { raw, warnings };
}

function inGroup(
  task: JsonObject,
  group: JsonObject,
  phase: number,
  dependencies: readonly string[],
): JsonObject {
  const rest = Object.fromEntries(Object.entries(task).filter(([key]) => !DEPENDENCY_KEYS.includes(key)));
  const name = [group.title, group.name, group.subject, group.id].find((value) => typeof value === "string");
  return { phase, ...(name !== undefined && { phaseName: name }), ...rest, dependencies };
}

function idOf(task: JsonObject): string {
  return typeof task.id === "string" || typeof task.id === "number" ? String(task.id).trim() : "";
}

function namesOf(group: JsonObject): string[] {
  return [group.id, group.name, group.title]
    .filter((value) => typeof value === "string" || typeof value === "number")
    .map(String);
}

function statedIn(fields: JsonObject): string[] {
  return DEPENDENCY_KEYS.flatMap((key) => fields[key] ?? [])
    .filter((id) => typeof id === "string" || typeof id === "number")
    .map((id) => String(id).trim());
}

/** Whether the document has its tasks in groups and in no list of its own. */
export function isNested(document: JsonObject): boolean {
  return !Array.isArray(document.tasks) && taskGroups(document).length > 0;
}
