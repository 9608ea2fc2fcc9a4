import type { Report } from "../graph/attempt.ts";
import { type PlanSlug, plainSubject, type Task, taskName } from "../graph/task.ts";
import { cleanLines, cleanText } from "../text/sanitize.ts";

/** Longer first lines are cut off by most tools that show them. */
const MAX_FIRST_LINE = 72;

/** The message of the commit that holds a task's work. */
export function commitMessage(plan: PlanSlug, task: Task, attempt: number, report: Report): string {
  const subject = oneLine(`${taskName(plan, task.id)}: ${plainSubject(task, plan)}`);
  const unfinished = report.outcome === "completed" ? "" : ` (${report.outcome}, not merged)`;
  return `${subject}\n\n${cleanLines(report.summary).trim()}\n\nAttempt ${attempt}${unfinished}\n`;
}

/** The message of the one commit that holds the work of a whole plan. */
export function planCommitMessage(plan: PlanSlug, title: string, tasks: readonly Task[]): string {
  const lines = tasks.map((task) => `- ${task.id}: ${oneLine(plainSubject(task, plan))}`);
  return `${oneLine(`${plan}: ${title}`)}\n\n${lines.join("\n")}\n`;
}

function oneLine(text: string): string {
  return cleanText(text, MAX_FIRST_LINE);
}
