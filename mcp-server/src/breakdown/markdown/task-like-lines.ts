import { type DocumentLine, headingOf, type MarkdownDocument } from "./document.ts";
import { firstCell, isMarkedItem, markBefore } from "./task-mark.ts";

/** What a person would take for tasks in a document that is read as no breakdown, so that its refusal names it. */

const KINDS: readonly { readonly name: string; readonly is: (line: DocumentLine) => boolean }[] = [
  {
    name: "boxes with a number and no id, as Kiro and OpenSpec write them",
    is: ({ text }) => isMarkedItem(text) && /^\d+(?:\.\d+)*[.)]?\s/.test(markBefore(text).text),
  },
  { name: "boxes without an id", is: ({ text }) => isMarkedItem(text) },
  {
    name: "rows of a table with an id",
    is: ({ text }) => /^\W*[A-Z]{1,6}-?\d+(?:\.\d+)*\W*$/.test(firstCell(text) ?? ""),
  },
  {
    name: "numbered headings",
    is: (line) => {
      const heading = headingOf(line);
      return (
        heading !== undefined &&
        heading.level > 1 &&
        /^\W*(?:[A-Z]{1,6}-?)?\d+(?:\.\d+)*\b/.test(heading.text)
      );
    },
  },
];

/** "26 boxes without an id (lines 5 to 80)", or undefined where nothing looks like a task. */
export function taskLikeLines({ lines }: MarkdownDocument): string | undefined {
  const found = new Map<string, number[]>();
  for (const line of lines) {
    const kind = line.literal ? undefined : KINDS.find(({ is }) => is(line));
    if (kind) found.set(kind.name, [...(found.get(kind.name) ?? []), line.number]);
  }
  const said = [...found].filter(([, { length }]) => length > 1);
  if (said.length === 0) return undefined;
  return said.map(([name, at]) => `${at.length} ${name} (lines ${at[0]} to ${at.at(-1)})`).join(", ");
}
