import { type EndedAttempt, type Evidence, type Report, SEVERITIES } from "../../graph/attempt.ts";
import { withCriterionText } from "../../graph/criterion.ts";
import { specificationPath } from "../../graph/plan.ts";
import { plainSubject, type Task, type TaskDefinition, taskName } from "../../graph/task.ts";
import { standingText } from "../../policy/evidence-text.ts";
import type { FilesOfTask } from "../../report/files/files-of-tasks.ts";
import { quotation } from "../../text/untrusted-text.ts";
import { filesLine } from "../plan/files-of-tasks.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";

/** So much of a description, a report or a finding stands in the text of a server's task. */
export const MAX_TEXT = 4_000;

/** Pieces of evidence, findings or tasks that are named one by one. */
export const MAX_NAMED = 40;

const MAX_SUBJECT = 120;

/** A task whose description was read. */
export type DescribedTask = Task & Pick<TaskDefinition, "description">;

/** What a review is about. */
export interface Reviewed {
  /** The reviewed task; absent: the whole plan. */
  readonly of?: DescribedTask;
  /** Tasks whose work is judged: the reviewed one and what fixed it, in order. */
  readonly work: readonly Task[];
}

export function nameOf({ of }: Reviewed): string {
  return of?.id ?? "plan";
}

/** Whether the work lies on the plan's branch, where no dependency says so. */
export function isApart({ graph }: LoadedPlan, { of }: Reviewed): boolean {
  return of === undefined && graph.claims.some(({ isolation }) => isolation === "worktree");
}

/** What a review or its fix task is called by: the task, or the plan. */
export function shortName({ stored }: LoadedPlan, of: Task | undefined): string {
  if (of === undefined) return `the plan: ${short(stored.title)}`;
  return `${of.id}: ${short(plainSubject(of, stored.slug))}`;
}

function short(text: string): string {
  return text.replace(/\s+/g, " ").slice(0, MAX_SUBJECT);
}

export function whatWasAsked({ stored }: LoadedPlan, { of, work }: Reviewed): string {
  if (of) {
    return `The task was ${taskName(stored.slug, of.id)}:\n${quotation(`${of.subject}\n\n${of.description}`, MAX_TEXT)}`;
  }
  const spec = specificationPath(stored.source, stored.document.spec);
  const names = work
    .slice(0, MAX_NAMED)
    .map((task) => `${task.id} ${short(plainSubject(task, stored.slug))}`);
  const more = work.length - names.length;
  return [
    `The plan had these tasks:\n${quotation([...names, ...(more > 0 ? [`and ${more} more`] : [])].join("\n"))}`,
    ...(spec === undefined
      ? []
      : [
          `Compare the code as it is now with its specification, requirement by requirement: findings are what is missing, what differs, what nobody asked for, and what a document written by the plan says and the code does not do.\n${quotation(spec, MAX_SUBJECT)}`,
        ]),
  ].join("\n\n");
}

export function whatWasReported(loaded: LoadedPlan, task: Task, filesOf: FilesOfTask): string {
  const last = endedAttempts(loaded, task).at(-1);
  const text = last?.report
    ? [last.report.summary, ...proofsIn(last.report, task)]
    : [last?.lastMessage ?? "nothing"];
  text.push(filesLine(filesOf(task.id), last?.report));
  return `${taskName(loaded.stored.slug, task.id)}:\n${quotation(text.filter(Boolean).join("\n"), MAX_TEXT)}`;
}

function proofsIn({ evidence }: Report, { acceptance }: Task): string[] {
  return evidence.slice(0, MAX_NAMED).map((item) => proof(withCriterionText(item, acceptance)));
}

function proof(item: Evidence): string {
  const about = item.criterion === undefined ? "" : `${item.criterion}: `;
  if ("notVerified" in item) return `Not verified: ${about}${item.notVerified}`;
  if ("inspected" in item) return `Inspected: ${about}${item.inspected}`;
  const standing = standingText(item);
  const worth = standing === "" ? "" : ` (${standing})`;
  return `Ran: ${about}${item.command} → exit code ${item.exitCode}${worth}. ${item.result}`;
}

/** What a review found, the worst first, as a quotation. @param limit in characters. */
export function whatWasFound({ stored }: LoadedPlan, { id }: Task, report: Report, limit?: number): string {
  const rank = ({ severity }: Report["findings"][number]) => SEVERITIES.indexOf(severity);
  const findings = [...report.findings].sort((a, b) => rank(a) - rank(b));
  const lines = findings.slice(0, MAX_NAMED).map(({ severity, file, text }) => {
    return `${severity}${file === undefined ? "" : ` ${file}`}: ${text.slice(0, MAX_TEXT)}`;
  });
  const more = findings.length - lines.length;
  return quotation(
    [
      report.summary,
      ...lines,
      ...(more > 0 ? [`and ${more} more: task_get ${taskName(stored.slug, id)}`] : []),
    ].join("\n"),
    limit,
  );
}

export function reportsOf(loaded: LoadedPlan, task: Task): Report[] {
  return endedAttempts(loaded, task).flatMap(({ report }) => report ?? []);
}

function endedAttempts({ graph }: LoadedPlan, { id }: Task): EndedAttempt[] {
  return graph.claimsOf(id).filter((claim): claim is EndedAttempt => claim.state === "ended");
}
