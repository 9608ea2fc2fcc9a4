import { basename } from "node:path";
import { takesPlace } from "../../graph/attempt.ts";
import type { PlanState } from "../../graph/plan-state.ts";
import type { PlanEntry, SnapshotCounts } from "../../live/snapshot.ts";
import { cleanText, NAME_LIMIT } from "../../text/sanitize.ts";
import { type DeadClaims, deadClaims, stateNow } from "../plan/interrupted.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import type { PlanView } from "../plan/plan-view.ts";
import { isDone } from "../plan/progress.ts";
import type { RunContext } from "../project/run-context.ts";
import { needsNow } from "./facts/needs.ts";
import { notAchieved } from "./facts/not-achieved.ts";

/** A plan among others. */
export async function planEntry(plan: PlanView, nowMs: number, address: string): Promise<PlanEntry> {
  const { stored, ctx } = plan;
  const dead = await deadClaims(plan.reader, nowMs);
  const state = stateNow(plan, dead);
  return {
    plan: stored.slug,
    title: cleanText(stored.title, NAME_LIMIT),
    repository: repositoryTitle(ctx, stored.repository),
    address,
    status: stored.status,
    done: isDone(plan),
    counts: snapshotCounts(plan, state, dead),
    needs: needsNow(plan, state.tasks, notAchieved(state, nowMs)).length,
    createdAtMs: stored.createdAtMs,
  };
}

/** For people: the last part of an origin's address or of a path. A database of its own does not name its repository. */
export function repositoryTitle({ checkout }: Pick<RunContext, "checkout">, repository: string): string {
  const path = repository.replace(/[\\/]?\.git$/, "");
  return cleanText(path.split(/[\\/:]/).at(-1) || basename(checkout.root), NAME_LIMIT);
}

/** @param state without what only seems to run. @param dead claims that nobody is behind any more. */
export function snapshotCounts(plan: LoadedPlan, state: PlanState, dead: DeadClaims): SnapshotCounts {
  const of = (status: string) => state.tasks.filter((task) => task.status === status).length;
  const live = plan.graph.live.filter(({ id }) => !dead.has(id));
  const delivering = live.filter((claim) => !takesPlace(claim)).length;
  // What a newer version has in progress without a claim goes on as well.
  const claimed = new Set(live.map(({ task }) => task));
  const isUnclaimed = (task: PlanState["tasks"][number]) =>
    task.status === "in_progress" && !claimed.has(task.id);
  const running = live.length - delivering + state.tasks.filter(isUnclaimed).length;
  const [total, completed, failed, cancelled] = [
    state.tasks.length,
    of("completed"),
    of("failed"),
    of("cancelled"),
  ];
  const waiting = total - completed - failed - cancelled - running - delivering;
  return { total, completed, running, delivering, failed, cancelled, waiting };
}
