import type { ForeignBreakdown } from "../foreign-breakdown.ts";
import type { JsonObject } from "../json/document.ts";
import {
  bodyOf,
  headingOf,
  type MarkdownDocument,
  type MarkdownLine,
  titleOf,
} from "../markdown/document.ts";

/**
 * A plan as superpowers writes it: sections `### Task N: name` with the files to create, modify and test, what
 * the task consumes and produces, and steps with checkboxes. Its global constraints go into every description.
 *
 * What comes before what: a task waits for the tasks that its "Consumes" (or "Depends on") names, for those that
 * produce what it consumes, and for the last one before it that writes one of its files. One that says nothing
 * of the kind waits for the task before it, because such plans are written to be carried out in order.
 */

const TASK_HEADING = /^Task\s+([A-Za-z]?\d+(?:\.\d+)*[a-z]?)\s*[:.—–-]\s*(\S.*)$/;
const STEP = /^\s*[-*]\s+\[([ xX])\]\s+/;

interface PlanTask {
  readonly id: string;
  readonly name: string;
  readonly line: number;
  readonly body: readonly MarkdownLine[];
  readonly done: boolean;
  readonly files: Files | undefined;
  readonly consumes: string | undefined;
  readonly produces: string;
  readonly dependsOn: string | undefined;
}

interface Files {
  readonly writes: readonly string[];
  readonly reads: readonly string[];
}

export function isSuperpowers({ lines }: MarkdownDocument): boolean {
  return lines.some((line) => TASK_HEADING.test(headingOf(line)?.text ?? ""));
}

/** The tasks of which at least one step is not ticked off. */
export function readSuperpowers(document: MarkdownDocument, file: string): ForeignBreakdown {
  const all = tasksOf(document.lines);
  const open = all.filter((task) => !task.done);
  const context = contextOf(document.lines);
  return {
    title: titleOf(document, /\s*Implementation Plan$/i) ?? file,
    done: all.filter((task) => task.done).map((task) => task.id),
    warnings: [],
    tasks: open.map((task, at) => ({
      place: `line ${task.line}`,
      scopeText: bodyOf(task.body),
      fields: fieldsOf(task, dependenciesOf(task, open.slice(0, at), all), context),
    })),
  };
}

function fieldsOf(task: PlanTask, dependencies: readonly string[], context: string): JsonObject {
  const description = [
    bodyOf(task.body),
    context,
    "Leave out steps that stage or commit: other agents work in the same checkout, and what you changed is committed later.",
  ];
  return {
    id: task.id,
    subject: task.name,
    description: description.filter((part) => part !== "").join("\n\n"),
    dependencies,
    ...(task.files && { writes: task.files.writes }),
    ...(task.files && task.files.reads.length > 0 && { reads: task.files.reads }),
  };
}

function tasksOf(lines: readonly MarkdownLine[]): PlanTask[] {
  return sectionsOf(lines).flatMap(({ heading, line, body }) => {
    const [, id, name] = TASK_HEADING.exec(heading) ?? [];
    if (id === undefined || name === undefined) return [];
    const steps = body.flatMap((one) => (one.literal ? [] : (STEP.exec(one.text)?.[1] ?? [])));
    return [
      {
        id,
        name,
        line,
        body,
        done: steps.length > 0 && !steps.includes(" "),
        files: filesIn(body),
        consumes: labelled(body, "Consumes"),
        produces: labelled(body, "Produces") ?? "",
        dependsOn: labelled(body, "Depends on") ?? labelled(body, "Dependencies"),
      },
    ];
  });
}

/** Every heading with what follows it, up to the next one of its level or above, or the next task. */
function sectionsOf(lines: readonly MarkdownLine[]) {
  const headings = lines.flatMap((line, at) => {
    const heading = headingOf(line);
    return heading ? [{ ...heading, at, isTask: TASK_HEADING.test(heading.text) }] : [];
  });
  return headings.map(({ level, text, at }, i) => {
    const end = headings.slice(i + 1).find((next) => next.level <= level || next.isTask);
    return {
      heading: text,
      line: lines[at]?.number ?? 0,
      body: lines.slice(at + 1, end?.at ?? lines.length),
    };
  });
}

/** What holds for all tasks: the goal, and the global constraints as they are written. */
function contextOf(lines: readonly MarkdownLine[]): string {
  const goal = lines.find((line) => !line.literal && /^\*\*Goal:?\*\*/i.test(line.text));
  const constraints = sectionsOf(lines).find(({ heading }) => /^global constraints$/i.test(heading));
  return [
    ...(goal ? [`Goal of the whole plan: ${goal.text.replace(/^\*\*Goal:?\*\*:?\s*/i, "")}`] : []),
    ...(constraints ? [`# ${constraints.heading}\n\n${bodyOf(constraints.body)}`] : []),
  ].join("\n\n");
}

/** The text behind a label such as `- Consumes:` or `**Depends on:**`, with the lines that continue it. */
function labelled(body: readonly MarkdownLine[], label: string): string | undefined {
  const start = new RegExp(`^\\s*(?:[-*]\\s+)?(?:\\*\\*)?${label}(?:\\*\\*)?\\s*:(?:\\*\\*)?\\s*(.*)$`, "i");
  const at = body.findIndex((line) => !line.literal && start.test(line.text));
  if (at < 0) return undefined;
  const text = [start.exec(body[at]?.text ?? "")?.[1] ?? ""];
  const indent = /^\s*/.exec(body[at]?.text ?? "")?.[0].length ?? 0;
  for (const line of body.slice(at + 1)) {
    const deeper = (/^\s*/.exec(line.text)?.[0].length ?? 0) > indent;
    if (line.text.trim() === "" || !deeper) break;
    text.push(line.text.trim());
  }
  return text.join(" ");
}

/** The list under `**Files:**`, or undefined where there is none. */
function filesIn(body: readonly MarkdownLine[]): Files | undefined {
  const at = body.findIndex((line) => !line.literal && /^\*\*Files\s*:?\*\*\s*:?\s*$/i.test(line.text));
  if (at < 0) return undefined;
  const writes: string[] = [];
  const reads: string[] = [];
  for (const line of body.slice(at + 1)) {
    const [, item] = /^\s*[-*]\s+(?!\[)(.*)$/.exec(line.text) ?? [];
    if (item === undefined) {
      if (line.text.trim() === "" && writes.length + reads.length === 0) continue;
      break;
    }
    const [, verb = "", rest = item] =
      /^(?:\*\*)?([A-Za-z][A-Za-z ,/&]*?)(?:\*\*)?\s*:(?:\*\*)?\s*(.*)$/.exec(item) ?? [];
    const reading = /^(?:read|verify|reference|see|check|inspect|unchanged)/i.test(verb);
    (reading ? reads : writes).push(...pathsAt(rest));
  }
  return writes.length + reads.length === 0 ? undefined : { writes, reads };
}

/** The paths with which the text begins, without line numbers; what is explained behind them is no path. */
function pathsAt(text: string): string[] {
  const paths: string[] = [];
  let rest = text;
  for (;;) {
    const match = /^\s*(?:,|;|\+|&|and\b|→|->|to\b)?\s*(?:`([^`]+)`|([^\s`(),;]+\.\w+(?::[\d,-]+)?))/.exec(
      rest,
    );
    const path = match?.[1] ?? match?.[2];
    if (match === null || path === undefined) return paths;
    paths.push(path.trim().replace(/(?::\d[\d,\s–-]*|#L\d.*)$/, ""));
    rest = rest.slice(match[0].length);
  }
}

function dependenciesOf(task: PlanTask, earlier: readonly PlanTask[], all: readonly PlanTask[]): string[] {
  const isEarlier = new Set(earlier.map(({ id }) => id));
  const touched = task.files?.writes ?? [];
  const lastWriters = touched.flatMap(
    (path) => earlier.findLast((other) => other.files?.writes.includes(path))?.id ?? [],
  );
  const stated = statedDependencies(task, earlier, all);
  const before = stated ?? earlier.slice(-1).map(({ id }) => id);
  return [...new Set([...before, ...lastWriters])].filter((id) => isEarlier.has(id));
}

/** What the task itself says that it needs; undefined: it says nothing. */
function statedDependencies(
  task: PlanTask,
  earlier: readonly PlanTask[],
  all: readonly PlanTask[],
): string[] | undefined {
  const { consumes, dependsOn } = task;
  if (consumes === undefined && dependsOn === undefined) return undefined;
  const order = all.map(({ id }) => id);
  const named = [
    ...(dependsOn === undefined ? [] : idsIn(dependsOn, order)),
    ...tasksNamedIn(consumes ?? "", order),
  ];
  const wanted = new Set(codeIn(consumes ?? "").flatMap(namesIn));
  const producers = earlier.filter((other) =>
    codeIn(other.produces)
      .flatMap(namesIn)
      .some((name) => wanted.has(name)),
  );
  return [...named, ...producers.map(({ id }) => id)];
}

/** "Task 3", "Tasks 1, 2 and 4", "Tasks 5–7"; not where it says that nothing is taken from them. */
function tasksNamedIn(text: string, order: readonly string[]): string[] {
  if (/^\s*(?:nothing|none|n\/a|[-–—])(?:\W|$)/i.test(text)) return [];
  const lists = text.matchAll(
    /\btasks?\s+((?:#?[A-Za-z]?\d+(?:\.\d+)*[a-z]?(?:\s*(?:,|and|&|\+|-|–|—|to)\s*)?)+)/gi,
  );
  return [...lists].flatMap(([, list = ""]) => idsIn(list, order));
}

function idsIn(list: string, order: readonly string[]): string[] {
  const id = "[A-Za-z]?\\d+(?:\\.\\d+)*[a-z]?";
  return [...list.matchAll(new RegExp(`(${id})(?:\\s*(?:-|–|—|\\bto\\b)\\s*(${id}))?`, "g"))].flatMap(
    ([, from = "", to]) => {
      const [first, last] = [order.indexOf(from), order.indexOf(to ?? from)];
      return first < 0 || last < 0 ? [] : order.slice(first, last + 1);
    },
  );
}

function codeIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
}

/** What a piece of code declares, or the one name that it is. */
function namesIn(code: string): string[] {
  const declared = code.matchAll(
    /\b(?:fn|func|function|def|class|struct|enum|trait|type|interface|const|let|var)\s+([A-Za-z_]\w*)/g,
  );
  const names = [...declared].map(([, name = ""]) => name);
  const called = /^([A-Za-z_][\w.]*)\s*(?:[(:<]|$)/.exec(code)?.[1];
  return called === undefined ? names : [...names, called];
}
