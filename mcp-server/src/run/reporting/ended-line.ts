import type { EndedAttempt } from "../../graph/attempt.ts";
import { taskName } from "../../graph/task.ts";
import { mayJudge } from "../../policy/review.ts";
import { withVerdict } from "../../report/render/markdown/verdict-text.ts";
import { cleanText } from "../../text/sanitize.ts";
import { foreignLine } from "../../text/untrusted-text.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";

/** Findings that are shown, and how much of each. */
const MAX_FINDINGS = 10;
const MAX_FINDING = 1_000;
/** At most this much of a summary stands in the line of a task that went wrong. */
const MAX_LINE = 160;

/** What is told of an attempt that has ended. */
export interface Ended {
  readonly task: string;
  readonly outcome: string;
  /** What went wrong, or the verdict of a review; the report tells what a task did that went well. */
  readonly line?: string;
  /** What a review that binds nobody found that is critical or high: the caller has to judge it. */
  readonly findings?: readonly string[];
}

export function endedLine(loaded: LoadedPlan, attempt: EndedAttempt): Ended {
  const text = attempt.report?.summary ?? attempt.lastMessage ?? attempt.cause ?? "";
  const verdict = attempt.report?.verdict;
  const isGood = attempt.outcome === "completed" && verdict !== "rejected";
  const line = isGood
    ? verdict
    : cleanText(verdict === undefined ? text : withVerdict(verdict, text), MAX_LINE);
  const findings = findingsToJudge(loaded, attempt);
  return {
    task: attempt.task,
    outcome: attempt.outcome,
    ...(line !== undefined && { line }),
    ...(findings.length > 0 && { findings }),
  };
}

/** A review of the server's own binds: what it rejects is fixed without anybody's judgement. */
function findingsToJudge({ graph, stored }: LoadedPlan, { task: id, report }: EndedAttempt): string[] {
  const task = graph.tasks.get(id);
  if (!report || !task || task.origin === "server" || !mayJudge(task)) return [];
  const severe = report.findings.filter(({ severity }) => severity === "critical" || severity === "high");
  const shown = severe.slice(0, MAX_FINDINGS).map(({ severity, file, text }) => {
    return foreignLine(`${severity}${file === undefined ? "" : ` ${file}`}: ${text}`, MAX_FINDING);
  });
  const more = severe.length - shown.length;
  return more > 0 ? [...shown, `and ${more} more: task_get ${taskName(stored.slug, id)}`] : shown;
}
