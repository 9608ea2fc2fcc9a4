import type { AnyClaim, Outcome } from "../../graph/attempt.ts";
import type { PlanState } from "../../graph/plan-state.ts";
import { brokenDependencies, needsHold, reachableIn, statusesOf } from "../../graph/readiness.ts";
import type { Task, TaskId } from "../../graph/task.ts";

/** More names than this make a reason harder to read, not clearer. */
const NAMED_TASKS = 5;
const HOW_IT_ENDED: Readonly<Record<Outcome, string>> = {
  completed: "completed",
  failed: "failed",
  blocked: "was blocked",
  lost: "was lost",
  cancelled: "was cancelled",
  unreported: "ended without a report",
};

/** Why each pending task of a plan has not run, or not yet, in words for the user. */
export function notRunReasons(state: PlanState, nowMs: number): Map<TaskId, string> {
  const tasks = new Map(state.tasks.map((task) => [task.id, task]));
  const reachable = reachableIn(state.tasks);
  const lastClaim = new Map(state.claims.map((claim) => [claim.task, claim]));
  const pending = state.tasks.filter((task) => task.status === "pending");
  return new Map(
    pending.map((task) => {
      const claim = lastClaim.get(task.id);
      if (claim?.state === "offered" && claim.expiresAtMs > nowMs) {
        return [task.id, "is offered to an agent that has not started yet"];
      }
      if (!reachable.has(task.id)) return [task.id, whyUnreachable(task, tasks, reachable)];
      return [task.id, heldReason(state) ?? whyWaiting(task, tasks, claim)];
    }),
  );
}

function heldReason({ plan }: PlanState): string | undefined {
  if (plan.status === "open") return undefined;
  const held = plan.status === "paused" ? "the plan is paused" : "the plan was stopped";
  return plan.cause ? `${held}: ${plan.cause}` : held;
}

/** Names the failed or cancelled task that the chain of dependencies leads back to. */
function whyUnreachable(
  task: Task,
  tasks: ReadonlyMap<TaskId, Task>,
  reachable: ReadonlySet<TaskId>,
): string {
  const direct = brokenDependencies(task, tasks);
  const [first] = direct;
  if (first) {
    const same = direct.filter((broken) => broken.status === first.status).map((broken) => broken.task);
    return `needs ${listed(same)}, which ${verb(first.status)}`;
  }
  const stuck = task.dependencies.filter((id) => tasks.get(id)?.status === "pending" && !reachable.has(id));
  const root = firstBroken(stuck, tasks);
  if (root) return `needs ${listed(stuck)}, which cannot run because ${root.task} ${verb(root.status)}`;
  return `needs ${listed(task.dependencies.filter((id) => !tasks.has(id)))}, which is not in the plan`;
}

function firstBroken(from: readonly TaskId[], tasks: ReadonlyMap<TaskId, Task>) {
  const queue = [...from];
  const seen = new Set(queue);
  for (const id of queue) {
    const task = tasks.get(id);
    if (!task) continue;
    const [broken] = brokenDependencies(task, tasks);
    if (broken) return broken;
    for (const next of task.dependencies) {
      if (tasks.get(next)?.status !== "pending" || seen.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  return undefined;
}

function whyWaiting(task: Task, tasks: ReadonlyMap<TaskId, Task>, claim: AnyClaim | undefined): string {
  if (!needsHold(task.needs, statusesOf(task, tasks))) {
    const open = task.dependencies.filter((id) => tasks.get(id)?.status !== "completed");
    return `waits for ${listed(open)}`;
  }
  if (claim?.state !== "ended") return "ready";
  return `to be tried again after attempt ${claim.number} ${HOW_IT_ENDED[claim.outcome]}`;
}

function verb(status: "failed" | "cancelled"): string {
  return status === "failed" ? "failed" : "was cancelled";
}

function listed(ids: readonly TaskId[]): string {
  const more = ids.length - NAMED_TASKS;
  const names = ids.slice(0, NAMED_TASKS).join(", ");
  return more > 0 ? `${names} and ${more} more` : names;
}
