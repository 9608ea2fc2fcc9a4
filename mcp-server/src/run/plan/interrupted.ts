import {
  type AnyClaim,
  type AttemptId,
  isLive,
  type Offer,
  type RunningAttempt,
} from "../../graph/attempt.ts";
import type { PlanState } from "../../graph/plan-state.ts";
import type { TaskId } from "../../graph/task.ts";
import type { GraphReader } from "../../store/graph-reader.ts";
import { deadOwners } from "../project/owner.ts";
import { type LoadedPlan, stateOf } from "./load-plan.ts";
import { type Counts, countsOf } from "./progress.ts";

const AGENT_GONE = "its agent is gone";

/** A task that waits to run again because its last agent was gone. */
export interface InterruptedTask {
  readonly task: TaskId;
  readonly cause: string;
}

/** After a crash of the host so many at most ran. */
const MAX_INTERRUPTED = 20;

/**
 * The first of the tasks whose last attempt was lost, or is at an end although no call has ended it yet, and that
 * nobody has been given since.
 */
export function interruptedTasks(
  { graph }: LoadedPlan,
  dead: DeadClaims = new Map(),
): readonly InterruptedTask[] {
  const found: InterruptedTask[] = [];
  for (const { id: task, status } of graph.tasks.values()) {
    if (found.length === MAX_INTERRUPTED) break;
    // Most tasks of a large plan have ended: their claims are not looked at for nothing.
    if (status !== "pending" && dead.size === 0) continue;
    const claims = graph.claimsOf(task);
    if (claims.some(({ id }) => dead.get(id)?.state === "running")) found.push({ task, cause: AGENT_GONE });
    else if (status === "pending" && !claims.some((claim) => isLive(claim) && !dead.has(claim.id))) {
      const last = claims.findLast((claim) => claim.state === "ended");
      if (last?.outcome === "lost") found.push({ task, cause: last.cause ?? AGENT_GONE });
    }
  }
  return found;
}

/** Claims that the next call which claims will end, because nobody is behind them any more. */
export type DeadClaims = ReadonlyMap<AttemptId, Offer | RunningAttempt>;

/** Leases and owners are read anew: a lease is renewed without an event, often by another process. */
export async function deadClaims(reader: GraphReader, nowMs: number): Promise<DeadClaims> {
  const hasDied = deadOwners();
  const dead = new Map<AttemptId, Offer | RunningAttempt>();
  for (const { claim } of await reader.held()) {
    if (claim.state !== "offered" && claim.state !== "running") continue;
    const untilMs = claim.state === "offered" ? claim.expiresAtMs : claim.leaseUntilMs;
    if (untilMs <= nowMs || (await hasDied(claim.owner))) dead.set(claim.id, claim);
  }
  return dead;
}

/** Tasks of a plan that count as running in the graph, and whose agents are gone. */
function abandonedTasks({ graph }: LoadedPlan, dead: DeadClaims): TaskId[] {
  return graph.live.flatMap(({ id, task }) => (dead.get(id)?.state === "running" ? [task] : []));
}

/** The plan's numbers without what only seems to run. */
export function countsNow(loaded: LoadedPlan, dead: DeadClaims): Counts {
  const counts = countsOf(loaded);
  const gone = loaded.graph.live.filter(({ id }) => dead.has(id)).length;
  const pending = counts.pending + abandonedTasks(loaded, dead).length;
  return { ...counts, running: counts.running - gone, pending };
}

/** The plan as the next call that claims will leave it: what nobody is at was lost at its last sign of life. */
export function stateNow(loaded: LoadedPlan, dead: DeadClaims): PlanState {
  const state = stateOf(loaded);
  const interrupted = new Set(abandonedTasks(loaded, dead));
  if (interrupted.size === 0) return state;
  return {
    ...state,
    tasks: state.tasks.map((task) =>
      interrupted.has(task.id) && task.status === "in_progress" ? { ...task, status: "pending" } : task,
    ),
    claims: state.claims.map((claim) => lost(dead.get(claim.id)) ?? claim),
  };
}

function lost(claim: Offer | RunningAttempt | undefined): AnyClaim | undefined {
  if (claim?.state !== "running") return undefined;
  const { lastSeenMs, leaseUntilMs: _, ...facts } = claim;
  return { ...facts, state: "ended", endedAtMs: lastSeenMs, outcome: "lost", cause: AGENT_GONE };
}
