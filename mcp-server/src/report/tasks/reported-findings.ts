import type { Finding } from "../../graph/attempt.ts";
import type { PlanState } from "../../graph/plan-state.ts";
import type { TaskId } from "../../graph/task.ts";
import { firstAcceptances, taskReports } from "./task-reports.ts";

/** A finding as one attempt reported it. */
export interface AttemptFinding {
  readonly task: TaskId;
  readonly finding: Finding;
  readonly atMs: number;
  /** The first review that knew of this and accepted the work: it is fixed. */
  readonly accepted?: AcceptingReview;
}

/** A review that accepted what another had rejected. */
export interface AcceptingReview {
  readonly by: TaskId;
  readonly atMs: number;
}

/**
 * The findings of all reports, in order of their tasks' positions and attempts. Those of a rejection are fixed when a
 * review that was told of them accepted the work later.
 */
export function reportedFindings(state: Pick<PlanState, "tasks" | "claims">): AttemptFinding[] {
  const reports = taskReports(state);
  const acceptanceOf = firstAcceptances(reports, state.tasks);
  return reports.flatMap((reported) => {
    const first = acceptanceOf(reported);
    return reported.report.findings.map((finding) => ({
      task: reported.task.id,
      finding,
      atMs: reported.attempt.endedAtMs,
      ...(first && { accepted: { by: first.task.id, atMs: first.attempt.endedAtMs } }),
    }));
  });
}
