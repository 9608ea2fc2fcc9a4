import { BreakdownError } from "../errors.ts";
import type { ForeignBreakdown } from "../foreign-breakdown.ts";
import { isObject, type JsonObject } from "../json/document.ts";

/**
 * Task Master's `tasks.json`: `{tasks: […]}`, or several such lists by tag. Numbered tasks with a title, details,
 * a test strategy, a status, and subtasks with numbers of their own.
 */

const DONE = new Set(["done", "completed"]);
const GIVEN_UP = new Set(["cancelled"]);
const PUT_OFF = new Set(["deferred"]);
/** The list that Task Master works on unless it is told another. */
const USUAL_TAG = "master";

/** Whether a document is Task Master's: its tasks have a title where ours have a subject, and keys that ours lack. */
export function isTaskMaster(document: JsonObject): boolean {
  const { tasks } = document;
  if (!Array.isArray(tasks)) return tagsOf(document).length > 0;
  return (
    tasks.every((task) => isObject(task) && !("subject" in task)) &&
    tasks.some((task) => ["details", "testStrategy", "subtasks"].some((key) => key in task))
  );
}

/**
 * The tasks that are not done. A task with open subtasks is those subtasks: whatever waits for it waits for
 * them all. One that was put off is left out with everything that waits for it.
 * @param tag which list of a file with several; absent: `master`, or the only one.
 */
export function readTaskMaster(
  document: JsonObject,
  file: string,
  tag: string | undefined,
): ForeignBreakdown {
  const warnings: string[] = [];
  const { list, name, place } = listOf(document, file, tag, warnings);
  const items = list.flatMap((raw, at) => itemsOf(raw, `${place}[${at}]`, file));
  const byId = new Map(items.map((item) => [item.id, item]));
  // Another entry under an id stays in the list and is refused with all other doubled ids.
  const leftOut = closure(items, byId, (item) => PUT_OFF.has(item.status));
  if (leftOut.size > 0) {
    warnings.push(
      `${[...leftOut].join(", ")} ${leftOut.size === 1 ? "is" : "are"} deferred, or wait for what is: left out`,
    );
  }
  const over = (item: Item) => DONE.has(item.status) || GIVEN_UP.has(item.status);
  const isOpen = (item: Item) => !over(item) && !leftOut.has(item.id);
  const openParts = (item: Item) => items.filter((part) => part.parent === item && isOpen(part));
  const standIns = (id: string): string[] => {
    const item = byId.get(id);
    if (item === undefined) return [id];
    const parts = openParts(item);
    if (parts.length > 0) return parts.map((part) => part.id);
    return isOpen(item) ? [id] : [];
  };
  const tasks = items
    .filter((item) => isOpen(item) && (item.parent === undefined || !over(item.parent)))
    .filter((item) => openParts(item).length === 0)
    .map((item) => {
      const inherited = item.parent?.dependencies ?? [];
      const dependencies = [...new Set([...inherited, ...item.dependencies].flatMap(standIns))];
      return {
        place: item.place,
        scopeText: item.text,
        fields: fieldsOf(item, dependencies),
      };
    });
  return {
    title: name ?? file,
    tasks,
    warnings,
    done: items.filter((item) => over(item) && item.parent === undefined).map((item) => item.id),
  };
}

interface Item {
  readonly id: string;
  readonly place: string;
  readonly raw: JsonObject;
  readonly parent: Item | undefined;
  readonly status: string;
  readonly dependencies: readonly string[];
  /** What it says about itself. */
  readonly text: string;
}

function tagsOf(document: JsonObject): string[] {
  return Object.entries(document)
    .filter(([, value]) => isObject(value) && Array.isArray(value.tasks))
    .map(([tag]) => tag);
}

function listOf(
  document: JsonObject,
  file: string,
  tag: string | undefined,
  warnings: string[],
): { list: readonly unknown[]; name: string | undefined; place: string } {
  const named = (value: unknown) => {
    const name = isObject(value) ? value.projectName : undefined;
    return typeof name === "string" && name !== "" ? name : undefined;
  };
  if (Array.isArray(document.tasks)) {
    const name = named(document.meta) ?? named(document.metadata);
    return { list: document.tasks, name, place: "tasks" };
  }
  const tags = tagsOf(document);
  const chosen = tag ?? (tags.length === 1 ? tags[0] : tags.find((one) => one === USUAL_TAG));
  if (chosen === undefined || !tags.includes(chosen)) {
    throw new BreakdownError(
      file,
      "tasks",
      chosen === undefined
        ? `it has several lists of tasks (${tags.join(", ")}) and none of them is ${USUAL_TAG}`
        : `it has no list of tasks ${JSON.stringify(chosen)} (only ${tags.join(", ")})`,
      `Name one behind the path, such as "${file}#${tags[0]}"`,
    );
  }
  const others = tags.filter((one) => one !== chosen);
  if (tag === undefined && others.length > 0) {
    warnings.push(
      `the list ${chosen} was taken; the file also has ${others.join(", ")} (name one behind the path: "…#${others[0]}")`,
    );
  }
  const { tasks, metadata } = document[chosen] as { tasks: unknown[]; metadata?: unknown };
  return {
    list: tasks,
    name: named(metadata) ?? (chosen === USUAL_TAG ? undefined : chosen),
    place: `${chosen}.tasks`,
  };
}

/** The task and its subtasks, which have numbers of their own: `3` with `1` is `3.1`. */
function itemsOf(raw: unknown, place: string, file: string): Item[] {
  if (!isObject(raw)) {
    throw new BreakdownError(file, place, `${place} is not an object`, "Write each task as {id, title, …}");
  }
  const task = itemOf(raw, place, undefined, new Set(), file);
  const subtasks = Array.isArray(raw.subtasks) ? raw.subtasks : [];
  const siblings = new Set(subtasks.map((subtask) => (isObject(subtask) ? String(subtask.id) : "")));
  return [
    task,
    ...subtasks.map((subtask, at) => {
      const inside = `${place}.subtasks[${at}]`;
      if (!isObject(subtask)) {
        throw new BreakdownError(file, inside, `${inside} is not an object`, "Write it as {id, title, …}");
      }
      return itemOf(subtask, inside, task, siblings, file);
    }),
  ];
}

function itemOf(
  raw: JsonObject,
  place: string,
  parent: Item | undefined,
  siblings: ReadonlySet<string>,
  file: string,
): Item {
  if ((typeof raw.id !== "string" && typeof raw.id !== "number") || String(raw.id).trim() === "") {
    throw new BreakdownError(file, `${place}.id`, `${place} has no id`, "Give it a number");
  }
  if (typeof raw.title !== "string" || raw.title.trim() === "") {
    throw new BreakdownError(file, `${place}.title`, `${place} has no title`, "Say in one line what it does");
  }
  const own = String(raw.id).trim();
  const found = raw.dependencies ?? [];
  if (!Array.isArray(found) || !found.every((id) => typeof id === "string" || typeof id === "number")) {
    const field = `${place}.dependencies`;
    throw new BreakdownError(file, field, `${field} is not a list of task numbers`, "Write it as [1, 2]");
  }
  return {
    id: parent === undefined || own.startsWith(`${parent.id}.`) ? own : `${parent.id}.${own}`,
    place,
    raw,
    parent,
    status: typeof raw.status === "string" ? raw.status.trim().toLowerCase() : "pending",
    dependencies: found.map((id) =>
      parent !== undefined && siblings.has(String(id)) ? `${parent.id}.${id}` : String(id).trim(),
    ),
    text: [raw.description, raw.details]
      .filter((part) => typeof part === "string" && part !== "")
      .join("\n\n"),
  };
}

/** Those that the condition names, their subtasks, and whatever waits for any of them, in the order of the file. */
function closure(
  items: readonly Item[],
  byId: ReadonlyMap<string, Item>,
  condition: (item: Item) => boolean,
): Set<string> {
  const found = new Set(items.filter(condition).map((item) => item.id));
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const item of items) {
      if (DONE.has(item.status) || GIVEN_UP.has(item.status)) continue;
      const waits = item.dependencies.some((id) => found.has(id) && byId.has(id));
      if (waits || (item.parent !== undefined && found.has(item.parent.id))) found.add(item.id);
    }
  }
  return found;
}

function fieldsOf(item: Item, dependencies: readonly string[]): JsonObject {
  const { raw, parent } = item;
  const strategy = textIn(raw.testStrategy);
  const criteria = textIn(raw.acceptanceCriteria)
    .split("\n")
    .map((line) => line.replace(/^\s*[-*]\s*/, "").trim())
    .filter((line) => line !== "");
  return {
    id: item.id,
    subject: raw.title,
    description: [
      item.text,
      ...(parent === undefined ? [] : [partOf(parent)]),
      ...(strategy === "" ? [] : [`Test strategy: ${strategy}`]),
    ].join("\n\n"),
    dependencies,
    ...(parent !== undefined && { phaseName: parent.raw.title }),
    // It knows one more step than the breakdown does.
    ...(raw.priority !== undefined && { priority: raw.priority === "critical" ? "high" : raw.priority }),
    ...(criteria.length > 0 && { acceptance: criteria }),
  };
}

function partOf(parent: Item): string {
  const strategy = textIn(parent.raw.testStrategy);
  return [
    `This is a part of task ${parent.id}, ${parent.raw.title}:`,
    ...[parent.text, ...(strategy === "" ? [] : [`Test strategy of the whole: ${strategy}`])]
      .join("\n\n")
      .split("\n")
      .map((line) => `> ${line}`),
  ].join("\n");
}

function textIn(value: unknown): string {
  return typeof value === "string" ? value.trim() : "";
}
