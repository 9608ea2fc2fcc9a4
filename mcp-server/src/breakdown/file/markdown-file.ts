import { BreakdownError } from "../errors.ts";
import { type MarkdownDocument, parseMarkdown } from "../markdown/document.ts";
import { singleTaskKeys } from "../markdown/single-task.ts";
import { taskLikeLines } from "../markdown/task-like-lines.ts";
import type { Breakdown } from "../own-format/breakdown.ts";
import { type ForeignBreakdown, toBreakdown } from "../own-format/to-breakdown.ts";
import { isSpecKit, readSpecKit } from "../spec-kit/spec-kit.ts";
import { isSuperpowers, readSuperpowers } from "../superpowers/superpowers.ts";

/** The breakdown that a Markdown file holds; undefined if it holds no plan. @throws BreakdownError */
export function readMarkdownBreakdown(text: string, file: string): Breakdown | undefined {
  const document = parseMarkdown(text, file);
  const read = foreignBreakdown(document, file);
  const keys = singleTaskKeys(document);
  if (keys.length > 0 && (read === undefined || read.tasks.length + read.done.length < 2)) {
    const problem = `it is one task, by its front matter (${keys.join(", ")}), and not a plan of several`;
    const remedy =
      'Name a file that holds all tasks; from one file for each, make a 03-tasks.json {"tasks": […]} with id, subject, dependencies and files';
    throw new BreakdownError(file, "front matter", problem, remedy);
  }
  return read && toBreakdown(read, file);
}

/** What looks like tasks in Markdown that is no plan, for a message. */
export function unreadTasks(text: string, file: string): string | undefined {
  return taskLikeLines(parseMarkdown(text, file));
}

function foreignBreakdown(document: MarkdownDocument, file: string): ForeignBreakdown | undefined {
  if (isSpecKit(document)) return readSpecKit(document, file);
  if (isSuperpowers(document)) return readSuperpowers(document, file);
  return undefined;
}
