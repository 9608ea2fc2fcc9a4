import { isDraining, isLive } from "../../graph/attempt.ts";
import { parseScope, type Scope } from "../../graph/scope/scope.ts";
import { type Task, type TaskId, taskName } from "../../graph/task.ts";
import { areAlternatives } from "../../policy/alternatives.ts";
import { clashOfClaims, widenedScope } from "../../policy/exclusivity.ts";
import { type Choice, chooseBatch } from "../../schedule/dispatch.ts";
import type { GraphReader } from "../../store/graph-store.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { type Ahead, aheadOf } from "../planning/planning.ts";
import type { RunContext } from "../project/run-context.ts";
import type { Candidate } from "./candidate.ts";
import { candidatesOf } from "./candidates.ts";

export const MAX_REASONS = 10;

/** What a caller wants of all that could start. */
export interface Wanted {
  readonly only?: ((candidate: Candidate) => boolean) | undefined;
  /** Not more than these. */
  readonly most?: number | undefined;
}

/** What starts now, what cannot, and what could and is left for later. */
export interface Chosen extends Choice<Candidate> {
  /** Tasks that could start and wait because everything is expected to end sooner that way; at most ten. */
  readonly heldBack: readonly TaskId[];
}

/**
 * What can start now within caps, capacities and scopes: in the order of the schedule where there is one, else best
 * first by the longest chain of work behind it.
 * @param nowMs in a transaction its own time: claims that drained a moment later are still held in the log.
 */
export async function choose(
  ctx: RunContext,
  reader: GraphReader,
  loaded: LoadedPlan,
  nowMs: number,
  { only, most }: Wanted = {},
): Promise<Chosen> {
  const { policy, graph } = loaded;
  const held = (await reader.held(ctx.checkoutKey))
    .filter(({ claim }) => isLive(claim) || isDraining(claim, nowMs))
    .map(({ plan, planId, claim }) => ({
      name: taskName(plan, claim.task),
      scope: widenedScope(claim),
      task: planId === loaded.stored.id ? graph.tasks.get(claim.task) : undefined,
    }));
  const parsed = (scope: Scope) => parseScope(scope, ctx.caseInsensitive);
  const choiceBy = (ahead: Ahead | undefined) =>
    chooseBatch(
      candidatesOf(ctx, loaded, ahead, only),
      graph.live.map((claim) => ({ id: claim.task, role: claim.role })),
      { cap: loaded.pauseMs > 0 || loaded.spent ? 0 : loaded.cap, capacity: policy.capacity, most },
      (candidate, chosen) => {
        const clashes = (other: { readonly scope: Scope; readonly task: Task | undefined }) =>
          !areAlternatives(candidate.task, other.task) &&
          clashOfClaims(parsed(candidate.scope), parsed(other.scope)) !== undefined;
        const holder = held.find(clashes);
        if (holder) return holder.name;
        const earlier = chosen.find(clashes);
        return earlier && taskName(loaded.stored.slug, earlier.task.id);
      },
    );
  const ahead = only === undefined ? aheadOf(loaded, nowMs) : undefined;
  const choice = choiceBy(ahead);
  // What the schedule starts now may be held by another plan: nothing waits for it while nothing runs.
  const isStuck = choice.chosen.length === 0 && graph.live.length === 0;
  if (ahead && isStuck) return { ...choiceBy(undefined), heldBack: [] };
  const heldBack = [...(ahead?.heldBack ?? [])].filter((id) => graph.isReady(id)).slice(0, MAX_REASONS);
  return { ...choice, heldBack };
}
