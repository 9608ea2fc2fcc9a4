import { markBefore, markOfHeading, type TaskMark } from "../markdown/task-mark.ts";

/** A heading that begins a task: `Task 3: name`, and as people write on. */

/** `3`, `3.1`, `3a`, `10.A`, `T-3`, `B`, `IV`. */
const ID = "[A-Za-z]{0,4}(?:-[A-Za-z]{1,4})?-?\\d+(?:[.-][A-Za-z0-9]+)*[a-z]?|[A-Z]|[IVX]{2,5}";
const TASK = new RegExp(
  `^(?:[^\\p{L}\\p{N}]{1,6}\\s+)?(?:\\*\\*|__)?(?:[Tt]ask|TASK|任务|任務|タスク)\\s*[#№]?\\s*[-_]?(${ID})(?![\\p{L}\\p{N}])(?:\\*\\*|__)?(?:\\s*/\\s*\\d+|\\s+of\\s+\\d+)?\\s*((?:[([（【][^)\\]）】]*[)\\]）】]\\s*)*)(?:\\*\\*|__)?([:：.．—–|-]*)\\s*(.*)$`,
  "u",
);
const NUMBERED =
  /^(?:\*\*)?(\d+(?:\.\d+)*[a-z]?|[A-Z]\.?\d+(?:\.\d+)*|[A-Z]{1,6}\d*-[A-Z]{0,3}\d+)(?:\*\*)?\s*[.:：)—–·-]*\s+(\S.*)$/u;

export interface TaskHeading {
  readonly id: string;
  readonly name: string;
  readonly mark: TaskMark;
  /** What stands in brackets behind the number. */
  readonly notes: string;
}

/** The task that a heading begins, or undefined. */
export function taskHeading(text: string): TaskHeading | undefined {
  const mark = markOfHeading(text);
  const [, id, notes = "", separator = "", name = ""] = TASK.exec(mark.text) ?? [];
  // A letter alone may be the first of a sentence.
  if (id === undefined || (separator === "" && (!/\d/.test(id) || /^[/&]/.test(name)))) return undefined;
  const inside = markBefore(name);
  const noted = markOfHeading(`${id} ${notes}`);
  const title = (inside.marked ? inside.text : name).replace(/^[:：.—–|\s*-]+|\*\*$/g, "").trim();
  return {
    id,
    name: title || `Task ${id}`,
    mark: [mark, inside, noted].find(({ marked }) => marked) ?? mark,
    notes: notes.trim(),
  };
}

/** The task of a plan whose headings have numbers and not the word. */
export function numberedHeading(text: string): TaskHeading | undefined {
  const mark = markOfHeading(text);
  const [, id, name = ""] = NUMBERED.exec(mark.text) ?? [];
  return id === undefined ? undefined : { id, name: name.replace(/\*\*$/, "").trim(), mark, notes: "" };
}

/** Whether a heading speaks of tasks by number and begins none. */
export function looksLikeTask(text: string): boolean {
  return /^\W*tasks?\s*[#-]?\s*[A-Za-z]?\d/i.test(text) && taskHeading(text) === undefined;
}
