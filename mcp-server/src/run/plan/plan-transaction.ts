import type { Change } from "../../graph/event.ts";
import type { ReadAhead } from "../../store/engine.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import type { GraphWriter } from "../../store/graph-writer.ts";
import type { PlanMirror } from "../../store/plan-mirror.ts";
import type { HeldClaim } from "../../store/tables/held-claim.ts";
import type { RunContext } from "../project/run-context.ts";
import { GraphView, PlanView } from "./plan-view.ts";

/**
 * One call's changes of one plan: the facts of the call, the plan, and the transaction. What is appended changes the
 * plan at once, in memory; all of it is written at the end, or nothing.
 */
export class PlanTransaction extends PlanView {
  constructor(
    ctx: RunContext,
    readonly writer: GraphWriter,
    mirror: PlanMirror,
  ) {
    super(ctx, writer, mirror);
  }

  /** When the transaction began. All of its changes have this time. */
  get nowMs(): number {
    return this.writer.nowMs;
  }

  /** Logs the changes in order and applies them. */
  append(...changes: readonly Change[]): void {
    if (changes.length > 0) this.writer.change(this.mirror, changes);
  }

  /** Claims of the plan that hold their scope. */
  get holding(): readonly HeldClaim[] {
    return this.writer.holding.filter(({ planId }) => planId === this.id);
  }
}

/** One call's changes of the graph: the facts of the call and its transaction. */
export class GraphTransaction extends GraphView<PlanTransaction> {
  readonly #plans = new Map<number, PlanTransaction>();

  constructor(
    ctx: RunContext,
    readonly writer: GraphWriter,
  ) {
    super(ctx, writer);
  }

  get nowMs(): number {
    return this.writer.nowMs;
  }

  /** A plan that this transaction makes. */
  async create(created: Extract<Change, { type: "plan.created" }>): Promise<PlanTransaction> {
    const planId = await this.writer.nextPlanId();
    await this.writer.append(planId, created);
    return this.plan(created.slug);
  }

  protected override planIn(mirror: PlanMirror): PlanTransaction {
    const known = this.#plans.get(mirror.stored.id);
    if (known) return known;
    const plan = new PlanTransaction(this.ctx, this.writer, mirror);
    this.#plans.set(mirror.stored.id, plan);
    return plan;
  }
}

/** Runs `work` in one write transaction. @param ahead what it is known to read. */
export function changeGraph<T>(
  ctx: RunContext,
  store: GraphStore,
  actor: string,
  work: (tx: GraphTransaction) => Promise<T>,
  ahead?: ReadAhead,
): Promise<T> {
  return store.write(ctx.now, actor, (writer) => work(new GraphTransaction(ctx, writer)), ahead);
}

/** As `changeGraph`, for a call that is about one plan. @throws CallerError when there is no such plan. */
export function changePlan<T>(
  ctx: RunContext,
  store: GraphStore,
  actor: string,
  slug: string,
  work: (plan: PlanTransaction, tx: GraphTransaction) => Promise<T> | T,
): Promise<T> {
  const ahead = { plan: { repository: ctx.repository, slug } };
  return changeGraph(ctx, store, actor, async (tx) => work(await tx.plan(slug), tx), ahead);
}
