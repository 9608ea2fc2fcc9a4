import type { Task, TaskId } from "../graph/task.ts";
import { normaliseText } from "./normalise.ts";
import type { TaskResult } from "./task-result.ts";

/** Something about a completed task that nobody has proved. */
export interface Unverified {
  readonly task: TaskId;
  /** Absent: the task as a whole. */
  readonly criterion?: string;
  readonly why: string;
}

/** What a completed task claims without proof. Tasks that did not complete claim nothing. */
export function unverifiedOf(task: Task, result: TaskResult): Unverified[] {
  if (result.status !== "completed" || result.attempts.length === 0) return [];
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
      return [{ ...about, why: `\`${evidence.command}\` ended with exit code ${evidence.exitCode}` }];
    }
    return [];
  });
  const covered = new Set(
    result.evidence.flatMap((evidence) => [
      normaliseText(evidence.criterion ?? ""),
      ...("command" in evidence ? [normaliseText(evidence.command)] : []),
    ]),
  );
  // An agent names a criterion by its text or by its number in the brief.
  const uncovered = task.acceptance
    .filter(
      ({ criterion, command }, i) => ![criterion, command, `${i + 1}`].some((text) => covers(covered, text)),
    )
    .map(({ criterion }) => ({ task: task.id, criterion, why: "no evidence was given" }));
  return [...doubtful, ...uncovered];
}

function covers(covered: ReadonlySet<string>, text: string | undefined): boolean {
  return text !== undefined && covered.has(normaliseText(text));
}
