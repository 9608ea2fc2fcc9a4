import type { JsonObject } from "../json/document.ts";
import { bodyOf, type DocumentLine, type MarkdownDocument, titleOf } from "../markdown/document.ts";
import { doneHeadingWarnings } from "../markdown/done-headings.ts";
import type { ForeignBreakdown } from "../own-format/to-breakdown.ts";
import { listed, unreadWarnings } from "../unread-lines.ts";
import { orderLines, planOrder } from "./order.ts";
import {
  headingReader,
  type ReadHeading,
  type SuperpowersTask,
  sectionsOf,
  tasksOf,
  unreadIn,
} from "./tasks.ts";

/**
 * A plan as superpowers writes it: sections `### Task N: name` with the files to create, modify and test, what
 * the task consumes and produces, and steps with checkboxes. Its global constraints go into every description.
 */
export function isSuperpowers({ lines }: MarkdownDocument): boolean {
  return headingReader(lines) !== undefined;
}

/** The tasks that are not done, and of which at least one step is not ticked off. */
export function readSuperpowers(document: MarkdownDocument, file: string): ForeignBreakdown {
  const { lines } = document;
  const read = headingReader(lines) ?? (() => undefined);
  const all = tasksOf(lines, read);
  const { dependencies, inferred, warnings } = planOrder(all, orderLines(lines, all));
  const context = contextOf(lines, read);
  const heads = all.filter(({ parts }) => parts.length > 0);
  return {
    title: titleOf(document, /\s*Implementation Plan$/i) ?? file,
    done: all.filter((task) => task.done).map(({ id, line }) => ({ id, place: `line ${line}` })),
    warnings: [
      ...unreadWarnings(unreadIn(lines, all)),
      ...doneHeadingWarnings(
        lines,
        new Map(all.map(({ id, line, done, parts }) => [line, { id, isOpen: !done && parts.length === 0 }])),
      ),
      ...all.flatMap(({ id, unclearStatus }) =>
        unclearStatus === undefined
          ? []
          : [`task ${id}: the status ${JSON.stringify(unclearStatus)} counts as not done`],
      ),
      ...heads.flatMap(({ id, done, parts }) => {
        const open = all.filter((task) => parts.includes(task.id) && !task.done);
        return done && open.length > 0
          ? [
              `task ${id} is marked as done; these parts of it are not, and are imported: ${listed(open.map((part) => part.id))}`,
            ]
          : [];
      }),
      ...heads.map(({ id, parts }) => `task ${id} is its parts: ${listed(parts)}`),
      ...all
        .filter(({ openSteps }) => openSteps.length > 0)
        .map(
          ({ id, openSteps }) =>
            `task ${id} is marked as done; its open steps (line ${listed(openSteps.map(String))}) are left out with it`,
        ),
      ...all
        .filter(({ done }) => !done)
        .flatMap(({ id, files }) =>
          (files?.writes ? files.pathless : []).map(
            (item) =>
              `task ${id}: no path in its list of files under ${JSON.stringify(item.trim())}: what is meant is missing from its scope`,
          ),
        ),
      ...warnings,
    ],
    tasks: all
      .filter(({ done, parts }) => !done && parts.length === 0)
      .map((task) => ({
        place: `line ${task.line}`,
        scopeText: [task.name, bodyOf(task.body)].join("\n\n"),
        inferredDependencies: inferred.get(task.id) ?? [],
        fields: fieldsOf(task, dependencies.get(task.id) ?? [], context, heads),
      })),
  };
}

function fieldsOf(
  task: SuperpowersTask,
  dependencies: readonly string[],
  context: string,
  heads: readonly SuperpowersTask[],
): JsonObject {
  const head = heads.find(({ parts }) => parts.includes(task.id));
  const description = [
    bodyOf(task.body),
    ...(head ? [`This is a part of task ${head.id}, ${head.name}.\n\n${bodyOf(head.body)}`.trim()] : []),
    context,
    "Leave out steps that stage or commit: other agents work in the same checkout, and what you changed is committed later.",
  ];
  const priority = /\bP([0-4])\b/.exec(task.notes)?.[1];
  return {
    id: task.id,
    subject: task.name,
    description: description.filter((part) => part !== "").join("\n\n"),
    dependencies,
    ...(priority !== undefined && {
      priority: priority < "2" ? "high" : priority === "2" ? "medium" : "low",
    }),
    ...(head && { phaseName: head.name }),
    ...(task.files?.writes && { writes: task.files.writes }),
    ...(task.files && task.files.reads.length > 0 && { reads: task.files.reads }),
  };
}

/** What holds for all tasks: the goal, and the global constraints as they are written. */
function contextOf(lines: readonly DocumentLine[], read: ReadHeading): string {
  const goal = lines.find((line) => !line.literal && /^\*\*Goal:?\*\*/i.test(line.text));
  const constraints = sectionsOf(lines, read).find(({ heading }) => /^global constraints$/i.test(heading));
  return [
    ...(goal ? [`Goal of the whole plan: ${goal.text.replace(/^\*\*Goal:?\*\*:?\s*/i, "")}`] : []),
    ...(constraints ? [`# ${constraints.heading}\n\n${bodyOf(constraints.body)}`] : []),
  ].join("\n\n");
}
