import { levels } from "../../graph/order/levels.ts";
import { clashOf, parseScope } from "../../graph/scope/scope.ts";
import {
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
import { MARKS } from "../tasks/status-mark.ts";
import { quoteMarkdown } from "./quote-markdown.ts";

/** More names than this are no help to somebody who reads. */
const NAMED_TASKS = 10;
/** How many tasks of its level each is compared with: a level may hold thousands. */
const COMPARED_TASKS = 50;
/** A criterion is never cut in the middle of what it asks for. */
const CRITERION_LIMIT = 4_000;

export interface TasksFacts {
  readonly plan: RunReport["plan"];
  /** The breakdown's own top-level keys. */
  readonly document: Readonly<Record<string, unknown>>;
  /** In the order of the breakdown. */
  readonly tasks: readonly TaskDefinition[];
  /** How each task stands; one of which nothing is known has not begun. */
  readonly statuses: ReadonlyMap<TaskId, TaskStatus>;
  /** Whether the checkout's file system takes `A` and `a` for the same name. */
  readonly caseInsensitive: boolean;
}

/**
 * The breakdown for people, `03-tasks.md`: what `03-tasks.json` says, and of the run only how each task stands.
 * Descriptions are quoted: whatever they hold stays inside its task.
 */
export function renderTasks({ plan, document, tasks, statuses, caseInsensitive }: TasksFacts): string {
  const statusOf = ({ id }: TaskDefinition) => statuses.get(id) ?? "pending";
  const completed = tasks.filter((task) => statusOf(task) === "completed").length;
  const beside = parallelTasks(tasks, caseInsensitive);
  const phases = phasesOf(tasks);
  const blocks = [
    `# Task Breakdown: ${escapeMarkdown(plan.title, NAME_LIMIT)}`,
    [
      `**Generated:** ${day(document.generatedAt) ?? formatDay(plan.createdAtMs)}`,
      ...(plan.spec ? [`**Source:** ${escapeMarkdown(plan.spec, NAME_LIMIT)}`] : []),
      ...(day(document.lastDecomposeDate) ? [`**Last Decompose:** ${day(document.lastDecomposeDate)}`] : []),
    ].join("\n"),
    "## Overview",
    overview(tasks, phases, completed),
    ...phases.flatMap(({ heading, tasks: inPhase }) => [
      `## ${heading}`,
      ...inPhase.flatMap((task) => taskBlocks(task, plan.slug, statusOf(task), beside.get(task.id) ?? [])),
    ]),
  ];
  return `${blocks.join("\n\n")}\n`;
}

interface Phase {
  readonly heading: string;
  readonly tasks: TaskDefinition[];
}

/** By number; tasks without a phase come last. */
function phasesOf(tasks: readonly TaskDefinition[]): Phase[] {
  const phases = new Map<string, Phase & { readonly number: number }>();
  for (const task of tasks) {
    const heading = phaseHeading(task);
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

function overview(tasks: readonly TaskDefinition[], phases: readonly Phase[], completed: number): string {
  const estimates = tasks.flatMap(({ estimateMs }) => (estimateMs === undefined ? [] : [estimateMs]));
  const time =
    estimates.length === tasks.length && tasks.length > 0
      ? `, ${formatDuration(estimates.reduce((sum, ms) => sum + ms, 0))} if done one after another`
      : "";
  return `${plural(tasks.length, "task")} in ${plural(phases.length, "phase")}${time}; ${completed} completed when this page was written. It is written from the task graph, status and all; change the breakdown, not this page.`;
}

function taskBlocks(
  task: TaskDefinition,
  slug: string,
  status: TaskStatus,
  beside: readonly TaskId[],
): string[] {
  return [
    `### Task ${escapeMarkdown(task.id, NAME_LIMIT)}: ${escapeMarkdown(plainSubject(task, slug), LINE_LIMIT)}`,
    factLines(task, status, beside)
      .map(([name, value]) => `- **${name}:** ${value}`)
      .join("\n"),
    ...(task.description.trim() === "" ? [] : [quoteMarkdown(task.description)]),
    ...(task.acceptance.length === 0
      ? []
      : ["**Acceptance Criteria:**", task.acceptance.map(criterionLine).join("\n")]),
  ];
}

function factLines(
  task: TaskDefinition,
  status: TaskStatus,
  beside: readonly TaskId[],
): (readonly [string, string])[] {
  const facts: (readonly [string, string | undefined])[] = [
    ["Status", `${MARKS[status]} ${status.replace("_", " ")}`],
    ["Size", task.size && capitalised(task.size)],
    ["Priority", capitalised(task.priority)],
    ["Dependencies", dependenciesOf(task)],
    ["Can run parallel with", beside.length === 0 ? undefined : names(beside)],
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

function criterionLine({ criterion, command }: TaskDefinition["acceptance"][number]): string {
  const text = escapeProse(criterion, CRITERION_LIMIT);
  return `- [ ] ${command === undefined ? text : `${text} (${asCode(command)})`}`;
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
