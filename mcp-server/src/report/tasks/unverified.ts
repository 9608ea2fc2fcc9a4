import type { Task, TaskId } from "../../graph/task.ts";
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
  const doubtful = result.evidence.flatMap((evidence): Unverified[] => {
    const about = { task: task.id, ...(evidence.criterion && { criterion: evidence.criterion }) };
    if ("notVerified" in evidence) return [{ ...about, why: evidence.notVerified }];
    if ("command" in evidence && evidence.exitCode !== 0) {
      return doubtAbout(evidence.command, evidence.exitCode, task, runAgain).map((why) => ({
        ...about,
        why,
      }));
    }
    return [];
  });
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

/** Why a command that failed proves nothing; nothing to say where it succeeded when it was run again. */
function doubtAbout(
  command: string,
  exitCode: number,
  { id }: Task,
  runAgain: readonly CommandRunAgain[],
): string[] {
  const again = runAgain.findLast((run) => run.of.includes(id) && run.command.trim() === command.trim());
  const said = `${codeSpan(command)} ended with exit code ${exitCode}`;
  if (!again) return [said];
  if (again.exitCode === undefined) {
    return [`${said} while others were writing, and was not run again yet (${again.verification})`];
  }
  return again.exitCode === 0
    ? []
    : [
        `${codeSpan(command)} ended with exit code ${again.exitCode} also when nobody wrote (${again.verification})`,
      ];
}

function covers(covered: ReadonlySet<string>, text: string | undefined): boolean {
  return text !== undefined && covered.has(normaliseText(text));
}
