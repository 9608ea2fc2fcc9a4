import type { ForeignBreakdown } from "../foreign-breakdown.ts";
import { headingOf, type MarkdownDocument, type MarkdownLine, titleOf } from "../markdown/document.ts";

/**
 * spec-kit's `tasks.md`: lines `- [ ] T012 [P] [US1] description with file path` under phases. What the template
 * says about order is what the import does: phases wait for each other except the user stories, a task waits for
 * those before it except that `[P]` ones run beside each other, and a subheading ends a group of them. Tasks that
 * name the same file are kept apart by their scopes.
 */

const TASK = /^\s*[-*]\s+\[([ xX])\]\s+(?:\*\*)?(T\d+[A-Za-z]?)(?:\*\*)?[:.]?\s+(.*)$/;
const MARK = /^(?:\*\*)?\[(P|US\d+|[A-Z][A-Z0-9]*)\](?:\*\*)?\s*/;
const LONGEST_SUBJECT = 160;

interface SpecKitTask {
  readonly id: string;
  readonly line: number;
  readonly done: boolean;
  readonly parallel: boolean;
  readonly story: string | undefined;
  readonly text: string;
  /** Number of the subheading under which it stands. */
  readonly section: number;
  readonly more: string[];
}

interface Phase {
  readonly number: number;
  readonly name: string;
  /** What the phase says of itself: its purpose, its goal, how it is tested. */
  readonly about: string[];
  readonly tasks: SpecKitTask[];
}

export function isSpecKit({ lines }: MarkdownDocument): boolean {
  return lines.some((line) => !line.literal && TASK.test(line.text));
}

/** The tasks that are not ticked off. */
export function readSpecKit(document: MarkdownDocument, file: string): ForeignBreakdown {
  const phases = phasesOf(document.lines);
  const all = phases.flatMap((phase) => phase.tasks);
  const open = new Set(all.filter((task) => !task.done).map((task) => task.id));
  const order = orderOf(phases, open);
  return {
    title: titleOf(document, /^Tasks:\s*/i) ?? file,
    done: all.filter((task) => task.done).map((task) => task.id),
    warnings: [],
    tasks: phases.flatMap((phase) =>
      phase.tasks
        .filter((task) => !task.done)
        .map((task) => ({
          place: `line ${task.line}`,
          scopeText: [task.text, ...task.more].join("\n"),
          fields: {
            id: task.id,
            subject: subjectOf(task.text),
            description: descriptionOf(task, phase, file),
            dependencies: [
              ...new Set([...(order.get(task) ?? []), ...namedIn(task, all).filter((id) => open.has(id))]),
            ],
            phase: phase.number,
            phaseName: phase.name,
            ...(priorityOf(phase) !== undefined && { priority: priorityOf(phase) }),
            ...(task.story !== undefined && { story: task.story }),
          },
        })),
    ),
  };
}

function phasesOf(lines: readonly MarkdownLine[]): Phase[] {
  const phases: Phase[] = [];
  let phase: Phase | undefined;
  let current: SpecKitTask | undefined;
  let section = 0;
  const begin = (name: string, number: number | undefined) => {
    phase = { number: number ?? phases.length + 1, name, about: [], tasks: [] };
    phases.push(phase);
  };
  for (const line of lines) {
    const heading = headingOf(line);
    if (heading) {
      current = undefined;
      section += 1;
      const [, number, name] = /^Phase\s+([\d.]+|[A-Z])\s*[:.—–-]\s*(.*)$/.exec(heading.text) ?? [];
      if (name !== undefined) begin(name, /^\d+$/.test(number ?? "") ? Number(number) : undefined);
      else if (heading.level <= 2) phase = undefined;
      continue;
    }
    const [, box, id, rest] = (line.literal ? null : TASK.exec(line.text)) ?? [];
    if (id !== undefined && rest !== undefined) {
      if (!phase) begin("Tasks", undefined);
      current = { ...taskFrom(rest), id, line: line.number, done: box !== " ", section, more: [] };
      phase?.tasks.push(current);
    } else if (current && (line.literal || /^\s+\S/.test(line.text) || line.text.trim() === "")) {
      current.more.push(line.text);
    } else {
      current = undefined;
      const [, what, text] =
        /^\*\*(Goal|Purpose|Independent Test)\s*:?\*\*\s*:?\s*(.+)$/i.exec(line.text) ?? [];
      if (what !== undefined) phase?.about.push(`${what}: ${text}`);
    }
  }
  return phases.filter(({ tasks }) => tasks.length > 0);
}

function taskFrom(rest: string): Pick<SpecKitTask, "parallel" | "story" | "text"> {
  let text = rest;
  let parallel = false;
  let story: string | undefined;
  for (let mark = MARK.exec(text); mark !== null; mark = MARK.exec(text)) {
    if (mark[1] === "P") parallel = true;
    else story ??= mark[1];
    text = text.slice(mark[0].length);
  }
  return { parallel, story, text: text.trim() };
}

/** For each open task what its place in the file makes it wait for. */
function orderOf(phases: readonly Phase[], open: ReadonlySet<string>): Map<SpecKitTask, string[]> {
  const order = new Map<SpecKitTask, string[]>();
  // Tasks at the end of the last phase that all wait for, and of the user stories since.
  let before: string[] = [];
  let stories: string[] = [];
  for (const phase of phases) {
    const tasks = phase.tasks.filter((task) => open.has(task.id));
    if (tasks.length === 0) continue;
    const story = isStory(phase);
    let previous = story || stories.length === 0 ? before : stories;
    for (const group of groupsOf(tasks)) {
      for (const task of group) order.set(task, previous);
      previous = group.map((task) => task.id);
    }
    if (story) stories = [...stories, ...previous];
    else [before, stories] = [previous, []];
  }
  return order;
}

/** Neighbouring `[P]` tasks under one subheading are a group; any other task stands alone. */
function groupsOf(tasks: readonly SpecKitTask[]): SpecKitTask[][] {
  const groups: SpecKitTask[][] = [];
  for (const task of tasks) {
    const last = groups.at(-1)?.at(-1);
    if (last && task.parallel && last.parallel && last.section === task.section) groups.at(-1)?.push(task);
    else groups.push([task]);
  }
  return groups;
}

function isStory(phase: Phase): boolean {
  return /\buser stor(?:y|ies)\b|\bUS\d+\b/i.test(phase.name) || phase.tasks.every((task) => task.story);
}

/** "(depends on T012, T014-T016)" in the task's own text. */
function namedIn(task: SpecKitTask, all: readonly SpecKitTask[]): string[] {
  const ids = all.map(({ id }) => id);
  const between = (from: string, to: string) => {
    const [first, last] = [ids.indexOf(from), ids.indexOf(to)];
    return first < 0 || last < 0 ? [from, to] : ids.slice(first, last + 1);
  };
  const text = [task.text, ...task.more].join(" ");
  const lists = [...text.matchAll(/\bdepends on:?\s+((?:T\d+[A-Za-z]?(?:\s*(?:,|and|&|\+|-|–|—)\s*)*)+)/gi)];
  return lists.flatMap(([, list = ""]) =>
    [...list.matchAll(/(T\d+[A-Za-z]?)(?:\s*[-–—]\s*(T\d+[A-Za-z]?))?/g)].flatMap(([, from = "", to]) =>
      to === undefined ? [from] : between(from, to),
    ),
  );
}

function subjectOf(text: string): string {
  if (text.length <= LONGEST_SUBJECT) return text;
  return `${text.slice(0, LONGEST_SUBJECT).replace(/\s+\S*$/, "")} …`;
}

function priorityOf(phase: Phase): string | undefined {
  const level = /\bpriority:?\s*P(\d)/i.exec(phase.name)?.[1];
  return level === undefined ? undefined : ({ "1": "high", "2": "medium" }[level] ?? "low");
}

function descriptionOf(task: SpecKitTask, phase: Phase, file: string): string {
  const folder = file.split("/").slice(0, -1).join("/");
  const own = [task.text, ...task.more].join("\n").trimEnd();
  return [
    own,
    [`Phase ${phase.number}: ${phase.name}`, ...phase.about].join("\n"),
    `The specification and its plan are the other documents in ${folder === "" ? "the repository's top folder" : folder}. Ticking the task off in ${file} is not part of it.`,
  ].join("\n\n");
}
