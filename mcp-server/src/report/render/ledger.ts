import { newTokens } from "../../graph/usage.ts";
import { formatCount, formatDay, formatDuration, plural } from "../../text/format.ts";
import { escapeProse } from "../../text/inline-code.ts";
import { escapeMarkdown, FINDING_LIMIT, NAME_LIMIT } from "../../text/sanitize.ts";
import type { RunReport } from "../aggregate.ts";
import type { Verdict } from "../figures/verdict.ts";
import { fileKind } from "../files/file-kind.ts";
import type { MergedFinding } from "../tasks/merged-findings.ts";
import type { SessionResult } from "../tasks/session-result.ts";
import type { TaskResult } from "../tasks/task-result.ts";
import { verdictText } from "./markdown/verdict-text.ts";

const STATUS: Readonly<Record<Verdict, string>> = {
  completed: "Complete",
  "completed with failures": "Complete with failures",
  incomplete: "Incomplete",
  stopped: "Stopped",
  running: "In progress",
};
const NONE = "_(None)_";

/**
 * The ledger `04-implementation.md`, from the graph alone: the same graph gives the same file, so that
 * writing it again changes nothing.
 */
export function renderLedger(report: RunReport): string {
  const { plan } = report;
  const byId = new Map(report.tasks.map((task) => [task.task, task]));
  const tasksOf = (ids: readonly string[]) => ids.flatMap((id) => byId.get(id as TaskResult["task"]) ?? []);
  const newestFirst = [...report.sessions].reverse();
  const blocks = [
    `# Implementation Summary: ${escapeMarkdown(plan.title, NAME_LIMIT)}`,
    [
      `**Created:** ${formatDay(plan.createdAtMs)}`,
      `**Last Updated:** ${formatDay(lastWorkAtMs(report))}`,
      `**Spec:** ${plan.spec ? escapeMarkdown(plan.spec, NAME_LIMIT) : NONE}`,
    ].join("\n"),
    "## Progress",
    [
      `**Status:** ${STATUS[report.verdict]}`,
      `**Tasks Completed:** ${report.groups.completed.length} / ${report.tasks.length}`,
    ].join("\n"),
    "## Tasks Completed",
    ...(newestFirst.length === 0 ? [NONE] : []),
    ...newestFirst.flatMap((session) => [
      sessionHeading(session),
      list(tasksOf(session.completed).map(completedLine)),
    ]),
    "## Files Modified/Created",
    ...filesBlocks(report),
    "## Known Issues",
    list(knownIssues(report)),
    ...remarksBlocks(report),
    "## Implementation Notes",
    ...(newestFirst.length === 0 ? [NONE] : []),
    ...newestFirst.flatMap((session) => [sessionHeading(session), list(sessionNotes(session, tasksOf))]),
  ];
  return `${blocks.join("\n\n")}\n`;
}

/** When an agent last started or ended: an event that changes no line of the ledger must not change its date. */
function lastWorkAtMs({ plan, tasks }: RunReport): number {
  const times = tasks.flatMap(({ attempts }) =>
    attempts.map(({ outcome, startedAtMs, durationMs }) =>
      outcome === "running" ? startedAtMs : startedAtMs + durationMs,
    ),
  );
  return times.reduce((latest, ms) => Math.max(latest, ms), plan.createdAtMs);
}

function sessionHeading({ number, startedAtMs }: SessionResult): string {
  return `### Session ${number} - ${formatDay(startedAtMs)}`;
}

function completedLine({ task, subject, summary, verdict }: TaskResult): string {
  const what = `Task ${escapeMarkdown(task, NAME_LIMIT)}: ${escapeMarkdown(subject, NAME_LIMIT)}`;
  if (!summary) return what;
  return `${what}. ${verdict === undefined ? escapeProse(summary) : verdictText(verdict, summary)}`;
}

function filesBlocks({ tasks, ignoredFiles = [] }: RunReport): string[] {
  const ignored = new Set(ignoredFiles);
  const all = new Set(tasks.flatMap((task) => task.filesChanged));
  const seen = new Set(
    tasks.flatMap((task) => task.filesChanged.filter((path) => !task.notSeen.includes(path))),
  );
  const files = [...all].filter((path) => !ignored.has(path)).sort();
  const of = (kind: ReturnType<typeof fileKind>) => files.filter((path) => fileKind(path) === kind);
  const named = (path: string) =>
    `${escapeMarkdown(path, NAME_LIMIT)}${seen.has(path) || ignored.has(path) ? "" : " (reported, not seen)"}`;
  const listed = (some: readonly string[]) => list(some.map(named));
  return [
    "**Source files:**",
    listed(of("source")),
    "**Test files:**",
    listed(of("test")),
    ...(of("other").length === 0 ? [] : ["**Other files:**", listed(of("other"))]),
    ...(ignoredFiles.length === 0 ? [] : ["**Ignored by git:**", listed(ignoredFiles)]),
  ];
}

function knownIssues({ tasks, groups, findings, unverified, gitMoves = [] }: RunReport): string[] {
  // Of a plan that has not begun, nothing is an issue yet.
  const hasBegun = tasks.some(({ attempts }) => attempts.length > 0);
  const notDone = tasks.filter(({ status }) => status === "failed" || (status === "pending" && hasBegun));
  return [
    ...notDone.map(({ task, subject, status, reason, summary }) => {
      const what = status === "failed" ? "failed" : groups.toCome.includes(task) ? "to come" : "not run";
      const why = (status === "failed" ? (summary ?? reason) : (reason ?? summary)) ?? "no reason was given";
      return `Task ${escapeMarkdown(task, NAME_LIMIT)} (${escapeMarkdown(subject, NAME_LIMIT)}) ${what}: ${escapeProse(why)}`;
    }),
    ...findings
      .filter(({ severity, acceptedBy }) => severity !== "info" && acceptedBy === undefined)
      .map((finding) => {
        const { severity, file, text } = finding;
        const where = file ? ` in ${escapeMarkdown(file, NAME_LIMIT)}` : "";
        return `${severity}${where}: ${escapeProse(text, FINDING_LIMIT)} (found by ${findersOf(finding)})`;
      }),
    ...unverified.map(({ task, criterion, why }) => {
      const what = criterion ? `${escapeProse(criterion)}: ` : "";
      return `Task ${escapeMarkdown(task, NAME_LIMIT)} not verified: ${what}${escapeProse(why)}`;
    }),
    ...gitMoves.map((text) => `In git, ${escapeProse(text)}`),
  ];
}

/** Nothing that asks for a change, but somebody should know it: what nobody could try often stands only there. */
function remarksBlocks({ findings }: RunReport): string[] {
  const remarks = findings.filter(({ severity }) => severity === "info");
  if (remarks.length === 0) return [];
  const lines = remarks.map((finding) => {
    const where = finding.file ? `${escapeMarkdown(finding.file, NAME_LIMIT)}: ` : "";
    return `${where}${escapeProse(finding.text)} (found by ${findersOf(finding)})`;
  });
  return ["**Remarks:**", list(lines)];
}

function findersOf({ foundBy }: MergedFinding): string {
  return foundBy.map((task) => escapeMarkdown(task, NAME_LIMIT)).join(", ");
}

function sessionNotes(
  session: SessionResult,
  tasksOf: (ids: readonly string[]) => readonly TaskResult[],
): string[] {
  const completed = tasksOf(session.completed);
  const notCompleted = tasksOf(session.notCompleted);
  const numbers = [
    `${plural(session.attempts, "attempt")}, ${plural(completed.length, "task")} completed`,
    ...(notCompleted.length > 0
      ? [`not completed: ${notCompleted.map(({ task }) => escapeMarkdown(task, NAME_LIMIT)).join(", ")}`]
      : []),
  ];
  const troubles = [...completed, ...notCompleted].flatMap(({ task, attempts }) =>
    attempts
      .filter((attempt) => attempt.session === session.session)
      .filter(({ outcome }) => !["completed", "running", "delivering"].includes(outcome))
      .map(({ number, outcome, durationMs, cause }) => {
        const why = cause ? `: ${escapeProse(cause)}` : "";
        return `Task ${escapeMarkdown(task, NAME_LIMIT)}, attempt ${number} ${outcome} after ${formatDuration(durationMs)}${why}`;
      }),
  );
  const notes = completed.flatMap(({ task, notes: texts }) =>
    texts.map((text) => `Task ${escapeMarkdown(task, NAME_LIMIT)}: ${escapeProse(text)}`),
  );
  return [numbers.join("; "), ...tokensOf(session), ...troubles, ...notes];
}

/** Only what was measured. */
function tokensOf({ agentsUsage, mainUsage, mainUsageBefore }: SessionResult): string[] {
  const parts = [
    ...(agentsUsage ? [`${formatCount(newTokens(agentsUsage))} by its agents`] : []),
    ...(mainUsage
      ? [`${formatCount(newTokens(mainUsage))} by its main conversation from its first claim to the report`]
      : []),
    ...(mainUsageBefore ? [`${formatCount(newTokens(mainUsageBefore))} by that before`] : []),
  ];
  return parts.length === 0 ? [] : [`Tokens without cache reads: ${parts.join(", ")}`];
}

function list(lines: readonly string[]): string {
  return lines.length === 0 ? NONE : lines.map((line) => `- ${line}`).join("\n");
}
