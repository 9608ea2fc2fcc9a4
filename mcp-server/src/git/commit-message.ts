import type { Attempt, Report } from "../graph/attempt.ts";
import { type PlanSlug, plainSubject, type Task, taskName } from "../graph/task.ts";
import { cleanLines, cleanText } from "../text/sanitize.ts";
import { git } from "./git.ts";

/** Longer first lines are cut off by most tools that show them. */
const MAX_FIRST_LINE = 72;

/** What a branch is asked for: whether it holds the work of an attempt. */
const TRAILER = "Parallel-Attempt";

/** Longer ids of tasks are cut off: the attempt's number alone is unique. */
const MAX_NAME = 200;

/** The message of the commit that holds a task's work. Its last paragraph names the attempt, for `attemptsOn`. */
export function commitMessage(
  plan: PlanSlug,
  task: Task,
  attempt: Pick<Attempt, "id" | "number">,
  report: Pick<Report, "outcome" | "summary">,
): string {
  const subject = oneLine(`${taskName(plan, task.id)}: ${plainSubject(task, plan)}`);
  const unfinished = report.outcome === "completed" ? "" : ` (${report.outcome}, not merged)`;
  return `${subject}\n\n${cleanLines(report.summary).trim()}\n\nAttempt ${attempt.number}${unfinished}\n\n${TRAILER}: ${attemptName(plan, task, attempt)}\n`;
}

/** `<plan>/<task>#<attempt>`, as the trailer of a commit names an attempt. */
export function attemptName(plan: PlanSlug, task: Task, attempt: Pick<Attempt, "id">): string {
  return `${cleanText(taskName(plan, task.id), MAX_NAME)}#${attempt.id}`;
}

/**
 * The attempts that a branch says it holds, each with the commit that says so: the newest where there are several.
 * Only commits on the branch's first-parent line are asked. They are all made by this program, while what an agent
 * commits itself may say anything.
 * @param base a commit before which none of them can be; absent: the whole line is asked.
 * @throws GitFailed
 */
export async function attemptsOn(
  root: string,
  tip: string,
  base: string | undefined,
): Promise<ReadonlyMap<string, string>> {
  const range = base === undefined ? [tip] : [tip, `^${base}`];
  const format = `--format=%H %(trailers:key=${TRAILER},valueonly,separator=%x00)`;
  const found = new Map<string, string>();
  for (const line of (await git(root, ["log", "--first-parent", format, ...range])).split("\n")) {
    const [commit = ""] = line.split(" ", 1);
    for (const name of line.slice(commit.length + 1).split("\0")) {
      if (name !== "" && !found.has(name)) found.set(name, commit);
    }
  }
  return found;
}

/** The message of the one commit that holds the work of a whole plan. */
export function planCommitMessage(plan: PlanSlug, title: string, tasks: readonly Task[]): string {
  const lines = tasks.map((task) => `- ${task.id}: ${oneLine(plainSubject(task, plan))}`);
  return `${oneLine(`${plan}: ${title}`)}\n\n${lines.join("\n")}\n`;
}

function oneLine(text: string): string {
  return cleanText(text, MAX_FIRST_LINE);
}
