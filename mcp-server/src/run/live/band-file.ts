import { rowGroups } from "../../live/groups.ts";
import type { PlanSnapshot, SnapshotHead, TaskRow } from "../../live/snapshot.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { type PlanView, readGraph } from "../plan/plan-view.ts";
import { isDone } from "../plan/progress.ts";
import type { RunContext } from "../project/run-context.ts";
import { planSnapshot } from "./plan-snapshot.ts";

/**
 * What the view in Claude Code shows. It reads it from a file (`view/hooks/view.ts`, where its form is repeated), in which
 * `writtenAtMs` stands beside it, by this machine's clock: times in the head are by the graph's.
 */
export interface Band {
  readonly v: 1;
  /** With the first of what a person is needed for, and without machines and what went wrong. */
  readonly head: SnapshotHead;
  /** Those that are shown first; what is done is left out. */
  readonly rows: readonly TaskRow[];
  /** How much a person is needed for. */
  readonly needed: number;
  /** Rows that have not ended and are not in `rows`. */
  readonly left: number;
  /** Tasks by the agents that work at them now. */
  readonly agents: Readonly<Record<string, string>>;
  /** Other plans that go on. */
  readonly others: number;
}

/** More no pane shows, however large the plan is. */
const MAX_ROWS = 40;
const MAX_NEEDS = 10;
const MAX_NAMED = 5;
/** Of many plans these, the newest, are looked at. */
const MAX_PLANS = 10;

/** A plan that could be shown. */
export interface Shown {
  readonly plan: string;
  readonly isOwn: boolean;
  readonly isAtWork: boolean;
  readonly isOver: boolean;
}

/**
 * Which plan is shown: one of this session's before others, one at which somebody works before others, the newest first.
 * @param plans newest first.
 * @param before what was shown last: a plan that has ended stays until another one goes on.
 */
export function choosePlan(plans: readonly Shown[], before: string | undefined): Shown | undefined {
  const going = plans.filter(({ isOver }) => !isOver);
  return (
    going.find(({ isOwn, isAtWork }) => isOwn && isAtWork) ??
    going.find(({ isOwn }) => isOwn) ??
    going.find(({ isAtWork }) => isAtWork) ??
    plans.find(({ plan }) => plan === before) ??
    going[0]
  );
}

/** @param own plans of this session. @returns undefined where there is no plan to show. */
export async function readBand(
  ctx: RunContext,
  store: GraphStore,
  own: ReadonlySet<string>,
  before: string | undefined,
): Promise<Band | undefined> {
  await ctx.prices.refresh();
  return readGraph(ctx, store, async (view) => {
    const newest = (await view.reader.plans(ctx.repository)).slice(0, MAX_PLANS);
    const plans: PlanView[] = [];
    for (const { slug } of newest) plans.push(await view.plan(slug));
    const shown = plans.map(
      (plan): Shown => ({
        plan: plan.stored.slug,
        isOwn: own.has(plan.stored.slug),
        isAtWork: plan.graph.live.length > 0,
        isOver: plan.stored.status === "stopped" || isDone(plan),
      }),
    );
    const chosen = choosePlan(shown, before);
    const plan = plans.find(({ stored }) => stored.slug === chosen?.plan);
    if (!chosen || !plan) return undefined;
    const agents = plan.graph.live.flatMap((claim) =>
      claim.state === "running" && claim.agentId !== undefined ? [[claim.agentId, claim.task] as const] : [],
    );
    const others = shown.filter((one) => one !== chosen && !one.isOver).length;
    return bandOf(await planSnapshot(plan, ctx.now()), Object.fromEntries(agents), others);
  });
}

/** What of a snapshot the view shows. */
export function bandOf(
  { tasks, ...head }: PlanSnapshot,
  agents: Readonly<Record<string, string>>,
  others: number,
): Band {
  const open = rowGroups(tasks).flatMap(({ group, rows }) => (group === "done" ? [] : rows));
  const rows = open.slice(0, MAX_ROWS);
  const needs = head.needs.slice(0, MAX_NEEDS).map((need) => ({ ...need, holdsUp: [] }));
  return {
    v: 1,
    head: { ...head, needs, machines: [], trouble: [] },
    rows: rows.map((row) => ({
      ...row,
      needs: [],
      waitsFor: row.waitsFor.slice(0, MAX_NAMED),
      attempts: row.attempts.slice(-1),
    })),
    needed: head.needs.length,
    left: open.length - rows.length,
    agents,
    others,
  };
}
