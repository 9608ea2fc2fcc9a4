import { levels } from "../graph/levels.ts";
import { hasEnded } from "../graph/readiness.ts";
import type { Task, TaskId } from "../graph/task.ts";
import { areAlternatives } from "../policy/alternatives.ts";
import { claimedScope, clashOfClaims, runsAlone } from "../policy/exclusivity.ts";
import { chooseStrategy, type Strategy } from "../policy/strategy.ts";
import { renderTimeline } from "../report/timeline.ts";
import { timelineOfSchedule } from "../report/timeline-rows.ts";
import { criticalPath } from "../schedule/critical-path.ts";
import { estimateBasis, estimateMs, estimateTokens } from "../schedule/estimate.ts";
import { lowerBoundMs, type Placement, simulate } from "../schedule/simulate.ts";
import type { RunContext } from "./context.ts";
import { realScope } from "./file-names.ts";
import { existingGraph, type LoadedPlan, loadPlan } from "./plan-access.ts";
import { type Counts, countsOf } from "./progress.ts";

export interface Analysis {
  readonly loaded: LoadedPlan;
  readonly counts: Counts;
  readonly strategy: Strategy;
  readonly reasons: readonly string[];
  readonly levels: readonly (readonly string[])[];
  readonly criticalPath: readonly string[];
  readonly conflicts: readonly string[];
  readonly unscoped: readonly string[];
  readonly estimate: {
    readonly sequentialMinutes: number;
    readonly makespanMinutes: number;
    readonly lowerBoundMinutes: number;
    readonly speedup: number;
    readonly tokens: number;
    readonly basis: string;
  };
  readonly timeline: string;
}

const MAX_CONFLICTS = 10;
const TIMELINE_WIDTH = 72;
/** A larger timeline is for people, not for an answer that a model reads. */
const MAX_TIMELINE_ROWS = 12;

/** What is left of a plan: what can run at once, what cannot and why, and what to expect of it. */
export async function analyzePlan(
  ctx: RunContext,
  slug: string,
  maxParallel: number | undefined,
): Promise<Analysis> {
  const store = await existingGraph(ctx, slug);
  const loaded = await store.read((reader) => loadPlan(ctx, reader, slug));
  const open = [...loaded.graph.tasks.values()].filter((task) => !hasEnded(task.status));
  const cap = maxParallel ?? loaded.policy.maxParallel;
  const openIds = new Set<string>(open.map((task) => task.id));
  const nodes = open.map((task) => ({
    id: task.id as string,
    dependencies: task.dependencies.filter((id) => openIds.has(id)) as readonly string[],
    durationMs: estimateMs(task),
    role: ctx.roles.resolve(task.agent).role,
    scope: realScope(ctx.checkout.root, claimedScope(task, loaded.policy)),
  }));
  const scopes = new Map(nodes.map((node) => [node.id, node.scope]));
  const clash = (a: { id: string }, b: { id: string }) => {
    const [ours, theirs] = [scopes.get(a.id), scopes.get(b.id)];
    const taskOf = (id: string) => loaded.graph.tasks.get(id as TaskId);
    if (areAlternatives(taskOf(a.id), taskOf(b.id))) return undefined;
    return ours && theirs ? clashOfClaims(ours, theirs, ctx.caseInsensitive) : undefined;
  };
  const schedule = simulate(
    nodes,
    { cap, capacity: loaded.policy.capacity },
    (a, b) => clash(a, b) !== undefined,
  );
  const sequentialMs = nodes.reduce((sum, node) => sum + node.durationMs, 0);
  const inLevels = levels(nodes);
  const { strategy, reasons } = chooseStrategy({
    tasks: open.length,
    total: loaded.graph.tasks.size,
    sequentialMs,
    makespanMs: schedule.makespanMs,
    longestTaskMs: Math.max(0, ...nodes.map((node) => node.durationMs)),
    filesWritten: filesWritten(open),
    levels: inLevels.length,
  });
  const subjects = new Map<string, string>(open.map((task) => [task.id, task.subject]));
  return {
    loaded,
    counts: countsOf(loaded),
    strategy,
    reasons,
    levels: inLevels.map((level) => level.map((node) => node.id)),
    criticalPath: criticalPath(nodes).ids,
    conflicts: conflictsOf(inLevels, clash),
    unscoped: nodes.filter((node) => node.scope.basis === "unscoped").map((node) => node.id),
    estimate: {
      sequentialMinutes: minutes(sequentialMs),
      makespanMinutes: minutes(schedule.makespanMs),
      lowerBoundMinutes: minutes(lowerBoundMs(nodes, cap)),
      speedup: Math.round((sequentialMs / Math.max(1, schedule.makespanMs)) * 10) / 10,
      tokens: estimateTokens(sequentialMs),
      basis: estimateBasis(open),
    },
    timeline: timelineText(schedule.placements, subjects),
  };
}

/** The schedule as bars; of a large one, the rows that start first. */
function timelineText(placements: readonly Placement[], subjects: ReadonlyMap<string, string>): string {
  const rows = timelineOfSchedule(
    placements.map(({ task, startMs, endMs }) => ({
      task: task as TaskId,
      subject: subjects.get(task) ?? "",
      startMs,
      endMs,
    })),
  );
  const text = renderTimeline(rows.slice(0, MAX_TIMELINE_ROWS), { width: TIMELINE_WIDTH, colour: false });
  return rows.length > MAX_TIMELINE_ROWS ? `${text}\n… and ${rows.length - MAX_TIMELINE_ROWS} more` : text;
}

function minutes(ms: number): number {
  return Math.round(ms / 6_000) / 10;
}

/** Distinct paths that are written, when every task declares or names them. */
function filesWritten(tasks: readonly Task[]): number | undefined {
  const paths = new Set<string>();
  for (const task of tasks) {
    const writes = task.writes ?? (task.inferredWrites.length > 0 ? task.inferredWrites : undefined);
    if (!writes) return undefined;
    for (const path of writes) paths.add(path);
  }
  return paths.size;
}

/** Pairs that dependencies would allow to run together but files do not. */
function conflictsOf<T extends { id: string; scope: import("../graph/scope.ts").Scope }>(
  inLevels: readonly (readonly T[])[],
  clash: (a: T, b: T) => ReturnType<typeof clashOfClaims>,
): string[] {
  const conflicts: string[] = [];
  let more = 0;
  for (const level of inLevels) {
    for (const [i, a] of level.entries()) {
      // What runs alone is listed as unscoped already.
      if (runsAlone(a.scope)) continue;
      for (const b of level.slice(i + 1)) {
        const found = runsAlone(b.scope) ? undefined : clash(a, b);
        if (!found) continue;
        if (conflicts.length === MAX_CONFLICTS) more += 1;
        else
          conflicts.push(`${a.id} and ${b.id}: ${found.kind === "resource" ? found.resource : found.ours}`);
      }
    }
  }
  return more > 0 ? [...conflicts, `and ${more} more pairs`] : conflicts;
}
