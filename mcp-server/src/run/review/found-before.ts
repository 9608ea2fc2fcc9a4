import { type Task, taskName } from "../../graph/task.ts";
import { judgesAgain, mayJudge } from "../../policy/review.ts";
import { reportedFindings } from "../../report/tasks/reported-findings.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { reportsOf, whatWasFound } from "./review-texts.ts";

/** So many reports of earlier reviews are quoted, the newest. */
const MAX_QUOTED = 10;
/** So much of each, in characters. */
const MAX_QUOTATION = 10_000;

/**
 * What earlier reviews found and nobody has accepted as fixed, for whoever judges it again; one text for each report.
 * An acceptance counts for all of it, so a reviewer has to know it.
 */
export function foundBefore(loaded: LoadedPlan, review: Task): string[] {
  if (!mayJudge(review)) return [];
  const { tasks, claims } = loaded.graph;
  const open = new Set(
    reportedFindings({ tasks: [...tasks.values()], claims }).flatMap(({ accepted, finding }) =>
      accepted ? [] : [finding],
    ),
  );
  const found = [...tasks.values()]
    .filter((task) => judgesAgain(review, task, tasks))
    .flatMap((task) => {
      const name = taskName(loaded.stored.slug, task.id);
      return reportsOf(loaded, task)
        .map((report) => ({ ...report, findings: report.findings.filter((finding) => open.has(finding)) }))
        .filter(({ findings }) => findings.length > 0)
        .map((report) => {
          const quoted = whatWasFound(loaded, task, report, MAX_QUOTATION);
          return { name, text: `- ${name} (${report.verdict ?? "no verdict"}):\n${quoted}` };
        });
    });
  const older = [...new Set(found.slice(0, -MAX_QUOTED).map(({ name }) => name))];
  return [
    ...(older.length > 0 ? [`- Read with task_get what these found: ${older.join(", ")}`] : []),
    ...found.slice(-MAX_QUOTED).map(({ text }) => text),
  ];
}
