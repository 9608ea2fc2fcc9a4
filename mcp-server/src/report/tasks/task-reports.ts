import type { EndedAttempt, Report } from "../../graph/attempt.ts";
import type { PlanState } from "../../graph/plan-state.ts";
import type { Task, TaskId } from "../../graph/task.ts";
import { judgesAgain, mayJudge } from "../../policy/review.ts";

/** A report with the attempt and the task that it is of. */
export interface TaskReport {
  readonly task: Task;
  readonly attempt: EndedAttempt;
  readonly report: Report;
}

/** All reports, in order of their tasks' positions and attempts. */
export function taskReports({ tasks, claims }: Pick<PlanState, "tasks" | "claims">): TaskReport[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const reports = claims.flatMap((attempt): TaskReport[] => {
    const task = byId.get(attempt.task);
    return task && attempt.state === "ended" && attempt.report
      ? [{ task, attempt, report: attempt.report }]
      : [];
  });
  return reports.sort(
    (a, b) => a.task.position - b.task.position || a.attempt.startedAtMs - b.attempt.startedAtMs,
  );
}

/** @returns of a rejection, the first review that began when it was known, was told of it, and accepted the work. */
export function firstAcceptances(
  reports: readonly TaskReport[],
  tasks: readonly Task[],
): (rejection: TaskReport) => TaskReport | undefined {
  const byId: ReadonlyMap<TaskId, Task> = new Map(tasks.map((task) => [task.id, task]));
  const acceptances = reports
    .filter(({ task, report }) => report.verdict === "accepted" && mayJudge(task))
    .sort((a, b) => a.attempt.endedAtMs - b.attempt.endedAtMs);
  return ({ task, attempt, report }) =>
    report.verdict !== "rejected"
      ? undefined
      : acceptances.find(
          (other) => other.attempt.startedAtMs >= attempt.endedAtMs && judgesAgain(other.task, task, byId),
        );
}
