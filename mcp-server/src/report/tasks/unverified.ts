import type { Evidence } from "../../graph/attempt.ts";
import type { AcceptanceCriterion, Task, TaskId } from "../../graph/task.ts";
import { type CommandEvidence, NO_TEST } from "../../policy/evidence-text.ts";
import { codeSpan } from "../../text/inline-code.ts";
import { normaliseText } from "../../text/normalise.ts";
import type { CommandRunAgain } from "./reviews.ts";
import type { TaskResult } from "./task-result.ts";

/** Something about a completed task that nobody has proved. */
export interface Unverified {
  readonly task: TaskId;
  /** Absent: the task as a whole. */
  readonly criterion?: string;
  readonly why: string;
}

/** What a completed task claims without proof. Tasks that did not complete claim nothing. */
export function unverifiedOf(
  task: Task,
  result: TaskResult,
  runAgain: readonly CommandRunAgain[],
): Unverified[] {
  if (result.status !== "completed" || result.attempts.length === 0) return [];
  // A rejection proves no criterion and claims none: what fixes it is judged anew.
  if (result.verdict === "rejected") return [];
  if (result.unstructured) {
    return [{ task: task.id, why: "no report: the agent's last message was taken as it was" }];
  }
  if (result.evidence.length === 0 && task.acceptance.length === 0) {
    return [{ task: task.id, why: "reported as completed without evidence" }];
  }
  const doubtful = result.evidence.flatMap((evidence) =>
    doubtsAbout(evidence, task, runAgain).map((why) => ({
      task: task.id,
      ...(evidence.criterion && { criterion: evidence.criterion }),
      why,
    })),
  );
  const covered = new Set(
    result.evidence.flatMap((evidence) => [
      normaliseText(evidence.criterion ?? ""),
      ...("command" in evidence ? [normaliseText(evidence.command)] : []),
    ]),
  );
  const uncovered = task.acceptance
    .filter(({ criterion, command }) => ![criterion, command].some((text) => covers(covered, text)))
    .map(({ criterion }) => ({ task: task.id, criterion, why: "no evidence was given" }));
  return [...doubtful, ...uncovered];
}

/**
 * Whether the accepted report gave evidence for a criterion and leaves no doubt about it. A rejection, and an agent's
 * last message that nobody checked, prove none.
 */
export function isProven(
  { criterion, command }: AcceptanceCriterion,
  result: TaskResult,
  runAgain: readonly CommandRunAgain[],
): boolean {
  if (result.status !== "completed" || result.verdict === "rejected") return false;
  const about = result.evidence.filter((item) => {
    const named = new Set([normaliseText(item.criterion ?? "")]);
    if ("command" in item) named.add(normaliseText(item.command));
    return covers(named, criterion) || covers(named, command);
  });
  const proving = { id: result.task };
  return about.length > 0 && about.every((item) => doubtsAbout(item, proving, runAgain).length === 0);
}

/** Why a piece of evidence proves nothing; none if it does. */
function doubtsAbout(
  evidence: Evidence,
  task: Pick<Task, "id">,
  runAgain: readonly CommandRunAgain[],
): string[] {
  if ("notVerified" in evidence) return [evidence.notVerified];
  if (!("command" in evidence)) return [];
  const { command, exitCode } = evidence;
  const said = (code: number) => `${codeSpan(command)} ended with exit code ${code}`;
  const again = runAgain.findLast((run) => run.of.includes(task.id) && run.command.trim() === command.trim());
  if (again?.exitCode === 0) return [];
  if (again?.exitCode !== undefined) {
    const also = exitCode === 0 ? "" : "also ";
    return [`${said(again.exitCode)} ${also}when nobody wrote (${again.verification})`];
  }
  if (exitCode === 0) return doubtsAboutSuccess(evidence);
  return [
    again
      ? `${said(exitCode)} while others were writing, and was not run again yet (${again.verification})`
      : said(exitCode),
  ];
}

/** Where nobody could look, an agent's word is taken. */
function doubtsAboutSuccess({ command, standing, seen }: CommandEvidence): string[] {
  const proves = seen === undefined || (standing === "seen" && seen !== NO_TEST);
  return proves ? [] : [`${codeSpan(command)} is ${standing}: ${seen}`];
}

function covers(covered: ReadonlySet<string>, text: string | undefined): boolean {
  return text !== undefined && covered.has(normaliseText(text));
}
