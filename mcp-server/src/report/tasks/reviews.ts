import { type Attempt, type EndedAttempt, isAttempt, type ReviewVerdict } from "../../graph/attempt.ts";
import type { PlanState } from "../../graph/plan-state.ts";
import { purposeOf } from "../../graph/purpose.ts";
import { plainSubject, type Task, type TaskId, type TaskStatus } from "../../graph/task.ts";
import { firstAcceptances, taskReports } from "./task-reports.ts";

/** One review of a work. */
export interface ReviewRound {
  readonly round: number;
  readonly review: TaskId;
  readonly status: TaskStatus;
  /** Absent: none was given yet, or the review failed. */
  readonly verdict?: ReviewVerdict;
  readonly summary?: string;
  /** Number of findings. */
  readonly findings: number;
  /** Agent types of those who tried it, the last of which gave the verdict. */
  readonly by: readonly string[];
  /** The task that fixes what was found. */
  readonly fix?: { readonly task: TaskId; readonly status: TaskStatus; readonly summary?: string };
}

/** What became of the reviews of one task, or of the plan as a whole. */
export interface ReviewedWork {
  /** Absent: the plan as a whole. */
  readonly task?: TaskId;
  /** `waits for a person`: rejected in the last review, or nobody could give a verdict or fix it. */
  readonly state: "accepted" | "under review" | "waits for a person";
  readonly rounds: readonly ReviewRound[];
}

/** What a review came to that is a task of the breakdown, and no review of the server. */
export interface ReviewerVerdict {
  readonly task: TaskId;
  readonly subject: string;
  readonly agentType: string;
  readonly verdict: ReviewVerdict;
  readonly summary: string;
  /** Number of findings. */
  readonly findings: number;
  /** Of a rejection, the first review that was told of it and accepted. */
  readonly acceptedBy?: TaskId;
}

/** A command that failed beside other writers, and what came of running it when nobody wrote. */
export interface CommandRunAgain {
  readonly command: string;
  /** The tasks of which it is said. */
  readonly of: readonly TaskId[];
  readonly verification: TaskId;
  /** Absent: it was not run again yet. */
  readonly exitCode?: number;
}

/** All reviewed works, in the order in which their first reviews came in. */
export function reviewedWorks(state: PlanState): ReviewedWork[] {
  const rounds = new Map<TaskId | undefined, ReviewRound[]>();
  for (const task of state.tasks) {
    const purpose = purposeOf(task);
    if (purpose?.kind !== "review") continue;
    const fix = state.tasks.find((other) => {
      const step = purposeOf(other);
      return step?.kind === "fix" && other.dependencies.includes(task.id);
    });
    rounds.set(purpose.of, [...(rounds.get(purpose.of) ?? []), roundOf(state, task, purpose.round, fix)]);
  }
  return [...rounds].map(([task, own]) => ({
    ...(task !== undefined && { task }),
    state: stateOf(own),
    rounds: own,
  }));
}

/** The verdicts of reviewers' own tasks, in order of position and attempts. */
export function reviewerVerdicts(state: PlanState): ReviewerVerdict[] {
  const reports = taskReports(state);
  const acceptanceOf = firstAcceptances(reports, state.tasks);
  return reports.flatMap((reported): ReviewerVerdict[] => {
    const { task, attempt, report } = reported;
    if (report.verdict === undefined || purposeOf(task)?.kind === "review") return [];
    const first = acceptanceOf(reported);
    return [
      {
        task: task.id,
        subject: plainSubject(task, state.plan.slug),
        agentType: attempt.agentType,
        verdict: report.verdict,
        summary: report.summary,
        findings: report.findings.length,
        ...(first && { acceptedBy: first.task.id }),
      },
    ];
  });
}

/** Every command that was to be run again, in order. */
export function commandsRunAgain(state: PlanState): CommandRunAgain[] {
  return state.tasks.flatMap((task) => {
    const purpose = purposeOf(task);
    if (purpose?.kind !== "verify") return [];
    const evidence = lastEnded(state, task)?.report?.evidence ?? [];
    return task.acceptance.flatMap(({ command }) => {
      if (command === undefined) return [];
      const ran = evidence.find((item) => "command" in item && item.command.trim() === command.trim());
      return [
        {
          command,
          of: purpose.of,
          verification: task.id,
          ...(ran && "exitCode" in ran && { exitCode: ran.exitCode }),
        },
      ];
    });
  });
}

function roundOf(state: PlanState, task: Task, round: number, fix: Task | undefined): ReviewRound {
  const report = lastEnded(state, task)?.report;
  const fixed = fix && lastEnded(state, fix)?.report?.summary;
  return {
    round,
    review: task.id,
    status: task.status,
    ...(report?.verdict && { verdict: report.verdict }),
    ...(report && { summary: report.summary }),
    findings: report?.findings.length ?? 0,
    by: attemptsAt(state, task).map(({ agentType }) => agentType),
    ...(fix && { fix: { task: fix.id, status: fix.status, ...(fixed && { summary: fixed }) } }),
  };
}

function stateOf(rounds: readonly ReviewRound[]): ReviewedWork["state"] {
  const last = rounds.at(-1);
  if (last?.status === "completed" && last.verdict === "accepted") return "accepted";
  const steps = [last?.status, last?.fix?.status];
  return steps.includes("failed") || steps.includes("cancelled") ? "waits for a person" : "under review";
}

function attemptsAt({ claims }: PlanState, { id }: Task): Attempt[] {
  return claims.filter((claim): claim is Attempt => claim.task === id && isAttempt(claim));
}

function lastEnded(state: PlanState, task: Task): EndedAttempt | undefined {
  return attemptsAt(state, task).findLast((attempt): attempt is EndedAttempt => attempt.state === "ended");
}
