import { isDraining, isLive } from "../../graph/attempt.ts";
import type { PlanGraph } from "../../graph/plan-graph.ts";
import { missingLabels } from "../../graph/runner.ts";
import { type ParsedScope, parseScope, type Scope } from "../../graph/scope/scope.ts";
import { type Task, type TaskId, taskName } from "../../graph/task.ts";
import { areAlternatives } from "../../policy/alternatives.ts";
import { clashOfClaims, widenedScope } from "../../policy/exclusivity.ts";
import { type Choice, chooseBatch } from "../../schedule/dispatch.ts";
import type { PlanView } from "../plan/plan-view.ts";
import { type Ahead, aheadOf } from "../planning/planning.ts";
import type { Candidate } from "./candidate.ts";
import { candidatesOf } from "./candidates.ts";
import { turnsIn } from "./in-turn.ts";
import { workInReach } from "./reach/work-here.ts";

export const MAX_REASONS = 10;

/** What a caller wants of all that could start. */
export interface Wanted {
  readonly only?: ((candidate: Candidate) => boolean) | undefined;
  /** Not more than these. */
  readonly most?: number | undefined;
  /** Each for an agent of its own, also small ones: whoever takes them does one alone. */
  readonly apart?: boolean | undefined;
  /** Also what asks for more than this machine has: of whoever only looks, and starts nothing. */
  readonly anywhere?: boolean | undefined;
}

/** What starts now, what cannot, and what could and is left for later. */
export interface Chosen extends Choice<Candidate> {
  /** Tasks that could start and wait because everything is expected to end sooner that way; at most ten. */
  readonly heldBack: () => readonly TaskId[];
}

/**
 * What can start now within caps, capacities and scopes: in the order of the schedule where there is one, else best
 * first by the longest chain of work behind it.
 * @param nowMs in a transaction its own time: claims that drained a moment later are still held in the log.
 */
export async function choose(
  plan: PlanView,
  nowMs: number,
  { only, most, apart = only !== undefined, anywhere = false }: Wanted = {},
): Promise<Chosen> {
  const { ctx, policy, graph, stored } = plan;
  const limits = { cap: plan.pauseMs > 0 || plan.spent ? 0 : plan.cap, capacity: policy.capacity, most };
  const parsed = (scope: Scope) => parseScope(scope, ctx.caseInsensitive);
  const held = (await plan.reader.held(ctx.checkoutKey))
    .filter(({ claim }) => isLive(claim) || isDraining(claim, nowMs))
    .map(({ plan: slug, planId, claim }) => ({
      slug,
      id: claim.task,
      scope: parsed(widenedScope(claim)),
      task: planId === plan.id ? graph.tasks.get(claim.task) : undefined,
    }));
  const reach = workInReach(plan);
  // Who agents are, only the hooks of Claude Code tell.
  const turnAfter = apart || ctx.owner.session === undefined ? () => undefined : turnsIn(plan);
  const choiceBy = (ahead: Ahead | undefined) =>
    chooseBatch(
      candidatesOf(plan, ahead, only, reach),
      graph.underCap.map((claim) => ({ id: claim.task, role: claim.role })),
      limits,
      (candidate, chosen) => {
        const lacking = anywhere ? [] : missingLabels(candidate.task, ctx.labels);
        if (lacking.length > 0) return { kind: "machine", missing: lacking };
        const missing = reach?.missingFor(candidate.task, candidate.isolation);
        if (missing) return { kind: "work", missing };
        const scope = parsed(candidate.scope);
        const clashes = (task: Task | undefined, other: ParsedScope) =>
          !areAlternatives(candidate.task, task) && clashOfClaims(scope, other) !== undefined;
        const holder = held.find((one) => clashes(one.task, one.scope));
        if (holder) return { kind: "scope", with: taskName(holder.slug, holder.id) };
        const earlier = chosen.find((one) => clashes(one.task, parsed(one.scope)));
        if (earlier) return { kind: "scope", with: taskName(stored.slug, earlier.task.id) };
        const after = turnAfter(candidate, chosen);
        return after === undefined ? undefined : { kind: "turn", after };
      },
    );
  const ahead = only === undefined ? aheadOf(plan, nowMs) : undefined;
  const choice = choiceBy(ahead);
  // What the schedule starts now may be held by another plan, or be for another checkout or machine: nothing waits for it here.
  const isElsewhere = choice.refused.some(({ why }) => why.kind === "work" || why.kind === "machine");
  const isStuck = choice.chosen.length === 0 && (graph.live.length === 0 || isElsewhere);
  if (ahead && isStuck) return { ...choiceBy(undefined), heldBack: () => [] };
  return { ...choice, heldBack: () => heldBackOf(graph, ahead) };
}

function heldBackOf(graph: PlanGraph, ahead: Ahead | undefined): TaskId[] {
  const heldBack: TaskId[] = [];
  for (const id of ahead?.heldBack ?? []) {
    if (heldBack.length === MAX_REASONS) break;
    if (graph.isReady(id)) heldBack.push(id);
  }
  return heldBack;
}
