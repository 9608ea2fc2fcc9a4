import { takesPlace } from "../../graph/attempt.ts";
import type { PlanGraph } from "../../graph/plan-graph.ts";
import { hasEnded, reachableTasks } from "../../graph/readiness.ts";
import { type ParsedScope, parseScope, type Scope } from "../../graph/scope/scope.ts";
import type { Task, TaskId } from "../../graph/task.ts";
import type { TaskEstimates } from "../../graph/task-estimates.ts";
import { areAlternatives } from "../../policy/alternatives.ts";
import { type ClashPair, clashPairs } from "../../policy/clash-pairs.ts";
import { claimedScope, runsAlone } from "../../policy/exclusivity.ts";
import type { Policy } from "../../policy/policy.ts";
import { type PlanTask, planProblem } from "../../schedule/problem/plan-problem.ts";
import { Replanner } from "../../schedule/replan.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import type { RunContext } from "../project/run-context.ts";

/** With more open tasks the longest chain decides: a plan would take longer than anybody waits. */
const MAX_PLANNED = 20_000;

/** The project facts that the planner needs. */
export type PlannerContext = Pick<RunContext, "roles" | "caseInsensitive">;

/** What the planner is told of tasks, by index. */
export interface Planning {
  readonly tasks: readonly PlanTask[];
  readonly scopes: readonly Scope[];
  readonly parsed: readonly ParsedScope[];
  readonly clashes: readonly ClashPair[];
}

/** @param tasks those that are still to be done. Links are not followed: a claim does that when it is its turn. */
export function planningOf(
  { roles, caseInsensitive }: PlannerContext,
  tasks: readonly Task[],
  policy: Pick<Policy, "unscoped">,
  estimates: TaskEstimates,
): Planning {
  const scopes = tasks.map((task) => claimedScope(task, policy));
  const parsed = scopes.map((scope) => parseScope(scope, caseInsensitive));
  return {
    scopes,
    parsed,
    clashes: clashPairs(parsed).filter(({ a, b }) => !areAlternatives(tasks[a], tasks[b])),
    tasks: tasks.map((task, i) => ({
      id: task.id,
      dependencies: task.dependencies,
      needs: task.needs,
      durationMs: estimates.durationMs(task) + estimates.launchMs,
      role: roles.resolve(task.agent).role,
      alone: runsAlone(scopes[i] as Scope),
    })),
  };
}

/** What a good schedule does now. */
export interface Ahead {
  /** Tasks that it starts now, the most urgent first. */
  readonly startNow: readonly TaskId[];
  /** Tasks that could start as well and that it lets wait, because everything is expected to end sooner that way. */
  readonly heldBack: ReadonlySet<TaskId>;
}

/** A plan in memory with its schedule; it holds while the plan keeps its shape and its limits. */
export interface Planner {
  readonly key: string;
  /** For which that is the key, so that it is seldom written anew. */
  keyOf: { readonly shape: number; readonly policy: Policy };
  readonly ids: readonly TaskId[];
  readonly indexOf: ReadonlyMap<TaskId, number>;
  readonly replanner: Replanner;
  last?: Decided;
}

/** What was decided last, by the indices of tasks, and for which state. */
interface Decided {
  readonly atMs: number;
  /** Of the graph at that time. */
  readonly endings: number;
  readonly running: ReadonlySet<number>;
  readonly startNow: readonly number[];
  readonly heldBack: ReadonlySet<TaskId>;
}

/** What was decided is not thought over before so much time has passed, if only what it starts has happened since. */
const HOLDS_MS = 1_000;

const planners = new WeakMap<PlanGraph, Planner>();

/**
 * Schedules a plan, so that `aheadOf` knows what to do. It may take a while: to be called apart from any write
 * transaction, so that nobody waits for the planner.
 */
export function planAhead(ctx: PlannerContext, loaded: LoadedPlan): void {
  const { graph, cap } = loaded;
  if (graph.readyCount >= 2 && graph.underCap.length < cap) plannerOf(ctx, loaded);
}

/** The planner of the plan as it is now, made if need be; undefined for a plan that is too large. */
export function plannerOf(
  ctx: PlannerContext,
  { graph, policy, estimates }: LoadedPlan,
): Planner | undefined {
  if (graph.openCount > MAX_PLANNED) return undefined;
  const known = knownPlanner(graph, policy);
  if (known) return known;
  const open = [...graph.tasks.values()].filter((task) => !hasEnded(task.status));
  const { tasks, clashes } = planningOf(ctx, open, policy, estimates);
  const { maxParallel: cap, capacity } = policy;
  const problem = planProblem(tasks, { cap, capacity }, clashes);
  const planner: Planner = {
    key: keyOf(graph, policy),
    keyOf: { shape: graph.shape, policy },
    ids: open.map(({ id }) => id),
    indexOf: new Map(open.map(({ id }, i) => [id, i])),
    replanner: new Replanner(problem),
  };
  planners.set(graph, planner);
  return planner;
}

/** The planner that was made for the plan as it is now. */
function knownPlanner(graph: PlanGraph, policy: Policy): Planner | undefined {
  const known = planners.get(graph);
  if (!known) return undefined;
  const { shape } = graph;
  if (known.keyOf.shape === shape && known.keyOf.policy === policy) return known;
  if (known.key !== keyOf(graph, policy)) return undefined;
  known.keyOf = { shape, policy };
  return known;
}

/**
 * What the schedule does now, given what has ended and what runs for how long; undefined where there is none for the
 * plan as it is now, and the longest chain decides.
 */
export function aheadOf(
  { graph, policy }: Pick<LoadedPlan, "graph" | "policy">,
  nowMs: number,
): Ahead | undefined {
  const planner = knownPlanner(graph, policy);
  if (!planner) return undefined;
  const { ids, replanner } = planner;
  const running = runningIn(planner, graph, nowMs);
  if (!planner.last || !stillHolds(planner.last, graph.endings, running, nowMs)) {
    const { startNow, heldBack } = replanner.replan({ ended: endedOf(graph, ids), running: [...running] });
    planner.last = {
      atMs: nowMs,
      endings: graph.endings,
      running: new Set(running.keys()),
      startNow,
      heldBack: new Set(heldBack.map((i) => ids[i] as TaskId)),
    };
  }
  const { startNow, heldBack } = planner.last;
  return { startNow: startNow.flatMap((i) => (running.has(i) ? [] : [ids[i] as TaskId])), heldBack };
}

/** By the index of their task, for how long agents have been at work. */
export function runningIn(
  { indexOf }: Pick<Planner, "indexOf">,
  graph: PlanGraph,
  nowMs: number,
): Map<number, number> {
  return new Map(
    graph.underCap.flatMap((claim) => {
      const i = indexOf.get(claim.task);
      return i === undefined ? [] : [[i, nowMs - claim.offeredAtMs] as const];
    }),
  );
}

/** Indices of the tasks that nothing more is to be done for: ended, gone, or never to be reached. */
export function endedOf(graph: PlanGraph, ids: readonly TaskId[]): number[] {
  const broken = graph.count("failed") + graph.count("cancelled") > 0;
  const reachable = broken ? reachableTasks(graph.tasks) : undefined;
  const delivering = new Set(graph.live.filter((claim) => !takesPlace(claim)).map(({ task }) => task));
  const ended: number[] = [];
  for (const [i, id] of ids.entries()) {
    const status = graph.tasks.get(id)?.status;
    // What is delivered takes no agent any more.
    const isOver = status === undefined || hasEnded(status) || delivering.has(id);
    if (isOver || (status === "pending" && reachable?.has(id) === false)) ended.push(i);
  }
  return ended;
}

/**
 * Whether nothing has happened but that some of what was to be started has been: a worker that pulls one task at a
 * time gets what is left of the decision, which is what thinking it over would give, and much sooner.
 */
function stillHolds(
  last: Decided,
  endings: number,
  running: ReadonlyMap<number, number>,
  nowMs: number,
): boolean {
  return (
    nowMs >= last.atMs &&
    nowMs - last.atMs < HOLDS_MS &&
    endings === last.endings &&
    [...last.running].every((i) => running.has(i)) &&
    [...running.keys()].every((i) => last.running.has(i) || last.startNow.includes(i))
  );
}

function keyOf(graph: PlanGraph, { maxParallel, capacity, unscoped, models }: Policy): string {
  return JSON.stringify([graph.shape, maxParallel, capacity, unscoped, models]);
}
