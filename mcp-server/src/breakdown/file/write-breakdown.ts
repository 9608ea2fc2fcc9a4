import type { TaskDefinition, TaskId } from "../../graph/task.ts";
import { type JsonObject, withoutByteOrderMark } from "../json/document.ts";
import { listUnder } from "../json/elements.ts";
import { formatJson } from "../json/format-json.ts";
import { withIdsAsTexts } from "../json/number-ids.ts";
import { readBreakdown } from "../own-format/breakdown.ts";
import { DEPENDENCY_KEYS, renderFields, sameMeaning } from "../task-fields.ts";

/** A new `03-tasks.json` for these tasks, in the form that formatters ask for. */
export function writeBreakdown(document: JsonObject, tasks: readonly TaskDefinition[]): string {
  return formatJson(JSON.stringify({ ...document, tasks: tasks.map(renderFields) }, null, 2));
}

/**
 * The file's text, changed only where the tasks differ from what it says: a task that means the same stays as it
 * is written, character by character, and a changed one keeps the order of its keys. People review this file by
 * its differences. A file in the form of `formatJson` stays in it.
 * @param text a valid breakdown.
 */
export function updateBreakdown(text: string, file: string, tasks: readonly TaskDefinition[]): string {
  const list = listUnder("tasks", text);
  if (!list) throw new Error("the text is no breakdown");
  const style = styleOf(text, list.start, list.elements[0]?.start ?? list.start);
  const before = list.elements.map(({ start, end }) => text.slice(start, end));
  const inFile = before.map((as) => ({ as, raw: JSON.parse(withIdsAsTexts(as)) as JsonObject }));
  const { tasks: read, leftOut } = readBreakdown(text, file);
  const elements = new Map(inFile.map((element) => [idOf(element.raw), element]));
  const written = new Map(read.map((task) => [task.id as string, task]));
  const pieces = tasks.map((task) => {
    const old = written.get(task.id);
    const element = elements.get(task.id);
    if (!old || !element) return { id: task.id, piece: renderTask(renderFields(task), style) };
    if (sameMeaning(old, task)) return { id: task.id, piece: element.as };
    const fields = withOutside(renderFields(task), element.raw, leftOut);
    return { id: task.id, piece: renderTask(inOrderOf(element.raw, fields), style) };
  });
  // What the plan does not hold because it is done stays where it stands.
  for (const [at, { as, raw }] of inFile.entries()) {
    if (!leftOut.has(idOf(raw)) || written.has(idOf(raw))) continue;
    const above = new Set(inFile.slice(0, at).map((other) => idOf(other.raw)));
    pieces.splice(pieces.findLastIndex(({ id }) => above.has(id)) + 1, 0, { id: idOf(raw), piece: as });
  }
  const after = pieces.map(({ piece }) => piece);
  if (before.length === after.length && before.every((piece, at) => piece === after[at])) return text;
  const { newline, element, close } = style;
  const inner = after.join(`,${newline}${element}`);
  const next = `${text.slice(0, list.start)}[${newline}${element}${inner}${newline}${close}]${text.slice(list.end)}`;
  return formatJson(text) === text ? formatJson(next) : next;
}

function idOf(raw: JsonObject): TaskId {
  return String(raw.id).trim() as TaskId;
}

/** With the dependencies that the file names and the plan does not have. */
function withOutside(
  fields: Readonly<Record<string, unknown>>,
  raw: JsonObject,
  leftOut: ReadonlySet<string>,
): Readonly<Record<string, unknown>> {
  const named = DEPENDENCY_KEYS.flatMap((key) => raw[key] ?? []).map(String);
  const kept = named.filter((id) => leftOut.has(id));
  if (kept.length === 0) return fields;
  const others = Array.isArray(fields.dependencies) ? fields.dependencies : [];
  return { ...fields, dependencies: [...new Set([...kept, ...others])] };
}

interface Style {
  readonly newline: string;
  /** Indentation of the tasks, of one step, and of the bracket that ends the list. */
  readonly element: string;
  readonly step: string;
  readonly close: string;
}

/** How the file is laid out; a file in one line is continued in one line. */
function styleOf(text: string, listStart: number, firstStart: number): Style {
  const gap = text.slice(listStart + 1, firstStart);
  if (!gap.includes("\n")) return { newline: "", element: "", step: "", close: "" };
  const step = /\n([ \t]+)\S/.exec(withoutByteOrderMark(text))?.[1] ?? "  ";
  const element = gap.slice(gap.lastIndexOf("\n") + 1);
  return {
    newline: gap.includes("\r\n") ? "\r\n" : "\n",
    element,
    step,
    close: element.endsWith(step) ? element.slice(0, -step.length) : "",
  };
}

/** Lists of plain values stand on one line, as people and formatters write them. */
function renderTask(fields: Readonly<Record<string, unknown>>, { newline, element, step }: Style): string {
  if (newline === "") return JSON.stringify(fields);
  const inner = `${newline}${element}${step}`;
  const lines = Object.entries(fields).map(([key, value]) => {
    const plain = Array.isArray(value) && value.every((one) => typeof one !== "object" || one === null);
    const text = plain
      ? `[${value.map((one) => JSON.stringify(one)).join(", ")}]`
      : JSON.stringify(value, null, step).replaceAll("\n", inner);
    return `${JSON.stringify(key)}: ${text}`;
  });
  return `{${inner}${lines.join(`,${inner}`)}${newline}${element}}`;
}

function inOrderOf(raw: JsonObject, fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const known = Object.keys(raw).filter((key) => Object.hasOwn(fields, key));
  return Object.fromEntries([...known, ...Object.keys(fields)].map((key) => [key, fields[key]]));
}
