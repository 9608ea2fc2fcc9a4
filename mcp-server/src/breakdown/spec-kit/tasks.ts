import { type DocumentLine, headingOf } from "../markdown/document.ts";
import { continuesParagraph } from "../markdown/paragraph.ts";
import {
  firstCell,
  isMarkedItem,
  itemText,
  markBefore,
  markOfHeading,
  type TaskMark,
} from "../markdown/task-mark.ts";

/** The phases and tasks of spec-kit's `tasks.md`, as they stand in it. */

/** `T012`, and as people write on: `T-012`, `T-FIX3`, `T012a`, `T012.1`, `T012-A`, `T012-MIN`. */
export const ID = "T(?:-?|-[A-Z]{1,4})\\d+[A-Za-z]?(?:[.-](?!T-?\\d)[A-Za-z0-9]+)*";
/** With brackets or emphasis around it, and behind a word such as "Task". */
const TASK = new RegExp(
  `^(?:[Tt]ask\\s+)?(?:\\*\\*|__)?[[(]?(?:\\*\\*|__)?(${ID})(?:\\*\\*|__)?[\\])]?(?:\\*\\*|__)?(?:\\s*[:：.—–|]|\\s+-(?=\\s))?(?:\\*\\*|__)?(?=\\s|$|[\\p{Script=Han}])\\s*(.*)$`,
  "u",
);
const MARK = /^(?:\*\*)?\[([^\][]{1,40})\](?!\()(?:\*\*)?[:,]?\s*/;
/** A number of a tracker between id and marks. */
const TRACKER = /^\(?#?[\w./-]*\d[\w./-]*\)?\s+(?=(?:\*\*)?\[P\])/;
const PHASE = /^(?:\S{1,2}\s+)?Phase\s+(\d+(?:\.\d+)*|[A-Z])(?![\w.])\s*[:：.—–-]?\s*(.*)$/iu;

export interface SpecKitTask {
  readonly id: string;
  readonly line: number;
  mark: TaskMark;
  readonly parallel: boolean;
  readonly story: string | undefined;
  /** Its paragraph in one line. */
  text: string;
  /** Whether the paragraph was wrapped over lines. */
  wrapped: boolean;
  /** Number of the subheading under which it stands. */
  readonly section: number;
  /** The lines that belong to it, as they stand. */
  readonly own: string[];
  /** Lines of boxes among them. */
  readonly parts: number[];
  /** Those that are not ticked. */
  readonly openParts: number[];
}

export interface Phase {
  /** Counted from 1, in the order of the file. */
  readonly index: number;
  /** As the file numbers it. */
  readonly label: string;
  readonly number: number;
  readonly name: string;
  /** What stands between its heading and its first task. */
  readonly about: DocumentLine[];
  readonly tasks: SpecKitTask[];
}

export interface SpecKitDocument {
  readonly phases: readonly Phase[];
  /** Lines under headings that speak of order. */
  readonly order: readonly DocumentLine[];
  /** Lines that look like a task and are none, with the reason. */
  readonly unread: readonly { readonly line: number; readonly reason: string }[];
  /** Lines that name a task a second time, as summaries do. */
  readonly repeated: readonly { readonly line: number; readonly id: string; readonly ticked: boolean }[];
}

/** The task that a line of a list, or a heading, is. @param title the document's, which is none. */
function taskAt(
  line: DocumentLine,
  title: DocumentLine | undefined,
): { id: string; rest: string; mark: TaskMark; level: number } | undefined {
  const heading = headingOf(line);
  if (line.literal || (line === title && heading?.level === 1)) return undefined;
  if (heading || isMarkedItem(line.text)) {
    const mark = heading ? markOfHeading(heading.text) : markBefore(line.text);
    const [, id, rest = ""] = TASK.exec(mark.text) ?? [];
    return id === undefined ? undefined : { id, rest, mark, level: heading?.level ?? 0 };
  }
  // The box may stand behind the id.
  const [, id, behind = ""] = TASK.exec(itemText(line.text) ?? "") ?? [];
  const mark = markBefore(behind);
  return id === undefined || !mark.marked ? undefined : { id, rest: mark.text, mark, level: 0 };
}

export function hasTasks(lines: readonly DocumentLine[]): boolean {
  const title = titleLine(lines);
  return lines.some((line) => taskAt(line, title) !== undefined);
}

/** The first heading, where it is the only one of the first level that could be a task. */
function titleLine(lines: readonly DocumentLine[]): DocumentLine | undefined {
  const title = lines.find((line) => headingOf(line) !== undefined);
  const candidates = lines.filter((line) => {
    const heading = headingOf(line);
    return heading?.level === 1 && TASK.test(markOfHeading(heading.text).text);
  });
  return candidates.every((line) => line === title) ? title : undefined;
}

const ORDER_HEADING =
  /\b(?:dependenc|execution order|order of (?:execution|work)|prerequisites|sequenc)|依赖|依賴/i;
/** Headings of lists that name tasks once more. */
const SUMMARY =
  /\b(?:checklist|summary|progress|status|overview|tracking|tracker|milestones?|release|index|recap)\b/i;
const NO_ORDER_HEADING = /\bparallel (?:opportunit|example|execution)/i;

/** Reads the document line by line. */
export function readDocument(lines: readonly DocumentLine[]): SpecKitDocument {
  const phases: Phase[] = [];
  const order: DocumentLine[] = [];
  const unread: { line: number; reason: string }[] = [];
  const repeated: { line: number; id: string; ticked: boolean }[] = [];
  const unmarked: { line: number; id: string }[] = [];
  const seen = new Map<string, { task: SpecKitTask; heading: boolean }>();
  const hasPhases = lines.some((line) => PHASE.test(headingOf(line)?.text ?? ""));
  let phase: Phase | undefined;
  let nextPhase = "Tasks";
  let current: SpecKitTask | undefined;
  /** Level of the heading that the current task is; 0 in a list. */
  let taskLevel = 0;
  let orderLevel = 0;
  let section = 0;
  let paragraph = false;
  const begin = (label: string, name: string) => {
    const index = phases.length + 1;
    const number = /^\d+$/.test(label) ? Number(label) : index;
    phase = { index, label, number, name, about: [], tasks: [] };
    phases.push(phase);
    return phase;
  };
  const title = titleLine(lines);
  for (const line of lines) {
    const found = taskAt(line, title);
    const heading = headingOf(line);
    const before = found && seen.get(found.id);
    const again =
      before !== undefined &&
      ((found?.level ?? 0) > 0 !== before.heading ||
        (phase === undefined && hasPhases) ||
        (phase?.tasks.length !== 0 && SUMMARY.test(phase?.name ?? nextPhase)) ||
        (phase === undefined && SUMMARY.test(nextPhase)));
    if (found && !again) {
      const holder = phase ?? begin("", nextPhase);
      paragraph = !heading;
      current = { ...taskFrom(found.rest, line), id: found.id, mark: found.mark, section };
      taskLevel = found.level;
      orderLevel = 0;
      if (before === undefined) seen.set(found.id, { task: current, heading: found.level > 0 });
      holder.tasks.push(current);
      continue;
    }
    if (found && before) {
      repeated.push({ line: line.number, id: found.id, ticked: found.mark.state === "done" });
      if (!before.task.mark.marked) before.task.mark = found.mark;
      if (!heading) {
        if (taskLevel === 0) current = undefined;
        continue;
      }
    }
    if (heading) {
      paragraph = false;
      if (current && taskLevel > 0 && heading.level > taskLevel && !PHASE.test(heading.text)) {
        current.own.push(line.text);
        continue;
      }
      current = undefined;
      taskLevel = 0;
      section += 1;
      const [, label, name] = PHASE.exec(markOfHeading(heading.text).text) ?? [];
      if (ORDER_HEADING.test(heading.text) && label === undefined) orderLevel = heading.level;
      else if (heading.level <= orderLevel || (orderLevel > 0 && NO_ORDER_HEADING.test(heading.text)))
        orderLevel = 0;
      if (orderLevel > 0) order.push(line);
      if (label !== undefined) begin(label, name === undefined || name === "" ? `Phase ${label}` : name);
      else if (heading.level <= 2 || phase === undefined) [phase, nextPhase] = [undefined, heading.text];
      continue;
    }
    if (orderLevel > 0) order.push(line);
    if (current && belongs(line, current, taskLevel, paragraph)) {
      paragraph = taskLevel === 0 && paragraph && !line.literal && continuesParagraph(line.text);
      addTo(current, line, paragraph);
      continue;
    }
    current = undefined;
    if (phase?.tasks.length === 0) phase.about.push(line);
    const reason = looksLikeTask(line);
    if (reason !== undefined) unread.push({ line: line.number, reason });
    const id = unmarkedId(line);
    if (id !== undefined) unmarked.push({ line: line.number, id });
  }
  for (const { line, id } of unmarked) {
    if (!seen.has(id)) unread.push({ line, reason: "an id without a box" });
  }
  const withTasks = phases.filter(({ tasks }) => tasks.length > 0);
  return { phases: withTasks.map((one, at) => ({ ...one, index: at + 1 })), order, unread, repeated };
}

function taskFrom(rest: string, line: DocumentLine): Omit<SpecKitTask, "id" | "mark" | "section"> {
  let text = rest.trim();
  let parallel = false;
  let story: string | undefined;
  text = text.replace(TRACKER, "");
  for (let mark = MARK.exec(text); mark !== null; mark = MARK.exec(text)) {
    const name = mark[1]?.trim() ?? "";
    if (name === "P") parallel = true;
    else if (/^(?:US-?\d+|[A-Z][A-Z0-9]*)$/.test(name)) story ??= name;
    else if (!/^[A-Za-z]*[-#]?[\w.-]*\d[\w.-]*$/.test(name)) break;
    text = text.slice(mark[0].length).replace(TRACKER, "");
  }
  const behind = /\s*\[P\]\s*$/.exec(text);
  if (behind !== null) [parallel, text] = [true, text.slice(0, behind.index)];
  return { line: line.number, parallel, story, text, wrapped: false, own: [text], parts: [], openParts: [] };
}

/** Whether a line that is no task goes on with the one above it. */
function belongs(line: DocumentLine, task: SpecKitTask, level: number, paragraph: boolean): boolean {
  if (level > 0) return true;
  if (line.literal || /^\s+\S/.test(line.text) || line.text.trim() === "") return true;
  return paragraph && task.own.at(-1)?.trim() !== "" && continuesParagraph(line.text);
}

function addTo(task: SpecKitTask, line: DocumentLine, ofParagraph: boolean): void {
  if (ofParagraph) {
    task.text = `${task.text} ${line.text.trim()}`;
    task.wrapped = true;
  }
  if (!line.literal && isMarkedItem(line.text)) {
    task.parts.push(line.number);
    if (markBefore(line.text).state !== "done") task.openParts.push(line.number);
  }
  task.own.push(line.text);
}

/** The id with which an item of a list or a row of a table begins that has no box. Most lines of that kind only name a task. */
function unmarkedId({ text, literal }: DocumentLine): string | undefined {
  const plain = literal || isMarkedItem(text) ? undefined : (itemText(text) ?? firstCell(text));
  return plain === undefined ? undefined : TASK.exec(plain)?.[1];
}

/** Why a line that looks like a task is none. */
function looksLikeTask({ text, literal }: DocumentLine): string | undefined {
  const unquoted = text.replace(/^[\s>]+/, "");
  if (!isMarkedItem(unquoted)) return undefined;
  const named = TASK.test(markBefore(unquoted).text);
  if (literal) return named ? "in code or a comment" : undefined;
  if (/^\s*>/.test(text)) return named ? "in a quotation" : undefined;
  return "a box without the number of a task";
}
