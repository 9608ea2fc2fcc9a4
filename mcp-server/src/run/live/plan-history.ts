import type { GraphEvent } from "../../graph/event.ts";
import type { PlanStatus } from "../../graph/plan.ts";
import type { Task, TaskStatus } from "../../graph/task.ts";
import type { HistoryTask, PlanHistory } from "../../live/snapshot.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { readGraph } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";
import { incidentsOf } from "./facts/incidents.ts";
import { planSnapshot } from "./plan-snapshot.ts";

/** A whole run, up to now, for replay. @throws CallerError when there is no such plan. */
export async function planHistory(ctx: RunContext, store: GraphStore, slug: string): Promise<PlanHistory> {
  return readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    const snapshot = await planSnapshot(plan, ctx.now());
    const events = await view.reader.events(plan.id);
    const statuses = statusesOf(events);
    const planStatuses = events.flatMap(({ atMs, change }): [number, PlanStatus][] =>
      change.type === "plan.created"
        ? [[atMs, "open"]]
        : change.type === "plan.status"
          ? [[atMs, change.status]]
          : [],
    );
    const ended = snapshot.tasks.flatMap(({ attempts }) => attempts.flatMap(({ endMs }) => endMs ?? []));
    const startMs = snapshot.startedAtMs ?? plan.stored.createdAtMs;
    const { title, repository, seq, atMs } = snapshot;
    return {
      ...{ v: 1, plan: slug, title, repository, seq, startMs },
      endMs: snapshot.done ? ended.reduce((last, ms) => Math.max(last, ms), startMs) : atMs,
      statuses: planStatuses,
      cap: plan.policy.maxParallel,
      tasks: snapshot.tasks.map((row): HistoryTask => {
        const { id, subject, position, phase, role, model, needs, attempts } = row;
        const task = plan.graph.tasks.get(id as Task["id"]) as Task;
        const needed = neededOf(task);
        return {
          ...{ id, subject, position, needs, attempts },
          ...(phase !== undefined && { phase }),
          ...(role !== undefined && { role }),
          ...(model !== undefined && { model }),
          statuses: statuses.get(id) ?? [],
          ...(needed !== undefined && { needed }),
          durationMs: Math.round(plan.estimates.durationMs(task)),
        };
      }),
      trouble: incidentsOf(plan.graph, events),
    };
  });
}

function statusesOf(events: readonly GraphEvent[]): Map<string, (readonly [number, TaskStatus])[]> {
  const statuses = new Map<string, (readonly [number, TaskStatus])[]>();
  for (const { atMs, change } of events) {
    if (change.type === "task.created") statuses.set(change.task, [[atMs, "pending"]]);
    if (change.type === "task.status") statuses.get(change.task)?.push([atMs, change.status]);
  }
  return statuses;
}

function neededOf({ needs, dependencies }: Task): HistoryTask["needed"] {
  if (needs === "all") return undefined;
  if (needs === "settled") return "ended";
  return needs === "any" ? Math.min(1, dependencies.length) : needs.atLeast;
}
