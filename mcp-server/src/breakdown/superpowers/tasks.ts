import { type FileStatus, fileStatus } from "../file-status.ts";
import { type DocumentLine, headingOf } from "../markdown/document.ts";
import { type FileList, filesIn } from "../markdown/file-list.ts";
import { firstCell, isMarkedItem, itemText, markBefore } from "../markdown/task-mark.ts";
import type { UnreadLine } from "../unread-lines.ts";
import { looksLikeTask, numberedHeading, type TaskHeading, taskHeading } from "./task-heading.ts";

/** The tasks of a plan, as they stand in it. */

export interface SuperpowersTask {
  readonly id: string;
  readonly name: string;
  readonly notes: string;
  readonly line: number;
  readonly body: readonly DocumentLine[];
  readonly done: boolean;
  /** A status in its text that may mean more than that it is open. */
  readonly unclearStatus: string | undefined;
  /** Lines of steps that are not ticked, of a task that is marked as done. */
  readonly openSteps: readonly number[];
  readonly files: FileList | undefined;
  readonly consumes: string | undefined;
  readonly produces: string;
  readonly dependsOn: string | undefined;
  /** Ids of the tasks that are its parts; it has then nothing of its own to do. */
  readonly parts: readonly string[];
}

export interface Section {
  readonly heading: string;
  readonly level: number;
  readonly line: number;
  readonly body: readonly DocumentLine[];
}

/** How a heading of this document begins a task. */
export type ReadHeading = (text: string) => TaskHeading | undefined;

const LABELS =
  /(?:^|[\s|·•*])(?:dependencies|depends on|files?|size|acceptance criteria)(?:\*\*|__)?\s*[:：]/i;

const STEP = /^\s*[-*+]\s+\[[ xX]\]\s+(?:\*\*)?step\s+\d/i;

/** By the word "Task"; where no heading has it by numbers, if sections have steps or say what they depend on or write. */
export function headingReader(lines: readonly DocumentLine[]): ReadHeading | undefined {
  const headings = lines.flatMap((line) => headingOf(line) ?? []);
  if (headings.some(({ text }) => taskHeading(text) !== undefined)) return taskHeading;
  const numbered = sectionsOf(lines, numberedHeading).filter(
    ({ heading, body }) =>
      numberedHeading(heading) !== undefined &&
      body.some(({ text, literal }) => !literal && (LABELS.test(text) || STEP.test(text))),
  );
  const [first] = numbered;
  if (first === undefined || numbered.length < 2) return undefined;
  const levels = new Set(numbered.map(({ level }) => level));
  const texts = new Set(
    headings.filter(({ level, text }) => levels.has(level) && numberedHeading(text)).map(({ text }) => text),
  );
  return (text) => (texts.has(text) ? numberedHeading(text) : undefined);
}

export function tasksOf(lines: readonly DocumentLine[], read: ReadHeading): SuperpowersTask[] {
  const sections = sectionsOf(lines, read).flatMap((section) => {
    const found = read(section.heading);
    return found ? [{ ...section, found }] : [];
  });
  return sections.map(({ body, line, level, found }, at) => {
    const below = sections.slice(at + 1);
    const end = below.findIndex((next) => next.level <= level);
    const inside = (end < 0 ? below : below.slice(0, end)).filter(({ found: { id } }) =>
      isPart(id, found.id),
    );
    const steps = body.filter((one) => !one.literal && isMarkedItem(one.text));
    const open = steps.filter((step) => markBefore(step.text).state !== "done");
    const files = filesIn(body);
    const isHead = inside.length > 0 && steps.length === 0 && files === undefined;
    const stated = labelled(body, "Status") ?? "";
    const status = statusIn(stated);
    const isOver = status === "done" || status === "given up";
    const marked = found.mark.marked || isOver;
    const done = found.mark.marked
      ? found.mark.state === "done"
      : isOver || (steps.length > 0 && open.length === 0);
    return {
      id: found.id,
      name: found.name,
      notes: found.notes,
      line,
      body,
      done,
      unclearStatus:
        !done && (status === "put off" || /done|complet|finish|\d\s*%/i.test(stated)) ? stated : undefined,
      openSteps: done && marked && open.length < steps.length ? open.map(({ number }) => number) : [],
      files,
      consumes: labelled(body, "Consumes"),
      produces: labelled(body, "Produces") ?? "",
      dependsOn: [
        "Depends on",
        "Dependencies",
        "Dependency",
        "Blocked by",
        "Prerequisites?",
        "Requires",
        "依赖",
        "依賴",
      ]
        .map((label) => labelled(body, label))
        .find((text) => text !== undefined),
      parts: isHead ? inside.map((part) => part.found.id) : [],
    };
  });
}

function isPart(id: string, of: string): boolean {
  return id.startsWith(`${of}.`);
}

/** What a status such as `✅ Complete (in #12)` means: its first words count. */
function statusIn(text: string): FileStatus | undefined {
  if (/^(?:✅\s*)?(?:done|completed?|finished|closed)\b|^✅\s*$/i.test(text)) return "done";
  const [words = ""] = text.split(/\s*[([,;:.|—–]|\s-\s/u);
  return fileStatus(words);
}

/** Every heading with what follows it, up to the next one of its level or above, or the next task. */
export function sectionsOf(lines: readonly DocumentLine[], read: ReadHeading): Section[] {
  const headings = lines.flatMap((line, at) => {
    const heading = headingOf(line);
    return heading ? [{ ...heading, at, isTask: read(heading.text) !== undefined }] : [];
  });
  // The next heading that ends a section of each level, from behind.
  const ends: number[] = [];
  let end: number[] = [];
  for (let i = headings.length - 1; i >= 0; i--) {
    const { level = 1, at = 0, isTask = false } = headings[i] ?? {};
    ends[i] = end[level] ?? lines.length;
    end = Array.from({ length: 7 }, (_, l) => (isTask || l >= level ? at : (end[l] ?? lines.length)));
  }
  return headings.map(({ level, text, at }, i) => ({
    heading: text,
    level,
    line: lines[at]?.number ?? 0,
    body: lines.slice(at + 1, ends[i]),
  }));
}

/**
 * The text behind a label such as `- Consumes:` or `**Depends on:**`, with the lines that continue it. Several
 * labels may stand in a line, with `|` or `·` between them.
 */
function labelled(body: readonly DocumentLine[], label: string): string | undefined {
  const start = new RegExp(
    `^\\s*(?:[-*]\\s+)?(?:\\*\\*|__)?(?:${label})(?:\\s*\\([^)]*\\))?(?:\\*\\*|__)?(?:\\s*[:：](?:\\*\\*|__)?|\\s+(?=\`))\\s*(.*)$`,
    "i",
  );
  for (const [at, line] of body.entries()) {
    if (line.literal) continue;
    const pieces = line.text.split(/\s+[|·•]\s+/);
    const found = pieces.map((piece) => start.exec(piece)?.[1]).find((text) => text !== undefined);
    if (found === undefined) continue;
    return pieces.length > 1 ? found : [found, ...continuation(body, at, found === "")].join(" ");
  }
  return undefined;
}

/** @param list whether the label stands alone: then a list below it belongs to it, however it is indented. */
function* continuation(body: readonly DocumentLine[], at: number, list: boolean): Generator<string> {
  const indent = indentOf(body[at]?.text ?? "");
  for (const line of body.slice(at + 1)) {
    const isItem = list && /^\s*[-*]\s+(?!\[)/.test(line.text);
    if (line.literal || line.text.trim() === "" || (indentOf(line.text) <= indent && !isItem)) return;
    yield line.text.trim().replace(/^[-*]\s+/, "; ");
  }
}

function indentOf(text: string): number {
  return text.length - text.trimStart().length;
}

/** "3-5" names several tasks. */
const RANGE = /^\d+-\d+$/;

/** What looks like a task outside of all tasks, and headings that are almost those of tasks. */
export function unreadIn(lines: readonly DocumentLine[], tasks: readonly SuperpowersTask[]): UnreadLine[] {
  const ids = new Set(tasks.map(({ id }) => id));
  const inTask = new Set(tasks.flatMap(({ body, line }) => [line, ...body.map(({ number }) => number)]));
  return lines.flatMap((line): UnreadLine[] => {
    const heading = headingOf(line);
    if (heading) {
      if (looksLikeTask(heading.text) && !inTask.has(line.number))
        return [{ line: line.number, reason: "a heading of several tasks or without a number of its own" }];
      return [];
    }
    if (line.literal) {
      const inside = /^[\s>]*#{1,6}\s+(.*)$/.exec(line.text)?.[1];
      const isTask = inside !== undefined && taskHeading(inside) !== undefined;
      return isTask ? [{ line: line.number, reason: "in code or a comment" }] : [];
    }
    if (inTask.has(line.number)) return [];
    if (isMarkedItem(line.text.replace(/^[\s>]+/, "")))
      return [{ line: line.number, reason: "a box outside of every task" }];
    const named = taskHeading(itemText(line.text) ?? firstCell(line.text) ?? "");
    if (named === undefined || ids.has(named.id) || RANGE.test(named.id)) return [];
    return [{ line: line.number, reason: "a task without a heading" }];
  });
}
