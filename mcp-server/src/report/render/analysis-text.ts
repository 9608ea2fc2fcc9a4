import pc from "picocolors";
import { plainSubject, scopeOf, type Task, type TaskId } from "../../graph/task.ts";
import { formatCount, formatDuration, plural } from "../../text/format.ts";
import { cleanText, escapeMarkdown, LINE_LIMIT, NAME_LIMIT } from "../../text/sanitize.ts";
import type { Analysis } from "../analysis.ts";
import { renderGantt } from "../timeline/gantt.ts";
import { renderTimeline } from "../timeline/timeline.ts";
import { type TimelineRow, timelineOfSchedule } from "../timeline/timeline-rows.ts";

/** What is rendered of a plan that has not run. */
export interface AnalysisPage {
  /** Name of the plan, or of the folder that the breakdown lies in. */
  readonly slug: string;
  readonly title: string;
  readonly tasks: readonly Task[];
  readonly analysis: Analysis;
  readonly warnings: readonly string[];
  /** Of a file: dependencies that none of its words say, by task. */
  readonly inferredDependencies?: ReadonlyMap<TaskId, readonly TaskId[]>;
}

/** A line of the page: what it is about, and what is said of it. */
type Row = readonly [name: string, text: string];

/** So many tasks are named where all cannot be. */
const NAMED = 12;

/** The analysis for a terminal, at any width. */
export function renderAnalysis(
  page: AnalysisPage,
  { width, colour }: { readonly width: number; readonly colour: boolean },
): string {
  const colours = pc.createColors(colour);
  const clean = (text: string) => cleanText(text, LINE_LIMIT);
  const rows = rowsOf(page);
  const indent = Math.max(...rows.map(([name]) => name.length)) + 2;
  const body = rows.map(([name, text]) => {
    const lines = wrap(clean(text), Math.max(20, width - indent));
    return lines
      .map((line, i) =>
        i === 0 ? `${colours.bold(name.padEnd(indent))}${line}` : `${" ".repeat(indent)}${line}`,
      )
      .join("\n");
  });
  return [
    colours.bold(clean(headline(page))),
    "",
    ...body,
    "",
    ...(page.tasks.length === 0 ? [] : [renderTimeline(timelineRows(page), { width, colour })]),
  ].join("\n");
}

/** The analysis as Markdown, with a Mermaid chart. */
export function renderAnalysisMarkdown(page: AnalysisPage): string {
  return [
    `# ${escapeMarkdown(headline(page), NAME_LIMIT)}`,
    rowsOf(page)
      .map(([name, text]) => `- **${name}**: ${escapeMarkdown(text, LINE_LIMIT)}`)
      .join("\n"),
    ...(page.tasks.length === 0 ? [] : [renderGantt(timelineRows(page))]),
  ].join("\n\n");
}

function headline({ title, tasks, analysis }: AnalysisPage): string {
  return `${title}: ${plural(tasks.length, "task")} in ${plural(analysis.levels.length, "level")}, ${analysis.strategy}`;
}

function rowsOf(page: AnalysisPage): Row[] {
  const { tasks, analysis, warnings } = page;
  const { reasons, running, cannotStart } = analysis;
  return [
    ["Why", reasons.join(" ")],
    ...row("Running", running.length === 0 ? "" : `${some(running)}: only what is left of them counts`),
    ...row("Cannot start", some(cannotStart, "; ")),
    ...(tasks.length === 0 ? [] : plannedRows(analysis)),
    ...inferredRows(page),
    ...warnings.map((warning): Row => ["Warning", warning]),
  ];
}

function plannedRows(analysis: Analysis): Row[] {
  const { estimate, criticalPath, slackMinutes, conflicts, contradictions } = analysis;
  const { unscoped, unknownRoles, help, models } = analysis;
  const slack = Object.entries(slackMinutes).filter(([, minutes]) => minutes > 0);
  return [
    ["One by one", minutes(estimate.sequentialMinutes)],
    [
      `${estimate.cap} at once`,
      `${minutes(estimate.makespanMinutes)}${estimate.speedup > 1 ? `, ${estimate.speedup} times faster` : ""}; no plan is shorter than ${minutes(estimate.lowerBoundMinutes)} (${estimate.lowerBoundBy})`,
    ],
    ...row("By cap", analysis.minutesByCap.map((value, i) => `${i + 1}: ${minutes(value)}`).join(", ")),
    ["Estimates", estimate.basis],
    [
      "Tokens",
      `about ${formatCount(estimate.tokens)} of the agents without cache reads: ${estimate.tokensBasis}`,
    ],
    ...row("Cost", estimate.cost),
    ["Ways", estimate.ways.join("; ")],
    ...row("Models", models.join("; ")),
    ["Critical path", `${minutes(estimate.criticalPathMinutes)}: ${criticalPath.join(" → ")}`],
    ...row("Slack", some(slack.map(([id, value]) => `${id} ${minutes(value)}`))),
    ...row("Conflicts", conflicts.join("; ")),
    ...row("parallelWith", contradictions.join("; ")),
    ...row("Unscoped", unscoped.length === 0 ? "" : `nobody declared what is written by ${some(unscoped)}`),
    ...row(
      "Roles",
      [
        ...unknownRoles.map((role) => `no agent has the role ${role}; general-purpose stands in`),
        ...analysis.overlappingRoles,
      ].join("; "),
    ),
    ["Bottleneck", analysis.bottleneck],
    ...row("Would help", help.join("; ")),
  ];
}

/** What nobody declared: whoever reads it can put it right before it runs. */
function inferredRows({ tasks, inferredDependencies = new Map() }: AnalysisPage): Row[] {
  const files = tasks.flatMap((task) => {
    const { basis, writes } = scopeOf(task);
    return basis === "inferred" ? [`${task.id} ${some(writes)}`] : [];
  });
  const order = [...inferredDependencies].map(([id, others]) => `${id} after ${some(others)}`);
  return [
    ...row("Inferred files", some(files, "; ")),
    ...row("Inferred order", order.length === 0 ? "" : `${some(order, "; ")} (by place, files or names)`),
  ];
}

function row(name: string, text: string): Row[] {
  return text === "" ? [] : [[name, text]];
}

function some(texts: readonly string[], between = ", "): string {
  const more = texts.length - NAMED;
  return more > 0 ? `${texts.slice(0, NAMED).join(between)} and ${more} more` : texts.join(between);
}

/** Nobody plans by seconds. */
function minutes(value: number): string {
  return formatDuration((value < 1 ? value : Math.round(value)) * 60_000);
}

function timelineRows({ slug, tasks, analysis }: AnalysisPage): TimelineRow[] {
  const subjects = new Map<TaskId, string>(tasks.map((task) => [task.id, plainSubject(task, slug)]));
  return timelineOfSchedule(
    analysis.schedule.map((planned) => ({ ...planned, subject: subjects.get(planned.task) ?? "" })),
  );
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  // A number and its unit stay together.
  for (const word of text.split(/ (?!(?:min|h|s)\b)/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
