import type { PlanSlug, TaskId } from "../../graph/task.ts";
import { cleanText } from "../../text/sanitize.ts";

/** A command line names at most this many files; beyond it, it lists them. */
const MAX_NAMED = 10;
/** The longest name that a command line holds, in characters. */
const NAME_LIMIT = 200;
/** What no shell reads as anything but itself. */
const PLAIN = /^[\w@./+][\w@./+-]*$/;
/** What a shell within single quotes, and whoever copies the line from an answer, takes as it stands. */
const QUOTABLE = /^[^'<\\-][^'<\\]*$/;

/**
 * The command line that puts back what stood in these files while the task held them, to be copied as it is. Where their
 * names cannot be written so that every shell reads them alike, or are too many, it lists what can be had back.
 */
export function restoreLine(plan: PlanSlug, task: TaskId, paths: readonly string[]): string {
  const names = paths.slice(0, MAX_NAMED + 1).map(quoted);
  const isWhole = names.length <= MAX_NAMED && names.every((name) => name !== undefined);
  return ["parallel-tasks restore", plan, ...(isWhole ? names : []), `--task ${task}`].join(" ");
}

function quoted(path: string): string | undefined {
  if (PLAIN.test(path)) return path;
  return QUOTABLE.test(path) && cleanText(path, NAME_LIMIT) === path ? `'${path}'` : undefined;
}
