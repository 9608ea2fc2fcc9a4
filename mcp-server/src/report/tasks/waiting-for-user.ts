import { brokenDependencies, reachableIn } from "../../graph/readiness.ts";
import type { Task, TaskId } from "../../graph/task.ts";
import type { TaskResult } from "./task-result.ts";

/** Something that goes no further until the user decides. */
export interface WaitingForUser {
  readonly task: TaskId;
  readonly kind: "question" | "failed" | "cancelled";
  /** The question, or why the task ended as it did. */
  readonly text: string;
  readonly attempts: number;
  /** Tasks that cannot run before this is settled, in order of position. */
  readonly heldUp: readonly TaskId[];
}

/**
 * Failed tasks (the plan has used up their retries, or they asked a question), and cancelled ones that other
 * tasks still wait for. Those that hold up most come first.
 */
export function waitingForUser(tasks: readonly Task[], results: readonly TaskResult[]): WaitingForUser[] {
  if (results.length === 0) return [];
  const heldUpBy = findHeldUp(tasks);
  return results
    .flatMap((result): WaitingForUser[] => {
      const heldUp = heldUpBy.get(result.task) ?? [];
      if (result.status !== "failed" && heldUp.length === 0) return [];
      const kind = result.status === "cancelled" ? "cancelled" : result.question ? "question" : "failed";
      const text = result.question ?? result.summary ?? result.reason ?? "no reason was given";
      return [{ task: result.task, kind, text, attempts: result.attempts.length, heldUp }];
    })
    .sort((a, b) => b.heldUp.length - a.heldUp.length);
}

/** For each failed or cancelled task, the pending ones that cannot run because of it, directly or not. */
function findHeldUp(tasks: readonly Task[]): Map<TaskId, TaskId[]> {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const reachable = reachableIn(tasks);
  const stuck = tasks.filter((task) => task.status === "pending" && !reachable.has(task.id));
  const dependents = new Map<TaskId, Task[]>();
  for (const task of stuck) {
    for (const id of task.dependencies) {
      const list = dependents.get(id);
      if (list) list.push(task);
      else dependents.set(id, [task]);
    }
  }
  const broken = new Set(stuck.flatMap((task) => brokenDependencies(task, byId).map(({ task: id }) => id)));
  return new Map(
    [...broken].map((id) => {
      const heldUp = new Set<Task>();
      const queue = [id];
      for (const next of queue) {
        for (const task of dependents.get(next) ?? []) {
          if (heldUp.has(task)) continue;
          heldUp.add(task);
          queue.push(task.id);
        }
      }
      return [id, [...heldUp].sort((a, b) => a.position - b.position).map((task) => task.id)];
    }),
  );
}
