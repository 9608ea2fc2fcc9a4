import { isLive } from "../graph/attempt.ts";
import { brokenDependencies, reachableTasks, satisfiedTasks } from "../graph/readiness.ts";
import type { LoadedPlan } from "./plan-access.ts";

/** How far a plan is, in numbers of tasks. `ready` counts those whose dependencies hold. */
export interface Counts {
  readonly total: number;
  readonly pending: number;
  readonly ready: number;
  readonly running: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
}

export function countsOf(loaded: LoadedPlan): Counts {
  const of = (status: string) => loaded.state.tasks.filter((task) => task.status === status).length;
  const live = new Set(loaded.state.claims.filter(isLive).map((claim) => claim.task));
  return {
    total: loaded.tasks.size,
    pending: of("pending"),
    ready: satisfiedTasks(loaded.tasks).filter((task) => !live.has(task.id)).length,
    running: live.size,
    completed: of("completed"),
    failed: of("failed"),
    cancelled: of("cancelled"),
  };
}

/** The same without the zeros: an answer is read by a model that pays for each character. */
export function shortCounts(counts: Counts): Partial<Counts> {
  const { total, ...rest } = counts;
  return { total, ...Object.fromEntries(Object.entries(rest).filter(([, number]) => number > 0)) };
}

/** A plan is done when nothing runs and nothing can become ready. */
export function isDone(loaded: LoadedPlan): boolean {
  return !loaded.state.claims.some(isLive) && reachableTasks(loaded.tasks).size === 0;
}

/** Pending tasks that cannot start as things are, each with what stands in its way. */
export function stuckTasks(loaded: LoadedPlan): { task: string; reasons: string[] }[] {
  const reachable = reachableTasks(loaded.tasks);
  return loaded.state.tasks
    .filter((task) => task.status === "pending" && !reachable.has(task.id))
    .map((task) => {
      const broken = brokenDependencies(task, loaded.tasks).map(({ task: id, status }) => `${id} ${status}`);
      const behind = task.dependencies.filter((id) => loaded.tasks.get(id)?.status === "pending");
      return { task: task.id, reasons: [...broken, ...behind.map((id) => `${id} cannot start`)] };
    });
}
