import type { EndedAttempt, Finding, Report } from "../../graph/attempt.ts";
import type { PlanState } from "../../graph/plan-state.ts";
import type { Task, TaskId } from "../../graph/task.ts";
import { judgesAgain, mayJudge } from "../../policy/review.ts";

/** A finding as one attempt reported it. */
export interface AttemptFinding {
  readonly task: TaskId;
  readonly finding: Finding;
  readonly atMs: number;
  /** The review that accepted the work after this was found and knew of it: it is fixed. */
  readonly accepted?: AcceptingReview;
}

/** A review that accepted what another had rejected. */
export interface AcceptingReview {
  readonly by: TaskId;
  readonly atMs: number;
}

/** A report with the attempt and the task that it is of. */
interface Reported {
  readonly task: Task;
  readonly attempt: EndedAttempt;
  readonly report: Report;
}

/** A report, and what accepted the work that it rejects. */
interface JudgedReport extends Reported {
  readonly accepted?: AcceptingReview;
}

/**
 * The findings of all reports, in order of their tasks' positions and attempts. Those of a rejection are fixed when a
 * review that was told of them accepted the work later.
 */
export function reportedFindings({ tasks, claims }: Pick<PlanState, "tasks" | "claims">): AttemptFinding[] {
  return judgedReports({ tasks, claims }).flatMap(({ task, attempt, report, accepted }) =>
    report.findings.map((finding) => ({
      task: task.id,
      finding,
      atMs: attempt.endedAtMs,
      ...(accepted && { accepted }),
    })),
  );
}

/** The reports that give a verdict, in the order of their tasks. */
export function reviewsWithVerdict(state: Pick<PlanState, "tasks" | "claims">): JudgedReport[] {
  return judgedReports(state).filter(({ task, report }) => report.verdict !== undefined && mayJudge(task));
}

/** Whether a review rejected what no later one has accepted. */
export function isRejected({ report, accepted }: JudgedReport): boolean {
  return report.verdict === "rejected" && accepted === undefined;
}

function judgedReports({ tasks, claims }: Pick<PlanState, "tasks" | "claims">): JudgedReport[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const reports = reportsOf(byId, claims);
  const acceptances = reports.filter(({ task, report }) => report.verdict === "accepted" && mayJudge(task));
  return reports.map((reported) => {
    const isRejection = reported.report.verdict === "rejected";
    const accepted = isRejection ? acceptanceOf(reported, acceptances, byId) : undefined;
    return { ...reported, ...(accepted && { accepted }) };
  });
}

function reportsOf(tasks: ReadonlyMap<TaskId, Task>, claims: PlanState["claims"]): Reported[] {
  const reports = claims.flatMap((attempt): Reported[] => {
    const task = tasks.get(attempt.task);
    return task && attempt.state === "ended" && attempt.report
      ? [{ task, attempt, report: attempt.report }]
      : [];
  });
  return reports.sort(
    (a, b) => a.task.position - b.task.position || a.attempt.startedAtMs - b.attempt.startedAtMs,
  );
}

/** The last review that accepted what was rejected. */
function acceptanceOf(
  { task, attempt }: Reported,
  acceptances: readonly Reported[],
  tasks: ReadonlyMap<TaskId, Task>,
): AcceptingReview | undefined {
  const later = acceptances.filter(
    (other) => other.attempt.endedAtMs > attempt.endedAtMs && judgesAgain(other.task, task, tasks),
  );
  const last = later.reduce<Reported | undefined>(
    (a, b) => (a && a.attempt.endedAtMs >= b.attempt.endedAtMs ? a : b),
    undefined,
  );
  return last && { by: last.task.id, atMs: last.attempt.endedAtMs };
}
