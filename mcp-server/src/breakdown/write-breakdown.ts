import type { TaskDefinition } from "../graph/task.ts";
import { readBreakdown } from "./breakdown.ts";
import { type JsonObject, withoutByteOrderMark } from "./json/document.ts";
import { listUnder } from "./json/elements.ts";
import { renderFields, sameMeaning } from "./task-fields.ts";

/** A new `03-tasks.json` for these tasks. */
export function writeBreakdown(document: JsonObject, tasks: readonly TaskDefinition[]): string {
  return `${JSON.stringify({ ...document, tasks: tasks.map(renderFields) }, null, 2)}\n`;
}

/**
 * The file's text, changed only where the tasks differ from what it says: a task that means the same stays as it
 * is written, character by character, and a changed one keeps the order of its keys. People review this file by
 * its differences.
 * @param text a valid breakdown.
 */
export function updateBreakdown(text: string, file: string, tasks: readonly TaskDefinition[]): string {
  const list = listUnder("tasks", text);
  if (!list) throw new Error("the text is no breakdown");
  const style = styleOf(text, list.start, list.elements[0]?.start ?? list.start);
  const written = new Map(
    readBreakdown(text, file).tasks.map((task, at) => [task.id, { task, span: list.elements[at] }]),
  );
  const pieces = tasks.map((task) => {
    const old = written.get(task.id);
    if (!old?.span) return renderTask(renderFields(task), style);
    const as = text.slice(old.span.start, old.span.end);
    if (sameMeaning(old.task, task)) return as;
    return renderTask(inOrderOf(JSON.parse(as) as JsonObject, renderFields(task)), style);
  });
  const before = list.elements.map(({ start, end }) => text.slice(start, end));
  if (before.length === pieces.length && before.every((piece, at) => piece === pieces[at])) return text;
  const { newline, element, close } = style;
  const inner = pieces.join(`,${newline}${element}`);
  return `${text.slice(0, list.start)}[${newline}${element}${inner}${newline}${close}]${text.slice(list.end)}`;
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
