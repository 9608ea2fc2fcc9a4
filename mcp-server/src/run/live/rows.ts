import { type AnyClaim, isAttempt, isLive, workedUntilMs } from "../../graph/attempt.ts";
import type { PlanState } from "../../graph/plan-state.ts";
import { hasEnded, reachableTasks } from "../../graph/readiness.ts";
import { plainSubject, type Task, type TaskId } from "../../graph/task.ts";
import { newTokens } from "../../graph/usage.ts";
import type { AttemptRow, RowGroup, TaskRow, WaitKind } from "../../live/snapshot.ts";
import { attemptStanding } from "../../report/tasks/attempt-span.ts";
import type { TaskResult } from "../../report/tasks/task-result.ts";
import { cleanText, LINE_LIMIT, NAME_LIMIT } from "../../text/sanitize.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import type { ExpectedTimes } from "../planning/expected-times.ts";
import { askingTasks } from "./needs.ts";
import { machineOf } from "./run-by.ts";
import type { ReadyWait } from "./waits.ts";

/** Half of its lease without a sign of life is long: a living agent gives one every third of it. */
const SILENT_SHARE = 1 / 2;

export interface RowFacts {
  readonly loaded: LoadedPlan;
  /** The plan without what only seems to run. */
  readonly state: PlanState;
  readonly results: readonly TaskResult[];
  readonly waits: ReadonlyMap<TaskId, ReadyWait>;
  readonly expected: ExpectedTimes | undefined;
}

/** Every task as views show it, in order of position. */
export function rowsOf(facts: RowFacts): TaskRow[] {
  const { state, results } = facts;
  const claims = new Map<TaskId, AnyClaim[]>();
  for (const claim of state.claims) {
    const own = claims.get(claim.task);
    if (own) own.push(claim);
    else claims.set(claim.task, [claim]);
  }
  const byId = new Map(state.tasks.map((task) => [task.id, task]));
  const reachable = reachableTasks(byId);
  const asking = askingTasks(results);
  return state.tasks.map((task, i) => {
    const result = results[i] as TaskResult;
    const own = claims.get(task.id) ?? [];
    const live = own.find(isLive);
    const open = task.dependencies.filter((id) => !hasEnded(byId.get(id)?.status ?? "cancelled"));
    return {
      ...nameOf(task, state),
      status: task.status,
      ...standing(task, live, facts.waits.get(task.id), result, {
        open,
        canRun: reachable.has(task.id),
        asks: asking.has(task.id),
      }),
      needs: task.dependencies,
      critical: facts.expected?.critical.has(task.id) ?? false,
      ...progressOf(task, own, facts),
    };
  });
}

function nameOf(
  task: Task,
  { plan }: PlanState,
): Pick<TaskRow, "id" | "subject" | "position"> & Partial<TaskRow> {
  const phase = task.phaseName ?? (task.phase === undefined ? undefined : `${task.phase}`);
  return {
    id: task.id,
    subject: cleanText(plainSubject(task, plan.slug), NAME_LIMIT),
    position: task.position,
    ...(phase !== undefined && { phase: cleanText(phase, NAME_LIMIT) }),
    ...(task.agent !== undefined && { role: cleanText(task.agent.replace(/^parallel:/, ""), NAME_LIMIT) }),
  };
}

interface Around {
  /** Dependencies that have not ended. */
  readonly open: readonly TaskId[];
  readonly canRun: boolean;
  readonly asks: boolean;
}

function standing(
  task: Task,
  live: AnyClaim | undefined,
  wait: ReadyWait | undefined,
  { reason: why, summary }: TaskResult,
  { open, canRun, asks }: Around,
): Pick<TaskRow, "group" | "waitsFor"> & Partial<TaskRow> {
  const said = why === undefined ? {} : { reason: cleanText(why, LINE_LIMIT) };
  const is = (group: RowGroup, kind: WaitKind, waitsFor: readonly TaskId[] = []) => ({
    ...{ group, why: kind, waitsFor },
    ...said,
  });
  if (task.status === "in_progress" || live) return { group: "running", waitsFor: [] };
  if (task.status === "completed" || task.status === "cancelled")
    return { group: "done", waitsFor: [], ...said };
  if (task.status === "failed") {
    const reason = asks ? "asks a question" : (why ?? summary ?? "failed");
    return { ...is("cannotRun", asks ? "question" : "failed"), reason: cleanText(reason, LINE_LIMIT) };
  }
  if (!canRun) return is("cannotRun", "behind", open);
  if (!wait) return is("waits", "tasks", open);
  // That it failed before says more of it than that it is the next.
  const reason = wait.why === "next" && why !== undefined && why !== "ready" ? why : wait.reason;
  return {
    ...{ group: "couldStart", why: wait.why, waitsFor: wait.waitsFor },
    reason: cleanText(reason, LINE_LIMIT),
  };
}

function progressOf(
  task: Task,
  claims: readonly AnyClaim[],
  { loaded, expected }: RowFacts,
): Pick<TaskRow, "attempts"> & Partial<TaskRow> {
  const attempts = claims.flatMap(attemptRow);
  const measured = claims.flatMap((claim) => (isAttempt(claim) ? (claim.usage ?? []) : []));
  const model = claims.findLast(({ chosenModel }) => chosenModel?.model)?.chosenModel?.model;
  const running = claims.find((claim) => claim.state === "running");
  const times = expected?.tasks.get(task.id);
  const startMs = running?.state === "running" ? running.startedAtMs : times?.startMs;
  return {
    ...(model !== undefined && { model }),
    attempts,
    ...(times &&
      startMs !== undefined && {
        expected: {
          startMs: Math.round(startMs),
          endMs: Math.round(times.endMs),
          durationMs: Math.round(loaded.estimates.durationMs(task)),
        },
      }),
    ...(measured.length > 0 && { tokens: measured.reduce((sum, usage) => sum + newTokens(usage), 0) }),
    ...(running?.state === "running" && {
      lastSeenMs: running.lastSeenMs,
      silentAtMs: running.lastSeenMs + Math.round(loaded.policy.leaseMs * SILENT_SHARE),
    }),
  };
}

/** A claim as an attempt of its task; none for an offer that came to nothing. */
export function attemptRow(claim: AnyClaim): AttemptRow[] {
  if (claim.state === "returned") return [];
  const machine = cleanText(machineOf(claim.owner), NAME_LIMIT);
  if (!isAttempt(claim)) return [{ number: 0, state: "offered", startMs: claim.offeredAtMs, machine }];
  const endMs = workedUntilMs(claim);
  return [
    {
      number: claim.number,
      state: attemptStanding(claim),
      startMs: claim.startedAtMs,
      ...(endMs !== undefined && { endMs: Math.max(claim.startedAtMs, endMs) }),
      machine,
      ...(claim.usage && { tokens: newTokens(claim.usage) }),
    },
  ];
}
