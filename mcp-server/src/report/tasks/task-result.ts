import type { EndedAttempt, Evidence, Finding, ReviewVerdict } from "../../graph/attempt.ts";
import { withCriterionText } from "../../graph/criterion.ts";
import type { ChosenModel } from "../../graph/model/model-choice.ts";
import type { PlanState } from "../../graph/plan-state.ts";
import { plainSubject, type Task, type TaskId, type TaskStatus } from "../../graph/task.ts";
import { causeText } from "../../graph/task-cause.ts";
import type { Usage } from "../../graph/usage.ts";
import { type Cost, type PriceTable, usageCost } from "../../policy/spending/price-table.ts";
import { filesOfAttempts, sortedPaths, type WrittenFiles } from "./attempt-files.ts";
import {
  type AttemptSpan,
  type AttemptStanding,
  attemptSpans,
  attemptStanding,
  lengthOf,
} from "./attempt-span.ts";
import { notRunReasons } from "./not-run.ts";
import { totalUsage } from "./usage-figures.ts";

/** One attempt at a task. */
export interface AttemptResult {
  readonly number: number;
  readonly outcome: AttemptStanding;
  readonly agentType: string;
  /** On what it was to work, as far as somebody chose. */
  readonly chosenModel?: ChosenModel;
  readonly session?: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** Why it did not complete: what the server knows of it, else what its agent reported. */
  readonly cause?: string;
  /** The tokens that its agent used; absent where they could not be measured. */
  readonly usage?: Usage;
  /** What that cost; absent also where there is no price table. */
  readonly cost?: Cost;
}

/** What became of one task. */
export interface TaskResult {
  readonly task: TaskId;
  readonly subject: string;
  readonly status: TaskStatus;
  /** The last attempt's; absent where there was none. */
  readonly outcome?: AttemptStanding;
  /** The last report's summary, or an agent's last message where it gave no report. */
  readonly summary?: string;
  /** Of a review: what it came to. */
  readonly verdict?: ReviewVerdict;
  /** The summary is an agent's last message: nobody checked its form. */
  readonly unstructured: boolean;
  /** Why it has its status: a failure's reason, `removed`, or why it has not run. */
  readonly reason?: string;
  /** What the agent asked when it could not go on without an answer. */
  readonly question?: string;
  /** Of the last report; a criterion that it names by number has its text. */
  readonly evidence: readonly Evidence[];
  readonly attempts: readonly AttemptResult[];
  /** How long the last attempt took. */
  readonly durationMs?: number;
  /** The tokens of all attempts that could be measured; absent where none could. */
  readonly usage?: Usage;
  readonly cost?: Cost;
  /** What its attempts were seen to write or report, sorted. */
  readonly filesChanged: readonly string[];
  /** Those of them that were reported and not seen to change, sorted. */
  readonly notSeen: readonly string[];
  /** Of all attempts, in order. */
  readonly findings: readonly Finding[];
  /** Of all attempts, in order. */
  readonly notes: readonly string[];
  /** Paths outside the scope that the guard granted, sorted. */
  readonly widened: readonly string[];
}

/** What became of each task of a plan, in order of position. */
export function taskResults(
  state: PlanState,
  written: WrittenFiles,
  nowMs: number,
  prices?: PriceTable,
): TaskResult[] {
  return resultsOf(state, state.tasks, { written, reasons: notRunReasons(state, nowMs) }, nowMs, prices);
}

/** The same of some of its tasks. @param known why those of them that are pending have not run. */
export function resultsOf(
  state: PlanState,
  tasks: readonly Task[],
  { written, reasons }: { readonly written: WrittenFiles; readonly reasons: ReadonlyMap<TaskId, string> },
  nowMs: number,
  prices?: PriceTable,
): TaskResult[] {
  const spans = new Map<TaskId, AttemptSpan[]>();
  for (const span of attemptSpans(state, nowMs)) {
    const own = spans.get(span.attempt.task);
    if (own) own.push(span);
    else spans.set(span.attempt.task, [span]);
  }
  return tasks.map((task) => {
    const own = spans.get(task.id) ?? [];
    const last = own.at(-1);
    const ended = last?.attempt.state === "ended" ? last.attempt : undefined;
    const reports = own.flatMap(({ attempt }) =>
      attempt.state === "ended" && attempt.report ? [attempt.report] : [],
    );
    const reported = last?.attempt.state === "running" ? undefined : last?.attempt;
    const summary = reported?.report?.summary ?? reported?.lastMessage;
    const reason =
      reasons.get(task.id) ??
      notBelieved(task, ended) ??
      (task.cause && causeText(task.cause)) ??
      (task.status === "failed" ? ended?.cause : undefined);
    const blockedOn = ended?.report?.blockedOn;
    const usage = totalUsage(own.flatMap(({ attempt }) => attempt.usage ?? []));
    return {
      task: task.id,
      subject: plainSubject(task, state.plan.slug),
      status: task.status,
      ...(last && { outcome: attemptStanding(last.attempt) }),
      ...(summary && { summary }),
      ...(ended?.report?.verdict && { verdict: ended.report.verdict }),
      unstructured: reported?.report === undefined && summary !== undefined,
      ...(reason && { reason }),
      ...(blockedOn && "question" in blockedOn && { question: blockedOn.question }),
      evidence: (reported?.report?.evidence ?? []).map((item) => withCriterionText(item, task.acceptance)),
      attempts: own.map((span) => attemptResult(span, prices)),
      ...(last && { durationMs: lengthOf(last) }),
      ...spendingOf(usage, prices),
      ...filesOfAttempts(
        own.map(({ attempt }) => attempt),
        written,
      ),
      findings: reports.flatMap((report) => report.findings),
      notes: [...new Set(reports.flatMap((report) => report.notes))],
      widened: sortedPaths(own.flatMap(({ attempt }) => attempt.widened)),
    };
  });
}

function spendingOf(
  usage: Usage | undefined,
  prices: PriceTable | undefined,
): { usage?: Usage; cost?: Cost } {
  return { ...(usage && { usage }), ...(usage && prices && { cost: usageCost(usage, prices) }) };
}

function attemptResult(span: AttemptSpan, prices: PriceTable | undefined): AttemptResult {
  const { attempt } = span;
  const cause = attempt.state === "ended" ? (attempt.cause ?? reportedCause(attempt)) : undefined;
  return {
    number: attempt.number,
    outcome: attemptStanding(attempt),
    agentType: attempt.agentType,
    ...(attempt.chosenModel && { chosenModel: attempt.chosenModel }),
    ...(attempt.owner.session && { session: attempt.owner.session }),
    startedAtMs: span.startMs,
    durationMs: lengthOf(span),
    ...(cause && { cause }),
    ...spendingOf(attempt.usage, prices),
  };
}

/** Why a task failed although its agent reported otherwise. */
function notBelieved({ status }: Task, ended: EndedAttempt | undefined): string | undefined {
  return status === "failed" && ended?.outcome === "failed" && ended.report ? ended.cause : undefined;
}

function reportedCause({ outcome, report }: EndedAttempt): string | undefined {
  return outcome === "completed" ? undefined : report?.summary;
}
