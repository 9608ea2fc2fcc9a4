import { listed } from "../unread-lines.ts";
import { type DocumentLine, headingOf } from "./document.ts";
import { markOfHeading } from "./task-mark.ts";

interface HeadingAbove {
  readonly level: number;
  readonly text: string;
  readonly line: number;
  readonly isDone: boolean;
  readonly open: string[];
}

/**
 * Names the open tasks below a heading that is marked as done: their own marks count, and they are imported.
 * @param tasks by their lines.
 */
export function doneHeadingWarnings(
  lines: readonly DocumentLine[],
  tasks: ReadonlyMap<number, { readonly id: string; readonly isOpen: boolean }>,
): string[] {
  let above: HeadingAbove[] = [];
  const found: HeadingAbove[] = [];
  for (const line of lines) {
    const task = tasks.get(line.number);
    const heading = headingOf(line);
    if (heading) above = above.filter(({ level }) => level < heading.level);
    if (task?.isOpen) for (const { isDone, open } of above) if (isDone) open.push(task.id);
    if (!heading || task) continue;
    const { marked, state, text } = markOfHeading(heading.text);
    const one = {
      level: heading.level,
      text,
      line: line.number,
      isDone: marked && state === "done",
      open: [],
    };
    above.push(one);
    found.push(one);
  }
  return found
    .filter(({ open }) => open.length > 0)
    .map(
      ({ text, line, open }) =>
        `line ${line} marks ${JSON.stringify(text)} as done; below it these are not, and are imported: ${listed(open)}`,
    );
}
