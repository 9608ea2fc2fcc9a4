import { fileStatus } from "../file-status.ts";
import { isObject, type JsonObject } from "../json/document.ts";
import { leftOut, putOffWarnings } from "../own-format/left-out.ts";
import type { ForeignBreakdown } from "../own-format/to-breakdown.ts";
import { listed } from "../unread-lines.ts";
import { type Item, itemsOf } from "./items.ts";
import { LIST_KEYS, listOf, tagsOf } from "./list.ts";

/**
 * Task Master's `tasks.json`: `{tasks: […]}`, or several such lists by tag. Numbered tasks with a title, details,
 * a test strategy, a status, and subtasks with numbers of their own.
 */

/** Whether a document is Task Master's: its tasks have a title where ours have a subject, and keys that ours lack. */
export function isTaskMaster(document: JsonObject): boolean {
  const { tasks } = document;
  if (!Array.isArray(tasks)) return tagsOf(document).length > 0;
  return (
    tasks.every((task) => isObject(task) && !("subject" in task)) &&
    tasks.some((task) => LIST_KEYS.some((key) => key in task))
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
  const items = list.flatMap((raw, at) => itemsOf(raw, `${place}[${at}]`, file, warnings));
  const byId = new Map(items.map((item) => [item.id, item]));
  // Another entry under an id stays in the list and is refused with all other doubled ids.
  const { putOff } = leftOut(items.map((item) => ({ ...item, parent: item.parent?.id })));
  warnings.push(...putOffWarnings(putOff));
  const over = ({ status }: Item) => status === "done" || status === "given up";
  const underOver = ({ parent }: Item): boolean =>
    parent !== undefined && (over(parent) || underOver(parent));
  const isOpen = (item: Item) => !over(item) && !underOver(item) && !putOff.has(item.id);
  const openParts = new Map<Item, Item[]>();
  for (const part of items) {
    if (part.parent && isOpen(part))
      openParts.set(part.parent, [...(openParts.get(part.parent) ?? []), part]);
  }
  const unknown = items.filter(
    ({ raw }) => ![undefined, null, ""].includes(raw.status as null) && fileStatus(raw.status) === undefined,
  );
  if (unknown.length > 0) {
    const named = unknown.map(({ id, raw }) => `${id} (${JSON.stringify(raw.status)})`);
    warnings.push(`a status that is not known counts as not done: ${listed(named)}`);
  }
  const allDone = [...new Set(items.flatMap(({ parent }) => parent ?? []))].filter(
    (item) => isOpen(item) && !openParts.has(item),
  );
  if (allDone.length > 0) {
    warnings.push(`not done, although all of their parts are: ${listed(allDone.map(({ id }) => id))}`);
  }
  const lost = items.filter((item) => !over(item) && underOver(item) && !putOff.has(item.id));
  if (lost.length > 0) {
    warnings.push(
      `not done, but parts of what is done, and left out with it: ${listed(lost.map(({ id }) => id))}`,
    );
  }
  const standIns = (id: string): string[] => {
    const item = byId.get(id);
    if (item === undefined) return [id];
    const parts = openParts.get(item) ?? [];
    if (isOpen(item) && parts.length > 0) return parts.flatMap((part) => standIns(part.id));
    return isOpen(item) ? [id] : [];
  };
  const tasks = items
    .filter((item) => isOpen(item) && !openParts.has(item))
    .map((item) => ({
      place: item.place,
      scopeText: [item.raw.title, item.text].join("\n\n"),
      fields: fieldsOf(item, [...new Set(dependenciesWithAbove(item).flatMap(standIns))]),
    }));
  return {
    title: name ?? file,
    tasks,
    warnings,
    done: items.filter((item) => over(item) && item.parent === undefined),
  };
}

/** A part waits for whatever it is a part of waits for. */
function dependenciesWithAbove({ parent, dependencies }: Item): readonly string[] {
  return parent ? [...dependenciesWithAbove(parent), ...dependencies] : dependencies;
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
