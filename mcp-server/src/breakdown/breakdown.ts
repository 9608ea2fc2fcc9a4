import { findCycle } from "../graph/cycle.ts";
import { inferWrites } from "../graph/infer-scope.ts";
import type { TaskDefinition, TaskId } from "../graph/task.ts";
import { BreakdownError } from "./errors.ts";
import { jsonErrorPosition } from "./json-position.ts";
import { readFields, renderFields, WrongField } from "./task-fields.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/** A `03-tasks.json` as it was read. */
export interface Breakdown {
  readonly title: string;
  /** The top-level keys other than `tasks`. */
  readonly document: JsonObject;
  /** In the order of the file. */
  readonly tasks: readonly TaskDefinition[];
  /** What was not taken as it stands; none of it keeps the plan from running. */
  readonly warnings: readonly string[];
}

/** The breakdown that the text holds, or a `BreakdownError`. `file` names it in messages. */
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
  const tasks = found.map((raw, at) => readTask(raw, at, file, warnings));
  checkGraph(tasks, file);
  warnings.push(...contradictionsOf(tasks));
  return { title: titleOf(document, file), document, tasks, warnings };
}

/** The file for these tasks. What was read and not changed since is written as the same JSON value. */
export function writeBreakdown(document: JsonObject, tasks: readonly TaskDefinition[]): string {
  return `${JSON.stringify({ ...document, tasks: tasks.map(renderFields) }, null, 2)}\n`;
}

function parseDocument(text: string, file: string): JsonObject {
  const json = text.replace(/^\uFEFF/, "");
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    const { line, column } = jsonErrorPosition(json) ?? { line: 1, column: 1 };
    throw new BreakdownError(
      file,
      "",
      `not valid JSON at line ${line}, column ${column}`,
      "Correct the file there; nothing was changed",
    );
  }
  if (isObject(value)) return value;
  throw new BreakdownError(
    file,
    "",
    `the file holds ${Array.isArray(value) ? "a list" : `the value ${JSON.stringify(value)}`}, not an object`,
    'Write {"tasks": […]}',
  );
}

function readTask(raw: unknown, at: number, file: string, warnings: string[]): TaskDefinition {
  const place = `tasks[${at}]`;
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
  return {
    ...fields,
    id: fields.id,
    subject: fields.subject,
    description,
    reads: fields.reads ?? [],
    resources: fields.resources ?? [],
    acceptance: fields.acceptance ?? [],
    inferredWrites: fields.writes === undefined ? inferWrites(description) : [],
    origin: "file",
    extra,
  };
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

function checkGraph(tasks: readonly TaskDefinition[], file: string): void {
  const positions = new Map<TaskId, number>();
  for (const [at, { id }] of tasks.entries()) {
    const before = positions.get(id);
    if (before !== undefined) {
      const problem = `the id ${id} stands twice, in tasks[${before}] and tasks[${at}]`;
      throw new BreakdownError(file, `tasks[${at}].id`, problem, "Give one of the two another id");
    }
    positions.set(id, at);
  }
  for (const [at, { id, dependencies }] of tasks.entries()) {
    for (const dependency of dependencies) {
      const field = `tasks[${at}].dependencies`;
      if (dependency === id) {
        throw new BreakdownError(file, field, `task ${id} depends on itself`, "Remove that dependency");
      }
      if (!positions.has(dependency)) {
        const problem = `task ${id} depends on ${dependency}, which is not in the file`;
        throw new BreakdownError(file, field, problem, "Correct the id, or add that task");
      }
    }
  }
  const cycle = findCycle(new Map(tasks.map(({ id, dependencies }) => [id, dependencies])));
  if (cycle === undefined) return;
  const field = `tasks[${positions.get(cycle[0] as TaskId)}].dependencies`;
  const problem = `tasks depend on each other in a cycle: ${cycle.join(" → ")}`;
  throw new BreakdownError(file, field, problem, "Remove one of these dependencies");
}

/** `parallelWith` is not interpreted; where it names a task that must come before or after, somebody erred. */
function contradictionsOf(tasks: readonly TaskDefinition[]): string[] {
  const claims = tasks.map((task) => ({ task, others: namesIn(task.extra.parallelWith) }));
  if (claims.every(({ others }) => others.length === 0)) return [];
  const ancestors = ancestorsOf(tasks);
  return claims.flatMap(({ task, others }) => {
    const ordered = others.filter(
      (other) => ancestors.get(task.id)?.has(other) || ancestors.get(other as TaskId)?.has(task.id),
    );
    if (ordered.length === 0) return [];
    return [`task ${task.id}: parallelWith names ${ordered.join(", ")}, but dependencies put them in order`];
  });
}

function namesIn(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** For each task all tasks that it waits for, directly or not. The graph has no cycle here. */
function ancestorsOf(tasks: readonly TaskDefinition[]): Map<TaskId, Set<string>> {
  const dependencies = new Map(tasks.map((task) => [task.id, task.dependencies]));
  return new Map(
    tasks.map((task) => {
      const found = new Set<string>();
      const open = [...task.dependencies];
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        if (found.has(next)) continue;
        found.add(next);
        open.push(...(dependencies.get(next) ?? []));
      }
      return [task.id, found];
    }),
  );
}

function titleOf(document: JsonObject, file: string): string {
  const candidates = [document.title, document.slug, document.spec];
  const title = candidates.find((value) => typeof value === "string" && value.trim() !== "");
  return typeof title === "string" ? title : file;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
