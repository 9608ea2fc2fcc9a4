import type { Change, EngineEnd, GraphEvent } from "../../graph/event.ts";
import type { RunEngine } from "../../policy/engine.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { changePlan } from "../plan/plan-transaction.ts";
import type { PlanView } from "../plan/plan-view.ts";
import { isDone } from "../plan/progress.ts";
import { sameOwner } from "../project/owner.ts";
import type { RunContext } from "../project/run-context.ts";
import { runnersNow } from "../runners/runners-now.ts";

/** A run of an engine as it was started. */
export type EngineRun = Extract<Change, { type: "engine.started" }>;

/** What the log tells of a plan's engines. */
export interface EngineRecord {
  /** Runs that have not ended, oldest first; the process that one belongs to may be dead. */
  readonly open: readonly EngineRun[];
  readonly last: EngineRun | undefined;
  /** How the last one ended that did. */
  readonly lastEnd: EngineEnd | undefined;
  readonly nextRun: number;
}

export async function engineRecord(plan: PlanView): Promise<EngineRecord> {
  return engineRecordOf(await plan.reader.events(plan.id, { types: ["engine.started", "engine.ended"] }));
}

/** @param events of which only those of engines count. */
export function engineRecordOf(events: readonly GraphEvent[]): EngineRecord {
  const open = new Map<number, EngineRun>();
  let last: EngineRun | undefined;
  let lastEnd: EngineEnd | undefined;
  let nextRun = 1;
  for (const { change } of events) {
    if (change.type === "engine.started") {
      open.set(change.run, change);
      last = change;
      nextRun = change.run + 1;
    } else if (change.type === "engine.ended") {
      open.delete(change.run);
      lastEnd = change.how;
    }
  }
  return { open: [...open.values()], last, lastEnd, nextRun };
}

/** The engine that is no part of a conversation: `parallel run`. */
export const RUNNER_ENGINE = "run" satisfies RunEngine;

/** Whether something beside a conversation launches the plan's agents, for the user; empty where that is not so and was not. */
export async function engineWords(plan: PlanView): Promise<string> {
  if (plan.stored.status !== "open" || isDone(plan)) return "";
  const { slug } = plan.stored;
  const { open, last, lastEnd } = await engineRecord(plan);
  const { isGone } = await runnersNow(plan.reader, plan.stored.repository, plan.ctx.now());
  for (const { owner, engine } of open) {
    if (await isGone(owner)) continue;
    return engine === RUNNER_ENGINE
      ? `parallel run executes it (process ${owner.pid})`
      : "it runs beside a conversation";
  }
  if (open.length === 0 && lastEnd !== "lost") return "";
  return last?.engine === RUNNER_ENGINE
    ? `what launched its agents has stopped: parallel run ${slug} goes on, or /parallel:run ${slug}`
    : `what launched its agents has stopped: /parallel:run ${slug} goes on`;
}

/**
 * Starts a run of an engine, or goes on with the one that this process has; runs of processes that are gone end.
 * @param isOneOfSeveral whether others may execute the plan beside it.
 * @returns its number.
 */
export function startEngineRun(
  ctx: RunContext,
  store: GraphStore,
  actor: string,
  slug: string,
  engine: RunEngine,
  isOneOfSeveral = false,
): Promise<number> {
  return changePlan(ctx, store, actor, slug, async (plan) => {
    const { open, nextRun } = await engineRecord(plan);
    const { isGone } = await runnersNow(plan.reader, plan.stored.repository, plan.nowMs);
    for (const { run, owner } of open)
      if (await isGone(owner)) plan.append({ type: "engine.ended", run, how: "lost" });
    const own = open.find(({ owner }) => sameOwner(owner, ctx.owner));
    if (own) return own.run;
    const shared = isOneOfSeveral ? { isOneOfSeveral } : {};
    plan.append({ type: "engine.started", run: nextRun, engine, owner: ctx.owner, ...shared });
    return nextRun;
  });
}

/** Ends a run. @returns whether this call has done it: only one does, whoever tries, and tells of the end. */
export function endEngineRun(
  ctx: RunContext,
  store: GraphStore,
  slug: string,
  run: number,
  how: EngineEnd,
): Promise<boolean> {
  return changePlan(ctx, store, "server", slug, async (plan) => {
    const { open } = await engineRecord(plan);
    if (!open.some((other) => other.run === run)) return false;
    plan.append({ type: "engine.ended", run, how });
    return true;
  });
}
