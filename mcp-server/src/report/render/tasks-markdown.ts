import type { ReviewVerdict } from "../../graph/attempt.ts";
import { levels } from "../../graph/order/levels.ts";
import { clashOf, parseScope } from "../../graph/scope/scope.ts";
import {
  type AcceptanceCriterion,
  plainSubject,
  scopeOf,
  type TaskDefinition,
  type TaskId,
  type TaskStatus,
} from "../../graph/task.ts";
import { formatDay, formatDuration, plural } from "../../text/format.ts";
import { codeSpan, escapeProse } from "../../text/inline-code.ts";
import { cleanText, escapeMarkdown, LINE_LIMIT, NAME_LIMIT } from "../../text/sanitize.ts";
import type { RunReport } from "../aggregate.ts";
import { concurrentTasks } from "../tasks/concurrent-tasks.ts";
import { MARKS } from "../tasks/status-mark.ts";
import { isProven } from "../tasks/unverified.ts";
import { quoteMarkdown } from "./quote-markdown.ts";

/** More names than this are no help to somebody who reads. */
const NAMED_TASKS = 10;
/** How many tasks of its level each is compared with: a level may hold thousands. */
const COMPARED_TASKS = 50;
/** A criterion is never cut in the middle of what it asks for. */
const CRITERION_LIMIT = 4_000;

export interface TasksFacts {
  /** How each task stands; one of which it knows nothing has not begun. */
  readonly report: Pick<RunReport, "plan" | "tasks" | "runAgain">;
  /** The breakdown's own top-level keys. */
  readonly document: Readonly<Record<string, unknown>>;
  /** In the order of the breakdown. */
  readonly tasks: readonly TaskDefinition[];
  /** What the server made of its own: part of the run, and not of the breakdown. */
  readonly added: readonly TaskId[];
  /** Whether the checkout's file system takes `A` and `a` for the same name. */
  readonly caseInsensitive: boolean;
}

/**
 * The breakdown for people, `03-tasks.md`: what `03-tasks.json` says, and of the run how each task stands, which of
 * its criteria are proved and with which others it ran in parallel.
 * Descriptions are quoted: whatever they hold stays inside its task.
 */
export function renderTasks({ report, document, tasks, added, caseInsensitive }: TasksFacts): string {
  const { plan, runAgain } = report;
  const results = new Map(report.tasks.map((result) => [result.task, result]));
  const statusOf = ({ id }: TaskDefinition) => results.get(id)?.status ?? "pending";
  const completed = tasks.filter((task) => statusOf(task) === "completed").length;
  const ids = new Set(tasks.map(({ id }) => id));
  const ranWith = concurrentTasks(report.tasks.filter(({ task }) => ids.has(task)));
  // What has ended runs with nothing any more: of it only what really happened is said.
  const mayRunWith = parallelTasks(
    tasks.filter((task) => !hasEnded(statusOf(task))),
    caseInsensitive,
  );
  const phases = phasesOf(tasks);
  const blocks = [
    `# Task Breakdown: ${escapeMarkdown(plan.title, NAME_LIMIT)}`,
    [
      `**Generated:** ${day(document.generatedAt) ?? formatDay(plan.createdAtMs)}`,
      ...(plan.spec ? [`**Source:** ${escapeMarkdown(plan.spec, NAME_LIMIT)}`] : []),
      ...(day(document.lastDecomposeDate) ? [`**Last Decompose:** ${day(document.lastDecomposeDate)}`] : []),
    ].join("\n"),
    "## Overview",
    overview(tasks, phases, completed, added),
    ...phases.flatMap(({ heading, tasks: inPhase }) => [
      `## ${heading}`,
      ...inPhase.flatMap((task) => {
        const result = results.get(task.id);
        return taskBlocks(task, plan.slug, {
          status: statusOf(task),
          verdict: result?.status === "completed" ? result.verdict : undefined,
          ranWith: hasEnded(statusOf(task)) ? (ranWith.get(task.id) ?? []) : [],
          mayRunWith: mayRunWith.get(task.id) ?? [],
          isProven: (criterion) => result !== undefined && isProven(criterion, result, runAgain),
        });
      }),
    ]),
  ];
  return `${blocks.join("\n\n")}\n`;
}

/** What the page says of a task beside its definition. */
interface Standing {
  readonly status: TaskStatus;
  readonly verdict: ReviewVerdict | undefined;
  readonly ranWith: readonly TaskId[];
  readonly mayRunWith: readonly TaskId[];
  readonly isProven: (criterion: AcceptanceCriterion) => boolean;
}

interface Phase {
  readonly heading: string;
  readonly tasks: TaskDefinition[];
}

/** By number; tasks without a phase come last. */
function phasesOf(tasks: readonly TaskDefinition[]): Phase[] {
  const phases = new Map<string, Phase & { readonly number: number }>();
  const without = tasks.some(isInPhase) ? "Tasks without a phase" : "Tasks";
  for (const task of tasks) {
    const heading = isInPhase(task) ? phaseHeading(task) : without;
    const number = task.phase ?? (task.phaseName === undefined ? Number.POSITIVE_INFINITY : Number.MAX_VALUE);
    const phase = phases.get(heading) ?? { heading, number, tasks: [] };
    phase.tasks.push(task);
    phases.set(heading, phase);
  }
  // Two that have no number have none to be compared by.
  return [...phases.values()].sort((a, b) => (a.number === b.number ? 0 : a.number - b.number));
}

function phaseHeading({ phase, phaseName }: TaskDefinition): string {
  const name = phaseName === undefined ? "" : escapeMarkdown(phaseName, NAME_LIMIT);
  if (phase === undefined) return name === "" ? "Tasks" : name;
  return name === "" ? `Phase ${phase}` : `Phase ${phase}: ${name}`;
}

function overview(
  tasks: readonly TaskDefinition[],
  phases: readonly Phase[],
  completed: number,
  added: readonly TaskId[],
): string {
  const estimates = tasks.flatMap(({ estimateMs }) => (estimateMs === undefined ? [] : [estimateMs]));
  const time =
    estimates.length === tasks.length && tasks.length > 0
      ? `, ${formatDuration(estimates.reduce((sum, ms) => sum + ms, 0))} if done one after another`
      : "";
  const inPhases = tasks.filter(isInPhase).length;
  const real = phases.filter((phase) => phase.tasks.some(isInPhase)).length;
  const where =
    inPhases === 0
      ? ""
      : `${inPhases === tasks.length ? "" : `, ${inPhases} of them`} in ${plural(real, "phase")}`;
  const more =
    added.length === 0
      ? ""
      : ` The run has ${plural(added.length, "task")} more, which the server added: ${names(added)}.`;
  return `${plural(tasks.length, "task")}${where}${time}; ${completed} completed when this page was written.${more} The page is written from the task graph, status and all; change the breakdown, not this page.`;
}

function isInPhase({ phase, phaseName }: TaskDefinition): boolean {
  return phase !== undefined || phaseName !== undefined;
}

function hasEnded(status: TaskStatus): boolean {
  return status !== "pending" && status !== "in_progress";
}

function taskBlocks(task: TaskDefinition, slug: string, standing: Standing): string[] {
  return [
    `### Task ${escapeMarkdown(task.id, NAME_LIMIT)}: ${escapeMarkdown(plainSubject(task, slug), LINE_LIMIT)}`,
    factLines(task, standing)
      .map(([name, value]) => `- **${name}:** ${value}`)
      .join("\n"),
    ...(task.description.trim() === "" ? [] : [quoteMarkdown(task.description)]),
    ...(task.acceptance.length === 0
      ? []
      : [
          "**Acceptance Criteria:**",
          task.acceptance.map((one) => criterionLine(one, standing.isProven(one))).join("\n"),
        ]),
  ];
}

function factLines(
  task: TaskDefinition,
  { status, verdict, ranWith, mayRunWith }: Standing,
): (readonly [string, string])[] {
  const came = verdict === undefined ? "" : `, verdict: ${verdict}`;
  const facts: (readonly [string, string | undefined])[] = [
    ["Status", `${MARKS[status]} ${status.replace("_", " ")}${came}`],
    ["Size", task.size && capitalised(task.size)],
    ["Priority", capitalised(task.priority)],
    ["Dependencies", dependenciesOf(task)],
    ["Ran parallel with", ranWith.length === 0 ? undefined : names(ranWith)],
    ["Can run parallel with", mayRunWith.length === 0 ? undefined : names(mayRunWith)],
    ["Writes", task.writes && (task.writes.length === 0 ? "nothing" : task.writes.map(asCode).join(", "))],
    ["Reads", task.reads.length === 0 ? undefined : task.reads.map(asCode).join(", ")],
    ["Alone with", task.resources.length === 0 ? undefined : task.resources.map(asCode).join(", ")],
    ["Agent", task.agent && escapeMarkdown(task.agent, NAME_LIMIT)],
    ["Estimate", task.estimateMs === undefined ? undefined : formatDuration(task.estimateMs)],
  ];
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

function dependenciesOf({ dependencies, needs }: TaskDefinition): string {
  if (dependencies.length === 0) return "None";
  const listed = dependencies.map((id) => escapeMarkdown(id, NAME_LIMIT)).join(", ");
  if (needs === "all") return listed;
  if (needs === "any") return `any of ${listed}`;
  return needs === "settled" ? `the end of ${listed}` : `at least ${needs.atLeast} of ${listed}`;
}

function criterionLine({ criterion, command }: AcceptanceCriterion, proven: boolean): string {
  const text = escapeProse(criterion, CRITERION_LIMIT);
  return `- [${proven ? "x" : " "}] ${command === undefined ? text : `${text} (${asCode(command)})`}`;
}

/** For each task those near it in its level whose scopes it does not meet: no dependency and no file keeps them apart. */
function parallelTasks(tasks: readonly TaskDefinition[], caseInsensitive: boolean): Map<TaskId, TaskId[]> {
  const result = new Map<TaskId, TaskId[]>();
  for (const level of levels(tasks)) {
    const scoped = level
      .map((task) => ({ id: task.id, scope: parseScope(scopeOf(task), caseInsensitive) }))
      .filter(({ scope }) => scope.basis !== "unscoped");
    for (const [at, one] of scoped.entries()) {
      const from = Math.max(0, Math.min(at - COMPARED_TASKS / 2, scoped.length - COMPARED_TASKS));
      const near = scoped.slice(from, from + COMPARED_TASKS);
      const free = near.filter((other) => other !== one && clashOf(one.scope, other.scope) === undefined);
      result.set(
        one.id,
        free.map(({ id }) => id),
      );
    }
  }
  return result;
}

function names(ids: readonly TaskId[]): string {
  const shown = ids.slice(0, NAMED_TASKS).map((id) => escapeMarkdown(id, NAME_LIMIT));
  return ids.length > shown.length ? `${shown.join(", ")} and others` : shown.join(", ");
}

/** On one line, whatever lines it has. */
function asCode(text: string): string {
  return codeSpan(cleanText(text, CRITERION_LIMIT), CRITERION_LIMIT);
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function day(value: unknown): string | undefined {
  const ms = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : formatDay(ms);
}
