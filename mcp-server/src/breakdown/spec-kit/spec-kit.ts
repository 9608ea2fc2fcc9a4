import { type MarkdownDocument, titleOf } from "../markdown/document.ts";
import { doneHeadingWarnings } from "../markdown/done-headings.ts";
import { firstSentence } from "../markdown/paragraph.ts";
import { saysDone } from "../markdown/task-mark.ts";
import type { ForeignBreakdown } from "../own-format/to-breakdown.ts";
import { listed, unreadWarnings } from "../unread-lines.ts";
import { specKitOrder } from "./order.ts";
import { hasTasks, type Phase, readDocument, type SpecKitDocument, type SpecKitTask } from "./tasks.ts";

/**
 * spec-kit's `tasks.md`: lines `- [ ] T012 [P] [US1] description with file path` under phases. What the template
 * says about order is what the import does: phases wait for each other except the user stories, a task waits for
 * those before it except that `[P]` ones run beside each other, and a subheading ends a group of them. What the
 * file itself says of order comes on top. Tasks that name the same file are kept apart by their scopes.
 */

const MAX_SUBJECT = 160;

export function isSpecKit({ lines }: MarkdownDocument): boolean {
  return hasTasks(lines);
}

/** The tasks that are not ticked off. */
export function readSpecKit(document: MarkdownDocument, file: string): ForeignBreakdown {
  const read = readDocument(document.lines);
  const { phases } = read;
  const all = phases.flatMap((phase) => phase.tasks);
  const open = (task: SpecKitTask) => task.mark.state !== "done";
  const { dependencies, inferred, warnings } = specKitOrder(read, open);
  return {
    title: titleOf(document, /^Tasks:\s*/i) ?? file,
    done: all.filter((task) => !open(task)).map(({ id, line }) => ({ id, place: `line ${line}` })),
    warnings: [
      ...warningsOf(read, open),
      ...doneHeadingWarnings(
        document.lines,
        new Map(all.map((task) => [task.line, { id: task.id, isOpen: open(task) }])),
      ),
      ...warnings,
    ],
    tasks: phases.flatMap((phase) =>
      phase.tasks.filter(open).map((task) => ({
        place: `line ${task.line}`,
        scopeText: task.own.join("\n"),
        inferredDependencies: inferred.get(task.id) ?? [],
        fields: {
          id: task.id,
          subject: subjectOf(task),
          description: descriptionOf(task, phase, file),
          dependencies: dependencies.get(task.id) ?? [],
          phase: phase.number,
          phaseName: phase.name,
          ...(priorityOf(phase) !== undefined && { priority: priorityOf(phase) }),
          ...(task.story !== undefined && { story: task.story }),
        },
      })),
    ),
  };
}

function warningsOf(
  { phases, unread, repeated }: SpecKitDocument,
  open: (task: SpecKitTask) => boolean,
): string[] {
  const tasks = phases.flatMap((phase) => phase.tasks);
  const unclear = tasks.filter(({ mark }) => mark.state === "unclear");
  const contradicted = tasks.filter((task) => open(task) && task.mark.marked && saysDone(task.text));
  const isOpen = new Set(tasks.filter(open).map(({ id }) => id));
  const ticked = repeated.filter((one) => one.ticked && isOpen.has(one.id));
  const allPartsDone = tasks.filter(
    (task) => open(task) && task.parts.length > 0 && task.openParts.length === 0,
  );
  const openUnderDone = tasks.filter((task) => !open(task) && task.openParts.length > 0);
  return [
    ...unreadWarnings(unread),
    ...(unclear.length > 0
      ? [`read as not done: ${listed(unclear.map(({ id, mark }) => `${id} [${mark.sign}]`))}`]
      : []),
    ...(contradicted.length > 0
      ? [`read as not done by their boxes, although they say so: ${listed(contradicted.map(({ id }) => id))}`]
      : []),
    ...(ticked.length > 0
      ? [
          `ticked there and not where they stand, so read as not done: ${listed(ticked.map(({ id, line }) => `${id} in line ${line}`))}`,
        ]
      : []),
    ...(allPartsDone.length > 0
      ? [`not done, although all boxes below them are: ${listed(allPartsDone.map(({ id }) => id))}`]
      : []),
    ...(repeated.length > 0
      ? [
          `named once more, as in a summary: ${listed(repeated.map(({ line, id }) => `${id} in line ${line}`))}`,
        ]
      : []),
    ...openUnderDone.map(
      ({ id, openParts }) =>
        `${id} is marked as done; open boxes below it (line ${listed(openParts.map(String))}) are left out with it`,
    ),
  ];
}

function subjectOf({ text, wrapped, id }: SpecKitTask): string {
  const whole = (wrapped ? firstSentence(text) : text) || id;
  if (whole.length <= MAX_SUBJECT) return whole;
  return `${whole.slice(0, MAX_SUBJECT).replace(/\s+\S*$/, "")} …`;
}

function priorityOf(phase: Phase): string | undefined {
  const level = /\bpriority:?\s*P(\d)/i.exec(phase.name)?.[1];
  return level === undefined ? undefined : ({ "1": "high", "2": "medium" }[level] ?? "low");
}

function descriptionOf(task: SpecKitTask, phase: Phase, file: string): string {
  const folder = file.split("/").slice(0, -1).join("/");
  const about = phase.about.flatMap(({ text, literal }) => {
    const [, what, rest] =
      (literal ? null : /^\*\*(Goal|Purpose|Independent Test)\s*:?\*\*\s*:?\s*(.+)$/i.exec(text)) ?? [];
    return what === undefined ? [] : [`${what}: ${rest}`];
  });
  return [
    task.own.join("\n").trimEnd(),
    [`Phase ${phase.number}: ${phase.name}`, ...about].join("\n"),
    `The specification and its plan are the other documents in ${folder === "" ? "the repository's top folder" : folder}. Ticking the task off in ${file} is not part of it.`,
  ].join("\n\n");
}
