import { brokenDependencies, reachableTasks } from "../../graph/readiness.ts";
import { raiseLimit, spentText } from "../../policy/spending/limits.ts";
import { type LoadedPlan, pauseSeconds } from "./load-plan.ts";

/** How far a plan is, in numbers of tasks. `ready` counts those whose dependencies hold. */
export interface Counts {
  readonly total: number;
  readonly pending: number;
  readonly ready: number;
  readonly running: number;
  /** Reported, and their work is on its way onto a branch. */
  readonly delivering: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
}

export function countsOf({ graph }: LoadedPlan): Counts {
  return {
    total: graph.tasks.size,
    pending: graph.count("pending"),
    ready: graph.readyCount,
    running: graph.underCap.length,
    delivering: graph.live.length - graph.underCap.length,
    completed: graph.count("completed"),
    failed: graph.count("failed"),
    cancelled: graph.count("cancelled"),
  };
}

/** The same without the zeros: an answer is read by a model that pays for each character. */
export function shortCounts(counts: Counts): Partial<Counts> {
  const { total, ...rest } = counts;
  return { total, ...Object.fromEntries(Object.entries(rest).filter(([, number]) => number > 0)) };
}

/**
 * A plan is done when nothing runs and nothing can become ready; with nothing running, nothing will. A task in progress
 * without a claim has a status of a newer version, which goes on with it.
 */
export function isDone({ graph }: LoadedPlan): boolean {
  return graph.live.length === 0 && graph.readyCount === 0 && graph.count("in_progress") === 0;
}

/** Pending tasks that cannot start as things are, each with what stands in its way. */
export function stuckTasks({ graph }: LoadedPlan, most: number): { task: string; reasons: string[] }[] {
  const reachable = reachableTasks(graph.tasks);
  const stuck: { task: string; reasons: string[] }[] = [];
  for (const task of graph.tasks.values()) {
    if (stuck.length === most) break;
    if (task.status !== "pending" || reachable.has(task.id)) continue;
    const broken = brokenDependencies(task, graph.tasks).map(({ task: id, status }) => `${id} ${status}`);
    const behind = task.dependencies.filter((id) => graph.tasks.get(id)?.status === "pending");
    stuck.push({ task: task.id, reasons: [...broken, ...behind.map((id) => `${id} cannot start`)] });
  }
  return stuck;
}

/** Why nothing of an open plan starts now, whatever is ready; undefined where nothing keeps it. */
export function whyPlanIsHeld(loaded: LoadedPlan): string | undefined {
  const { stored, pauseMs, spent } = loaded;
  if (stored.status !== "open") return undefined;
  if (spent) return `${spentText(spent)} ${raiseLimit(stored.slug, spent)}`;
  if (pauseMs === 0) return undefined;
  return `A rate or usage limit was reached; nothing starts for ${pauseSeconds(loaded)} s.`;
}
