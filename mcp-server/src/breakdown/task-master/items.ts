import { BreakdownError } from "../errors.ts";
import { type FileStatus, recordStatus } from "../file-status.ts";
import { isObject, type JsonObject } from "../json/document.ts";

/** A task or one of its parts, as the file has it. */
export interface Item {
  /** Of a part with the numbers of what it is a part of: `3.1`. */
  readonly id: string;
  readonly place: string;
  readonly raw: JsonObject;
  readonly parent: Item | undefined;
  readonly status: FileStatus;
  /** By the whole numbers. */
  readonly dependencies: readonly string[];
  /** What it says about itself. */
  readonly text: string;
}

/** The task and all of its parts, of any depth. @throws BreakdownError */
export function itemsOf(raw: unknown, place: string, file: string, warnings: string[]): Item[] {
  if (!isObject(raw)) {
    throw new BreakdownError(file, place, `${place} is not an object`, "Write each task as {id, title, …}");
  }
  const task = itemOf(raw, place, undefined, numberOf(raw, place, file), (id) => [id], file);
  return [task, ...partsOf(task, file, warnings)];
}

function partsOf(parent: Item, file: string, warnings: string[]): Item[] {
  const { subtasks } = parent.raw;
  if (!Array.isArray(subtasks)) return [];
  const parts = subtasks.map((raw: unknown, at) => {
    const place = `${parent.place}.subtasks[${at}]`;
    if (!isObject(raw)) {
      throw new BreakdownError(file, place, `${place} is not an object`, "Write it as {id, title, …}");
    }
    return { raw, place, number: numberOf(raw, place, file) };
  });
  const isDoubled = new Set(parts.map(({ number }) => number)).size < parts.length;
  const ids = parts.map(({ number }, at) => {
    if (isDoubled) return `${parent.id}.${at + 1}`;
    return number.startsWith(`${parent.id}.`) ? number : `${parent.id}.${number}`;
  });
  if (isDoubled) {
    warnings.push(
      `the parts of ${parent.id} have a number more than once: numbered by their place (${ids[0]} to ${ids.at(-1)})`,
    );
  }
  const siblings = new Map<string, string[]>();
  for (const [at, { number }] of parts.entries()) {
    siblings.set(number, [...(siblings.get(number) ?? []), ids[at] ?? number]);
  }
  return parts.flatMap(({ raw, place }, at) => {
    const id = ids[at] ?? "";
    const resolve = (named: string) =>
      (siblings.get(named) ?? [named]).filter((one) => !isDoubled || one !== id);
    const item = itemOf(raw, place, parent, id, resolve, file);
    return [item, ...partsOf(item, file, warnings)];
  });
}

function numberOf(raw: JsonObject, place: string, file: string): string {
  const number = typeof raw.id === "string" || typeof raw.id === "number" ? String(raw.id).trim() : "";
  if (number !== "") return number;
  throw new BreakdownError(file, `${place}.id`, `${place} has no id`, "Give it a number");
}

/** @param resolve the whole numbers for one that a dependency names. */
function itemOf(
  raw: JsonObject,
  place: string,
  parent: Item | undefined,
  id: string,
  resolve: (named: string) => readonly string[],
  file: string,
): Item {
  if (typeof raw.title !== "string" || raw.title.trim() === "") {
    throw new BreakdownError(file, `${place}.title`, `${place} has no title`, "Say in one line what it does");
  }
  const found = raw.dependencies ?? [];
  if (!Array.isArray(found) || !found.every((one) => typeof one === "string" || typeof one === "number")) {
    const field = `${place}.dependencies`;
    throw new BreakdownError(file, field, `${field} is not a list of task numbers`, "Write it as [1, 2]");
  }
  return {
    id,
    place,
    raw,
    parent,
    status: recordStatus(raw) ?? "open",
    dependencies: found.flatMap((one) => resolve(String(one).trim())),
    text: [raw.description, raw.details]
      .filter((part) => typeof part === "string" && part !== "")
      .join("\n\n"),
  };
}
