import type { AttemptId } from "../graph/attempt.ts";
import type { GraphEvent } from "../graph/event.ts";
import { type PlanStatus, specificationPath } from "../graph/plan.ts";
import type { PlanState } from "../graph/plan-state.ts";
import type { PlanSlug, TaskId } from "../graph/task.ts";
import { newerParts } from "../policy/newer-parts.ts";
import type { PriceTable } from "../policy/spending/price-table.ts";
import { normaliseText } from "../text/normalise.ts";
import { measureRun, notMeasured, type RunFigures } from "./figures/run-figures.ts";
import { type Verdict, verdictOf } from "./figures/verdict.ts";
import { type ActualWrites, actualWrites, writtenByTask } from "./files/actual-writes.ts";
import { type CommittedWork, committedWork, gitMovesOf } from "./files/committed-work.ts";
import { type SuggestedScope, suggestedScopes } from "./files/suggested-scopes.ts";
import {
  type OutsideScope,
  outsideScope,
  type SharedFile,
  sharedFiles,
  type UndoneChange,
  undoneChanges,
} from "./files/touched-files.ts";
import { type MergedFinding, mergedFindings } from "./tasks/merged-findings.ts";
import {
  type CommandRunAgain,
  commandsRunAgain,
  type ReviewedWork,
  type ReviewerVerdict,
  reviewedWorks,
  reviewerVerdicts,
} from "./tasks/reviews.ts";
import { type SessionResult, sessionResults } from "./tasks/session-result.ts";
import { type TaskResult, taskResults } from "./tasks/task-result.ts";
import { tasksToCome } from "./tasks/tasks-to-come.ts";
import { type Unverified, unverifiedOf } from "./tasks/unverified.ts";
import { conversationUsage } from "./tasks/usage-figures.ts";
import { type WaitingForUser, waitingForUser } from "./tasks/waiting-for-user.ts";
import { type TimelineRow, timelineOf } from "./timeline/timeline-rows.ts";

/** What is known about a plan and its run: the JSON of `plan_report`, from which all other forms are made. */
export interface RunReport {
  readonly plan: {
    readonly slug: PlanSlug;
    readonly title: string;
    readonly status: PlanStatus;
    readonly cause?: string;
    /** The specification that the plan carries out; absent for a plan that came from a call. */
    readonly spec?: string;
    readonly createdAtMs: number;
    readonly lastChangedAtMs: number;
  };
  /** The moment that it describes. */
  readonly atMs: number;
  /** When the last attempt ended; absent where none was made, and while the run goes on. */
  readonly endedAtMs?: number;
  readonly verdict: Verdict;
  /** Something runs or is to come: its figures are not the last ones. */
  readonly goesOn: boolean;
  /** In order of position. */
  readonly tasks: readonly TaskResult[];
  readonly groups: {
    readonly completed: readonly TaskId[];
    readonly failed: readonly TaskId[];
    readonly cancelled: readonly TaskId[];
    readonly running: readonly TaskId[];
    /** Done, and on their way onto a branch. */
    readonly delivering: readonly TaskId[];
    /** Pending ones that will run if the plan goes on as it is; what they wait for is the task's `reason`. */
    readonly toCome: readonly TaskId[];
    /** The other pending ones; why is the task's `reason`. */
    readonly notRun: readonly TaskId[];
  };
  readonly waitingForUser: readonly WaitingForUser[];
  readonly unverified: readonly Unverified[];
  readonly findings: readonly MergedFinding[];
  readonly sharedFiles: readonly SharedFile[];
  readonly outsideScope: readonly OutsideScope[];
  /** What was seen and the reports do not say. */
  readonly scopeTruth: Omit<ActualWrites, "written">;
  /** Scopes that would have covered what tasks really wrote, where they are not the declared ones. */
  readonly suggestedScopes: readonly SuggestedScope[];
  /** Reported files that git ignores, such as what a build makes, sorted; absent: there are none, or nobody asked. */
  readonly ignoredFiles?: readonly string[];
  /** What moved in git while tasks ran, with who ran; absent: nothing. */
  readonly gitMoves?: readonly string[];
  /** What others changed in files of its tasks and was undone at once; absent: nothing. */
  readonly undone?: readonly UndoneChange[];
  readonly work: CommittedWork;
  readonly discoveries: readonly { readonly task: TaskId; readonly text: string }[];
  /** Of reviews that are tasks of the breakdown. */
  readonly verdicts: readonly ReviewerVerdict[];
  readonly reviews: readonly ReviewedWork[];
  /** Commands that failed beside other writers. */
  readonly runAgain: readonly CommandRunAgain[];
  /** What the policy decided, in order. */
  readonly decisions: readonly {
    readonly atMs: number;
    readonly decision: string;
    readonly reason: string;
    /** It is about a limit of what may be spent. */
    readonly isLimit?: true;
  }[];
  /** Reports and updates that came with a dead or foreign token and changed nothing. */
  readonly refused: readonly {
    readonly task: TaskId;
    readonly attempt?: AttemptId;
    readonly why: string;
  }[];
  readonly figures: RunFigures;
  /** What only a newer version understands of the plan, and this report leaves out; absent: nothing. */
  readonly newerParts?: readonly string[];
  /** What a report of this kind should say and this one cannot, because nobody measured it. */
  readonly notMeasured: readonly string[];
  readonly sessions: readonly SessionResult[];
  readonly timeline: readonly TimelineRow[];
}

/**
 * Brings all that is known about a plan together.
 * @param prices what models cost; without it nothing says what the run cost.
 */
export function aggregate(
  state: PlanState,
  events: readonly GraphEvent[],
  nowMs: number,
  prices?: PriceTable,
): RunReport {
  const { plan } = state;
  const { written, ...truth } = actualWrites(state, events);
  const tasks = taskResults(state, written, nowMs, prices);
  const figures = measureRun(state, events, nowMs, prices);
  const spec = specOf(state, events);
  const runAgain = commandsRunAgain(state);
  const having = (status: TaskResult["status"]) =>
    tasks.filter((task) => task.status === status).map((task) => task.task);
  const coming = tasksToCome(state);
  const inProgress = having("in_progress");
  const isDelivering = new Set(
    tasks.flatMap(({ task, outcome }) => (outcome === "delivering" ? [task] : [])),
  );
  const pending = having("pending");
  const goesOn = inProgress.length > 0 || coming.size > 0;
  const endedAtMs = goesOn ? undefined : lastEndMs(tasks);
  const gitMoves = gitMovesOf(plan.slug, events);
  const undone = undoneChanges(events, state.claims);
  const newer = newerParts(state, events);
  return {
    plan: {
      slug: plan.slug,
      title: plan.title,
      status: plan.status,
      ...(plan.cause && { cause: plan.cause }),
      ...(spec && { spec }),
      createdAtMs: plan.createdAtMs,
      lastChangedAtMs: events.at(-1)?.atMs ?? plan.createdAtMs,
    },
    atMs: nowMs,
    ...(endedAtMs !== undefined && { endedAtMs }),
    verdict: verdictOf(state, nowMs),
    goesOn,
    tasks,
    groups: {
      completed: having("completed"),
      failed: having("failed"),
      cancelled: having("cancelled"),
      running: inProgress.filter((id) => !isDelivering.has(id)),
      delivering: inProgress.filter((id) => isDelivering.has(id)),
      toCome: pending.filter((id) => coming.has(id)),
      notRun: pending.filter((id) => !coming.has(id)),
    },
    waitingForUser: waitingForUser(state.tasks, tasks),
    unverified: state.tasks.flatMap((task, i) => unverifiedOf(task, tasks[i] as TaskResult, runAgain)),
    findings: mergedFindings(state),
    sharedFiles: sharedFiles(state, written, nowMs),
    outsideScope: outsideScope(state, written, nowMs),
    scopeTruth: truth,
    suggestedScopes: suggestedScopes(state, writtenByTask(state, written)),
    ...(gitMoves.length > 0 && { gitMoves }),
    ...(undone.length > 0 && { undone }),
    work: committedWork(plan.slug, events),
    discoveries: discoveriesOf(tasks, events),
    verdicts: reviewerVerdicts(state),
    reviews: reviewedWorks(state),
    runAgain,
    decisions: events.flatMap(({ atMs, change }) =>
      change.type === "decision.taken"
        ? [
            {
              atMs,
              decision: change.decision,
              reason: change.reason,
              ...((change.maxTokens !== undefined || change.limit) && { isLimit: true as const }),
            },
          ]
        : change.type === "limit.near" || change.type === "task.limited"
          ? [{ atMs, decision: "limit", reason: change.reason, isLimit: true as const }]
          : [],
    ),
    refused: events.flatMap(({ change }) =>
      change.type === "token.refused"
        ? [
            {
              task: change.task,
              ...(change.attempt !== undefined && { attempt: change.attempt }),
              why: change.why,
            },
          ]
        : [],
    ),
    figures,
    ...(newer.length > 0 && { newerParts: newer }),
    notMeasured: notMeasured(figures),
    sessions: sessionResults(tasks, conversationUsage(events)),
    timeline: timelineOf(state, nowMs),
  };
}

function lastEndMs(tasks: readonly TaskResult[]): number | undefined {
  const ends = tasks.flatMap(({ attempts }) =>
    attempts.map(({ startedAtMs, durationMs }) => startedAtMs + durationMs),
  );
  return ends.length === 0 ? undefined : ends.reduce((last, ms) => Math.max(last, ms));
}

function specOf({ plan }: PlanState, events: readonly GraphEvent[]): string | undefined {
  const named = events
    .flatMap(({ change }) =>
      change.type === "plan.created" || change.type === "plan.updated" ? [change.document?.spec] : [],
    )
    .findLast((spec) => typeof spec === "string" && spec !== "");
  return specificationPath(plan.source, named);
}

/** Notes of the reports, then those that were put on tasks in other ways; the same text once. */
function discoveriesOf(
  tasks: readonly TaskResult[],
  events: readonly GraphEvent[],
): RunReport["discoveries"] {
  const reported = tasks.flatMap(({ task, notes }) => notes.map((text) => ({ task, text })));
  const annotated = events.flatMap(({ change }) =>
    change.type === "task.annotated" && change.note ? [{ task: change.task, text: change.note }] : [],
  );
  const seen = new Set<string>();
  return [...reported, ...annotated].filter(({ text }) => {
    const key = normaliseText(text);
    return seen.has(key) ? false : seen.add(key);
  });
}
