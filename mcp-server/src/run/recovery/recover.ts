import type { Change } from "../../graph/event.ts";
import { findCycle } from "../../graph/order/cycle.ts";
import { extraFor, type RecoveryPurpose, recoveryOf } from "../../graph/purpose.ts";
import { hasEnded } from "../../graph/readiness.ts";
import { outlineOf, type Task, type TaskId, type TaskOutline } from "../../graph/task.ts";
import { causeText } from "../../graph/task-cause.ts";
import type { Decision } from "../../policy/failure/decision.ts";
import { planRecovery, type Recovery, recoveryFor, type TaskFailure } from "../../policy/failure/recovery.ts";
import { oneAtATime } from "../../policy/throttle.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { nextPosition } from "../plan/new-task.ts";
import type { PlanTransaction } from "../plan/plan-transaction.ts";
import { isDone } from "../plan/progress.ts";
import { failureLines, recoveryTask, whatWentWrong } from "./cause-task.ts";

/**
 * Decides what follows from a failed attempt, in the transaction that ends it, and logs it with the reason. Where
 * several tasks failed for what looks like one cause, or nothing has worked at all, a task is made that looks for
 * the cause, and those that may be tried again wait for it. Who fails later for such a cause waits for the same task,
 * and where that has ended, its next agent is told what was found. A task that waited for one such task already is
 * not held back again.
 */
export function decideAfterFailure(plan: PlanTransaction, id: TaskId): void {
  const { graph, policy } = plan;
  const failures = failuresOf(plan);
  const late = joinRecovery(plan, failures, id);
  if (late) {
    plan.append(...late);
    return;
  }
  const recovery = planRecovery({
    failure: policy.failure,
    failures,
    completed: graph.count("completed"),
    running: graph.live.length,
  });
  plan.append(...(recovery ? recoveryChanges(plan, recovery, plan.nowMs) : [withoutRecovery(plan, id)]));
}

/** Logs that a task is given up without a failed attempt: it asks a person, or too many of its attempts were lost. */
export function decideAfterEnd(plan: PlanTransaction, id: TaskId): void {
  const { graph, stored } = plan;
  const task = graph.tasks.get(id);
  if (task?.status !== "failed") return;
  const isStopped = stored.status === "stopped";
  const then = isStopped
    ? ", and the policy is fail-fast"
    : isDone(plan)
      ? ", and nothing is left that can run"
      : "; what does not need it goes on";
  plan.append({
    type: "decision.taken",
    decision: isStopped ? "stop" : "escalate",
    reason: `${id}: ${task.cause && causeText(task.cause)}${then}.`,
  });
}

/** The task has failed for a cause that was looked for before: it waits for that, not for another such task. */
function joinRecovery(
  loaded: LoadedPlan,
  failures: readonly TaskFailure[],
  id: TaskId,
): Change[] | undefined {
  const { graph } = loaded;
  const failure = failures.find((other) => other.task === id);
  const task = graph.tasks.get(id);
  if (!failure?.mayRetry || !task) return undefined;
  const found = recoveryFor(failure.text, recoveriesOf(loaded));
  if (!found) return undefined;
  const { made: recovery, purpose } = found;
  const definition = heldBackBy(recovery.id, task, graph.tasks);
  if (wouldWaitForItself(loaded, definition)) return undefined;
  return [
    ...(hasEnded(recovery.status) ? [] : alsoFor(loaded, recovery, purpose, task)),
    { type: "task.defined", task: id, definition },
    { type: "decision.taken", ...whyJoined(id, recovery) },
  ];
}

/** Those that a person cancelled are not wanted, and nobody is made to wait for them. */
function recoveriesOf({ graph }: LoadedPlan) {
  return [...graph.tasks.values()].flatMap((made) => {
    const purpose = recoveryOf(made);
    return purpose && made.status !== "cancelled"
      ? [{ task: made.id, causes: purpose.causes, purpose, made }]
      : [];
  });
}

function whyJoined(id: TaskId, { id: recovery, status }: Task): { decision: Decision; reason: string } {
  const cause = `${id} seems to have failed for the cause that ${recovery}`;
  if (status === "failed")
    return { decision: "escalate", reason: `${cause} could not fix: it is not tried again.` };
  const reason =
    status === "completed"
      ? `${cause} was made for: it is tried again with what was found.`
      : `${cause} is made for: it is tried again after that.`;
  return { decision: "retry", reason };
}

/** The recovery is for this task as well; its agent is told so, if it has not begun. */
function alsoFor(loaded: LoadedPlan, recovery: Task, purpose: RecoveryPurpose, failed: Task): Change[] {
  const outline = outlineOf(recovery);
  const extra = {
    ...outline.extra,
    ...extraFor({ ...purpose, failed: [...new Set([...purpose.failed, failed.id])] }),
  };
  return [
    { type: "task.defined", task: recovery.id, definition: { ...outline, extra } },
    {
      type: "task.annotated",
      task: recovery.id,
      note: `This failed later and looks the same:\n${failureLines(loaded, failed)}`,
    },
  ];
}

/** What recovers may have been told to wait for the task that failed. */
function wouldWaitForItself({ graph }: LoadedPlan, definition: TaskOutline): boolean {
  const edges = new Map<string, readonly string[]>();
  for (const task of graph.tasks.values()) edges.set(task.id, task.dependencies);
  edges.set(definition.id, definition.dependencies);
  return findCycle(edges) !== undefined;
}

function recoveryChanges(loaded: LoadedPlan, recovery: Recovery, nowMs: number): Change[] {
  const { graph } = loaded;
  const failed = recovery.tasks.flatMap((id) => graph.tasks.get(id as TaskId) ?? []);
  const definition = recoveryTask(loaded, recovery, failed);
  const waiting = failed.filter((task) => task.status === "pending" && !graph.hasLiveClaim(task.id));
  return [
    { type: "task.created", task: definition.id, definition, position: nextPosition(loaded) },
    ...waiting.map(
      (task): Change => ({
        type: "task.defined",
        task: task.id,
        definition: heldBackBy(definition.id, task, graph.tasks),
      }),
    ),
    ...(recovery.kind === "approach"
      ? [{ type: "plan.throttled" as const, throttle: oneAtATime(nowMs) }]
      : []),
    { type: "decision.taken", decision: "retry", reason: `${recovery.reason} (${definition.id})` },
  ];
}

/**
 * Who does not need all of its dependencies could start without the recovery, or although it failed: it waits for that
 * and what it had.
 */
function heldBackBy(recovery: TaskId, task: Task, tasks: ReadonlyMap<TaskId, Task>): TaskOutline {
  const definition = outlineOf(task);
  if (task.needs === "all") return { ...definition, dependencies: [...task.dependencies, recovery] };
  const had = task.dependencies.filter((id) => tasks.get(id)?.status === "completed");
  return { ...definition, needs: "all", dependencies: [...had, recovery] };
}

/** The failure is the task's own matter: it is tried again, stops the plan, or is left to a person. */
function withoutRecovery(loaded: LoadedPlan, id: TaskId): Change {
  const { graph, stored } = loaded;
  const decided = (decision: Decision, reason: string): Change => ({
    type: "decision.taken",
    decision,
    reason,
  });
  const task = graph.tasks.get(id);
  if (stored.status === "stopped") return decided("stop", `${id} failed and the policy is fail-fast.`);
  if (task?.status === "pending") {
    return decided("retry", `${id} failed and is tried again, with what was learnt in its brief.`);
  }
  const attempts = task?.failedAttempts === 1 ? "its only attempt" : `${task?.failedAttempts} attempts`;
  return isDone(loaded)
    ? decided("escalate", `${id} failed after ${attempts}, and nothing is left that can run.`)
    : decided("proceed", `${id} failed after ${attempts}; what does not need it goes on.`);
}

/**
 * Failed tasks that wait for no recovery, in the order of the plan. What is being tried again tells of a cause as well;
 * the claim on it stands, whatever becomes of the others.
 */
function failuresOf(loaded: LoadedPlan): TaskFailure[] {
  const { graph } = loaded;
  return [...graph.tasks.values()].flatMap((task) => {
    const isOver = task.status === "completed" || task.status === "cancelled";
    if (isOver || task.failedAttempts === 0 || recoveryOf(task)) return [];
    if (task.dependencies.some((id) => recoveryOf(graph.tasks.get(id)) !== undefined)) return [];
    const mayRetry = task.status === "pending" && !graph.hasLiveClaim(task.id);
    return [{ task: task.id, text: whatWentWrong(loaded, task.id), mayRetry }];
  });
}
