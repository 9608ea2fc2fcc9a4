import { BreakdownError } from "../errors.ts";
import { parseDocument, withoutByteOrderMark } from "../json/document.ts";
import { type Breakdown, breakdownIn, breakdownOf } from "../own-format/breakdown.ts";
import { isNested, taskGroups, tasksOfGroups } from "../own-format/nested-tasks.ts";
import { toBreakdown } from "../own-format/to-breakdown.ts";
import { isTaskMaster, readTaskMaster } from "../task-master/task-master.ts";

/** Which files can be imported, for messages. */
export const READABLE =
  "a 03-tasks.json, a JSON file with tasks inside phases, a tasks.md of spec-kit, a tasks.json of Task Master, or a Markdown plan with headings `### Task N: name` (superpowers)";

/** A breakdown with what is known of its file. */
export interface FileBreakdown extends Breakdown {
  /** It is a `03-tasks.json`: an export may write it. Files of other formats are only read. */
  readonly own: boolean;
}

/**
 * The breakdown that a file holds; its format is recognised by its content.
 * @param part which list of a file that has several.
 * @returns undefined for Markdown that is no plan.
 * @throws BreakdownError
 */
export async function readFileBreakdown(
  text: string,
  file: string,
  part: string | undefined,
): Promise<FileBreakdown | undefined> {
  if (!isJson(text, file)) {
    // Readers of Markdown are loaded with the first such file, not with every server.
    const { readMarkdownBreakdown } = await import("./markdown-file.ts");
    const breakdown = readMarkdownBreakdown(text, file);
    return breakdown && { ...breakdown, own: false };
  }
  const parsed = parseDocument(text, file);
  const { document, warnings } = parsed;
  if (isTaskMaster(document)) {
    const read = readTaskMaster(document, file, part);
    return { ...toBreakdown({ ...read, warnings: [...warnings, ...read.warnings] }, file), own: false };
  }
  if (part !== undefined) {
    throw new BreakdownError(
      file,
      "",
      `it has no lists of tasks by name, so ${JSON.stringify(part)} cannot be one`,
      "Give the path without #",
    );
  }
  if (isNested(document)) {
    const { raw, warnings: found } = tasksOfGroups(taskGroups(document), file);
    return { ...breakdownOf(raw, document, file, [...warnings, ...found]), own: false };
  }
  return { ...breakdownIn(parsed, file), own: true };
}

/** Whether a JSON file is a `03-tasks.json`, good or bad, and not one of another format. @throws BreakdownError */
export function isOwnFormat(text: string, file: string): boolean {
  const { document } = parseDocument(text, file);
  return !isTaskMaster(document) && !isNested(document);
}

function isJson(text: string, file: string): boolean {
  return file.endsWith(".json") || /^\s*[[{]/.test(withoutByteOrderMark(text));
}
