import type { Evidence } from "../../graph/attempt.ts";
import type { TaskId } from "../../graph/task.ts";
import { newTokens, type Usage } from "../../graph/usage.ts";
import {
  formatCount,
  formatDuration,
  formatFactor,
  formatMoment,
  formatPercent,
  plural,
} from "../../text/format.ts";
import { escapeMarkdown, FINDING_LIMIT, NAME_LIMIT } from "../../text/sanitize.ts";
import type { RunReport } from "../aggregate.ts";
import type { Chain } from "../figures/longest-chain.ts";
import type { EstimateFigures, RunFigures, TokenEstimateFigures } from "../figures/run-figures.ts";
import { shareLine } from "../figures/share-line.ts";
import type { UsageFigures } from "../figures/usage-figures.ts";
import type { Verdict } from "../figures/verdict.ts";
import type { ReviewRound } from "../reviews.ts";
import type { TaskResult } from "../task-result.ts";
import { renderTimeline } from "../timeline/timeline.ts";
import { MARKS } from "./status-mark.ts";

/** Fits a terminal of the usual width and a page of a code host. */
const TIMELINE_WIDTH = 96;
/** Per task; the JSON has them all. */
const SHOWN_EVIDENCE = 3;
/** Names of files or tasks of which the same holds; the JSON has them all. */
const SHOWN_NAMES = 10;
const VERDICT_MARKS: Readonly<Record<Verdict, string>> = {
  completed: "✓",
  "completed with failures": "✗",
  incomplete: "○",
  stopped: "✗",
  running: "▶",
};

/** The report for people: what happened, what needs them, what was found, how well it ran. */
export function renderMarkdown(report: RunReport): string {
  const { groups } = report;
  const byId = new Map(report.tasks.map((task) => [task.task, task]));
  const linesOf = (ids: readonly TaskId[], reason = "Reason") =>
    ids.flatMap((id) => byId.get(id) ?? []).flatMap((task) => taskLines(task, reason));
  const sections = [
    section("Waits for you", report.waitingForUser.map(waitingLine)),
    section(`Failed ${MARKS.failed}`, linesOf(groups.failed)),
    section(`Not run ${MARKS.pending}`, linesOf(groups.notRun)),
    section(`Running ${MARKS.in_progress}`, linesOf(groups.running)),
    section(`To come ${MARKS.pending}`, linesOf(groups.toCome, "State")),
    section(`Completed ${MARKS.completed}`, linesOf(groups.completed)),
    section(`Cancelled ${MARKS.cancelled}`, linesOf(groups.cancelled)),
    section("Reviews", reviewLines(report)),
    section("Findings", findingLines(report)),
    section(
      "Not verified",
      report.unverified.map(({ task, criterion, why }) => {
        const what = criterion ? `${escapeMarkdown(criterion)}: ` : "";
        return `- ${bold(task)} ${what}${escapeMarkdown(why)}`;
      }),
    ),
    section("Run again when nobody wrote", runAgainLines(report)),
    section("Files and scopes", fileLines(report)),
    section("Commits", commitLines(report)),
    section(
      "Discoveries",
      report.discoveries.map(({ task, text }) => `- ${bold(task)} ${escapeMarkdown(text)}`),
    ),
    section("Decisions taken", decisionLines(report)),
    measuredSection(report),
  ];
  const title = `# Parallel Execution Results: ${escapeMarkdown(report.plan.title, NAME_LIMIT)}`;
  const blocks = [title, statusLine(report), momentLine(report), ...sections.flatMap((block) => block ?? [])];
  return `${blocks.join("\n\n")}\n\n**${shareLine(report)}**\n`;
}

function section(heading: string, lines: readonly string[]): string | undefined {
  return lines.length === 0 ? undefined : `## ${heading}\n\n${lines.join("\n")}`;
}

/** How it ended, with the numbers of tasks. */
export function statusLine({ plan, verdict, groups, tasks }: RunReport): string {
  const counts = [
    `${groups.completed.length} of ${plural(tasks.length, "task")} completed`,
    ...(groups.failed.length > 0 ? [`${groups.failed.length} failed`] : []),
    ...(groups.running.length > 0 ? [`${groups.running.length} running`] : []),
    ...(groups.toCome.length > 0 ? [`${groups.toCome.length} to come`] : []),
    ...(groups.notRun.length > 0 ? [`${groups.notRun.length} not run`] : []),
    ...(groups.cancelled.length > 0 ? [`${groups.cancelled.length} cancelled`] : []),
  ].join(", ");
  const state =
    plan.status === "open"
      ? ""
      : ` The plan is ${plan.status}${plan.cause ? `: ${escapeMarkdown(plan.cause)}` : ""}.`;
  return `**Overall status: ${VERDICT_MARKS[verdict]} ${verdict}**: ${counts}.${state}`;
}

function momentLine({ atMs, endedAtMs }: RunReport): string {
  return endedAtMs === undefined ? `As of ${formatMoment(atMs)}.` : `Ended ${formatMoment(endedAtMs)}.`;
}

/** @param reason what the task's reason is called. */
function taskLines(task: TaskResult, reason: string): string[] {
  const facts = [
    ...roleOf(task),
    ...(task.durationMs === undefined ? [] : [formatDuration(task.durationMs)]),
    ...(task.usage ? [`${formatCount(newTokens(task.usage))} tokens`] : []),
    ...(task.attempts.length > 1 ? [plural(task.attempts.length, "attempt")] : []),
  ];
  const head = `- ${MARKS[task.status]} ${bold(task.task)} ${escapeMarkdown(task.subject, NAME_LIMIT)}`;
  return [
    facts.length > 0 ? `${head} (${facts.join(", ")})` : head,
    ...(task.reason ? [`  - ${reason}: ${escapeMarkdown(task.reason)}`] : []),
    ...(task.summary
      ? [`  - ${task.unstructured ? "Last message" : "Result"}: ${escapeMarkdown(task.summary)}`]
      : []),
    ...(task.evidence.length > 0 ? [`  - Evidence: ${evidenceOf(task.evidence)}`] : []),
    ...task.attempts.slice(0, -1).map(({ number, outcome, durationMs, cause }) => {
      const why = cause ? `: ${escapeMarkdown(cause)}` : "";
      return `  - Attempt ${number} ${outcome} after ${formatDuration(durationMs)}${why}`;
    }),
  ];
}

function roleOf({ attempts }: TaskResult): string[] {
  const agentType = attempts.at(-1)?.agentType;
  return agentType === undefined ? [] : [agentName(agentType)];
}

/** The plugin's own prefix tells the reader nothing. */
function agentName(agentType: string): string {
  return name(agentType.replace(/^parallel:/, ""));
}

function evidenceOf(evidence: readonly Evidence[]): string {
  const shown = evidence.slice(0, SHOWN_EVIDENCE).map((item) => escapeMarkdown(proofOf(item), NAME_LIMIT));
  const more = evidence.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join("; ");
}

function proofOf(item: Evidence): string {
  if ("notVerified" in item) return `not verified${item.criterion ? `: ${item.criterion}` : ""}`;
  if ("inspected" in item) return `inspected: ${item.inspected}`;
  const failed = item.exitCode === 0 ? "" : `exit code ${item.exitCode}, `;
  return `${item.command} → ${failed}${item.result}`;
}

/** A task that cannot go on without the user. */
export function waitingLine({
  task,
  kind,
  text,
  attempts,
  heldUp,
}: RunReport["waitingForUser"][number]): string {
  const what = {
    question: "asks",
    failed: `failed after ${plural(attempts, "attempt")}`,
    cancelled: "was cancelled",
  }[kind];
  const held =
    heldUp.length === 0 ? "" : ` (holds up ${heldUp.map((id) => escapeMarkdown(id, NAME_LIMIT)).join(", ")})`;
  return `- ${bold(task)} ${what}${held}: ${escapeMarkdown(text)}`;
}

function reviewLines({ reviews }: RunReport): string[] {
  return reviews.flatMap(({ task, state, rounds }) => {
    const mark = { accepted: "✓", "under review": "▶", "waits for a person": "✗" }[state];
    const how = state === "accepted" ? `accepted in review ${rounds.at(-1)?.round}` : state;
    const head = `- ${mark} ${task === undefined ? "**The plan as a whole**" : bold(task)}: ${how}`;
    return [head, ...rounds.map(roundLine)];
  });
}

function roundLine({ round, review, status, verdict, summary, findings, by, fix }: ReviewRound): string {
  const who = by.length === 0 ? "" : ` by ${some([...new Set(by)].map(agentName))}`;
  const what = verdict ?? (status === "failed" ? "**no verdict**" : status.replace("_", " "));
  const found = findings === 0 ? "" : `, ${plural(findings, "finding")}`;
  const said = summary === undefined ? "" : `: ${escapeMarkdown(summary)}`;
  const mended =
    fix === undefined
      ? ""
      : ` Fix: ${bold(fix.task)} (${fix.status.replace("_", " ")})${fix.summary === undefined ? "." : `: ${escapeMarkdown(fix.summary)}`}`;
  return `  - Review ${round} (${bold(review)}${who}): ${what}${found}${said}${mended}`;
}

function runAgainLines({ runAgain }: RunReport): string[] {
  return runAgain.map(({ command, of, verification, exitCode }) => {
    const how =
      exitCode === undefined ? "not run yet" : exitCode === 0 ? "succeeded" : `**exit code ${exitCode}**`;
    return `- ${name(command)} (for ${some(of.map(name))}): ${how} in ${bold(verification)}`;
  });
}

function findingLines({ findings }: RunReport): string[] {
  return findings.map(({ severity, file, text, foundBy }) => {
    const where = file ? `${escapeMarkdown(file, NAME_LIMIT)}: ` : "";
    const who = foundBy.map((task) => escapeMarkdown(task, NAME_LIMIT)).join(", ");
    return `- **${severity}** ${where}${escapeMarkdown(text, FINDING_LIMIT)} (found by ${who})`;
  });
}

function fileLines({ sharedFiles, outsideScope, scopeTruth }: RunReport): string[] {
  return [
    ...sharedFiles.map(({ path, tasks, atTheSameTime }) => {
      const who = tasks.map((task) => escapeMarkdown(task, NAME_LIMIT)).join(", ");
      const when = atTheSameTime ? "**at the same time**" : "one after another";
      return `- ${escapeMarkdown(path, NAME_LIMIT)} was changed by ${who}, ${when}`;
    }),
    ...outsideScope.map(({ task, path, granted }) => {
      const how = granted ? "granted while it ran" : "**not granted**";
      return `- ${escapeMarkdown(path, NAME_LIMIT)} was changed by ${escapeMarkdown(task, NAME_LIMIT)} outside its scope, ${how}`;
    }),
    ...scopeTruthLines(scopeTruth),
  ];
}

/** One line for all files of which the same holds. */
function scopeTruthLines({ strays, undeclared, unchanged, unobserved }: RunReport["scopeTruth"]): string[] {
  const named = <T extends { readonly path: string; readonly how: string }>(files: readonly T[]) =>
    files.map(({ path, how }) => `${name(path)}${how === "removed" ? " (removed)" : ""}`);
  return [
    ...grouped(strays, ({ by, scopeOf }) => JSON.stringify([by, scopeOf])).map((files) => {
      const { by, scopeOf } = files[0];
      const others = scopeOf.filter((task) => !by.includes(task));
      const where = others.length === 0 ? "" : ` (in the scope of ${some(others.map(name))})`;
      const who = some([...by.map(name), "the main conversation", "another program"], " or ");
      return `- ${some(named(files))}${where} changed **outside the scope of all who ran** (${some(by.map(name))}), and nobody reported it: by ${who}`;
    }),
    ...grouped(undeclared, ({ task, orBy }) => JSON.stringify([task, orBy])).map((files) => {
      const { task, orBy } = files[0];
      const or = orBy.length === 0 ? "" : ` (unless ${some(orBy.map(name), " or ")} wrote there)`;
      return `- ${bold(task)} did not report ${some(named(files))}, changed in its scope${or}`;
    }),
    ...grouped(unchanged, ({ task }) => task).map((files) => {
      const paths = files.map(({ path }) => name(path));
      return `- ${bold(files[0].task)} reported ${some(paths)}, which **did not change**`;
    }),
    ...grouped(unobserved, ({ why }) => why).map((tasks) => {
      const who = some(tasks.map(({ task }) => name(task)));
      return `- What ${who} really changed was not measured: ${escapeMarkdown(tasks[0].why)}`;
    }),
  ];
}

function grouped<T>(items: readonly T[], key: (item: T) => string): (readonly [T, ...T[]])[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return [...groups.values()];
}

/** `a, b and 7 more`; `last` stands before the last one where all are named. */
function some(texts: readonly string[], last = ", "): string {
  const more = texts.length - SHOWN_NAMES;
  if (more > 0) return `${texts.slice(0, SHOWN_NAMES).join(", ")} and ${more} more`;
  return [texts.slice(0, -1).join(", "), ...texts.slice(-1)].filter((text) => text !== "").join(last);
}

function name(text: string): string {
  return escapeMarkdown(text, NAME_LIMIT);
}

function commitLines({ work }: RunReport): string[] {
  const { branch, conflicts, kept, commits, leftOut, skipped } = work;
  return [
    ...(branch
      ? [
          `- The work of ${plural(branch.merged.length, "task")} is on the branch ${name(branch.name)}. Your own branch was not moved; take it over with: ${name(branch.takeOver)}`,
        ]
      : []),
    ...conflicts.map(({ task, files, mergeTask, solved }) => {
      const state = solved ? `solved by ${bold(mergeTask)}` : `**not merged yet**, see ${bold(mergeTask)}`;
      return `- ${bold(task)} conflicted in ${files.map(name).join(", ")}: ${state}`;
    }),
    ...kept.map(
      ({ task, path, branch: on }) =>
        `- ${bold(task)} left work that is not merged in the worktree ${name(path)} (branch ${name(on)})`,
    ),
    ...commits.map(
      ({ task, commit, files }) => `- ${bold(task)}: commit ${commit.slice(0, 12)}, ${plural(files, "file")}`,
    ),
    ...leftOut.map(
      ({ task, path }) =>
        `- ${name(path)} of ${bold(task)} was **not committed**: it was changed before the task began`,
    ),
    ...skipped.map((reason) => `- **Not committed**: ${escapeMarkdown(reason)}`),
  ];
}

function decisionLines({ decisions, refused }: RunReport): string[] {
  return [
    ...decisions.map(({ decision, reason }) => `- ${escapeMarkdown(decision)}: ${escapeMarkdown(reason)}`),
    ...refused.map(
      ({ task, why }) => `- A report or update for ${bold(task)} was refused: ${escapeMarkdown(why)}`,
    ),
  ];
}

function measuredSection({ figures, notMeasured, timeline, goesOn }: RunReport): string {
  const rows = figureRows(figures, goesOn).map(([name, value]) => `| ${name} | ${value} |`);
  const blocks = [
    goesOn && rows.length > 0 ? "## The measured run so far" : "## The measured run",
    ...(rows.length > 0 ? [["| Figure | Value |", "| --- | --- |", ...rows].join("\n")] : []),
    `Not measured: ${notMeasured.join("; ")}.`,
    ...(figures.wallMs === undefined
      ? []
      : [`\`\`\`text\n${renderTimeline(timeline, { width: TIMELINE_WIDTH, colour: false })}\n\`\`\``]),
  ];
  return blocks.join("\n\n");
}

/**
 * Only what was measured; the rest is named below the table.
 * @param goesOn what judges a whole run is left out.
 */
function figureRows(figures: RunFigures, goesOn: boolean): (readonly [string, string])[] {
  const { sequentialMs, completedTasksMs, attemptsMs, nobodyRanMs, largestRunning, bursts, usage } = figures;
  const { speedup, efficiency, lowerBoundMs }: Partial<RunFigures> = goesOn ? {} : figures;
  const rows: (readonly [string, string | undefined])[] = [
    ["Wall time", duration(figures.wallMs)],
    ["No agent ran for", nobodyRanMs === 0 ? undefined : duration(nobodyRanMs)],
    ["Tasks one after another", duration(sequentialMs)],
    ["Completed ones only", completedTasksMs === sequentialMs ? undefined : duration(completedTasksMs)],
    ["All attempts", attemptsMs === sequentialMs ? undefined : duration(attemptsMs)],
    ["Speedup", speedup === undefined ? undefined : formatFactor(speedup)],
    ["Most at once", largestRunning === undefined ? undefined : plural(largestRunning, "agent")],
    ["Efficiency", efficiency === undefined ? undefined : formatPercent(efficiency)],
    ["Critical path", chain(figures.criticalPath)],
    ["Critical path, planned", chain(figures.plannedCriticalPath)],
    ["Estimated", estimated(figures.estimates)],
    ["Lower bound", duration(lowerBoundMs)],
    ["Idle time per slot", figures.idleMs?.map(formatDuration).join(", ")],
    ["Attempts", figures.attempts === 0 ? undefined : attemptsOf(figures)],
    ["Agents per message", bursts?.sizes.join(", ")],
    ["Launched in one message", bursts && formatPercent(bursts.shareInOneMessage)],
    ["Conflicts prevented", figures.preventedConflicts?.toString()],
    ["Tokens of the agents", tokens(usage?.agents)],
    ["Tokens of the main conversation", tokens(usage?.main)],
    ["Kept out of the main context", usage && outside(usage)],
    ["Tokens estimated", estimatedTokens(figures.tokenEstimates)],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

function duration(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : formatDuration(ms);
}

function chain(path: Chain | undefined): string | undefined {
  if (path === undefined) return undefined;
  const ids = path.tasks.map((id) => escapeMarkdown(id, NAME_LIMIT)).join(" → ");
  return `${formatDuration(path.lengthMs)}: ${ids}`;
}

function estimated(figures: EstimateFigures | undefined): string | undefined {
  if (figures === undefined) return undefined;
  const { tasks, estimatedMs, actualMs, medianRatio } = figures;
  const median =
    medianRatio === undefined ? "" : `; a task took ${formatFactor(medianRatio)} its estimate at the median`;
  return `${formatDuration(estimatedMs)} for ${plural(tasks, "task")} that took ${formatDuration(actualMs)}${median}`;
}

/** What was new to the model, and beside it what it was given again. */
function tokens(usage: Usage | undefined): string | undefined {
  if (usage === undefined) return undefined;
  const { input, cacheWrite, cacheRead, output } = usage;
  const [all, ...parts] = [newTokens(usage), input, cacheWrite, output, cacheRead].map(formatCount);
  return `${all} (input ${parts[0]}, cache writes ${parts[1]}, output ${parts[2]}), beside ${parts[3]} cache reads`;
}

function outside({ outsideMain, unmeasuredAttempts }: UsageFigures): string | undefined {
  if (outsideMain === undefined) return undefined;
  return `${unmeasuredAttempts > 0 ? "at least " : ""}${formatPercent(outsideMain)} of the tokens`;
}

function estimatedTokens(figures: TokenEstimateFigures | undefined): string | undefined {
  if (figures === undefined) return undefined;
  const { tasks, estimated, actual } = figures;
  return `${formatCount(estimated)} for ${plural(tasks, "task")} that used ${formatCount(actual)}`;
}

function attemptsOf({ attempts, retries, lostAttempts, returnedOffers }: RunFigures): string {
  const parts = [
    ...(retries > 0 ? [plural(retries, "retry", "retries")] : []),
    ...(lostAttempts > 0 ? [`${lostAttempts} lost`] : []),
    ...(returnedOffers > 0 ? [`${plural(returnedOffers, "offer")} returned`] : []),
  ];
  return parts.length === 0 ? String(attempts) : `${attempts} (${parts.join(", ")})`;
}

function bold(id: string): string {
  return `**${escapeMarkdown(id, NAME_LIMIT)}**`;
}
