import type { PlanGraph } from "../../graph/plan-graph.ts";
import type { TaskId } from "../../graph/task.ts";
import type { TaskEstimates } from "../../graph/task-estimates.ts";
import type { Policy } from "../../policy/policy.ts";
import { isLimited, isReached, nearLimits, type SpentLimit } from "../../policy/spending/limits.ts";
import { limitWithoutRoom, roomFor } from "../../policy/spending/room.ts";
import type { ReadAhead } from "../../store/engine.ts";
import type { GraphReader } from "../../store/graph-reader.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import type { PlanMirror } from "../../store/plan-mirror.ts";
import type { HeldClaim } from "../../store/tables/held-claim.ts";
import type { StoredPlan } from "../../store/tables/rows.ts";
import type { RunContext } from "../project/run-context.ts";
import { readPolicy } from "../project/stored-policy.ts";
import { mainUsageOf } from "../spending/main-usage.ts";
import { type PlanSpending, planSpending } from "../spending/plan-spending.ts";
import { estimatesByModel, modelOf } from "./estimates-by-model.ts";
import { type LoadedPlan, planSlug, policyOf, unknownPlan } from "./load-plan.ts";

/** The policy that holds for what a plan states, and by what it was made. */
interface KnownPolicy {
  readonly ctx: RunContext;
  readonly roles: object;
  readonly unknown: readonly string[];
  readonly policy: Policy;
}

/** A plan in memory keeps the object as long as its policy stays the same. */
const policies = new WeakMap<StoredPlan["policy"], KnownPolicy>();

/** A plan with the policy that holds for it, always as it is now: take what it was before you change it. */
export class PlanView implements LoadedPlan {
  #estimates:
    | { readonly policy: Policy; readonly of: TaskEstimates; readonly byModel: TaskEstimates }
    | undefined;
  /** With what it was summed from. */
  #spending: { readonly of: readonly unknown[]; readonly sum: PlanSpending } | undefined;

  constructor(
    readonly ctx: RunContext,
    readonly reader: GraphReader,
    protected readonly mirror: PlanMirror,
  ) {}

  get id(): number {
    return this.mirror.stored.id;
  }

  get stored(): StoredPlan {
    return this.mirror.stored;
  }

  get graph(): PlanGraph {
    return this.mirror.graph;
  }

  /** What tasks are described as: it is read for those that a call is about. @param ids absent: all tasks. */
  descriptions(ids?: readonly TaskId[]): Promise<ReadonlyMap<TaskId, string>> {
    return this.reader.descriptions(this.id, ids);
  }

  /** @throws Error when the plan has no such task. */
  async description(id: TaskId): Promise<string> {
    const description = (await this.descriptions([id])).get(id);
    if (description === undefined) throw new Error(`there is no task ${id}`);
    return description;
  }

  get estimates(): TaskEstimates {
    const { policy, ctx, mirror } = this;
    if (this.#estimates?.policy !== policy || this.#estimates.of !== mirror.estimates) {
      const byModel = estimatesByModel(mirror.estimates, (task) => modelOf(ctx.roles, task, policy));
      this.#estimates = { policy, of: mirror.estimates, byModel };
    }
    return this.#estimates.byModel;
  }

  get policy(): Policy {
    return this.#readPolicy().policy;
  }

  get unknownSettings(): readonly string[] {
    return this.#readPolicy().unknown;
  }

  #readPolicy(): KnownPolicy {
    const { ctx } = this;
    const from = this.stored.policy;
    const before = policies.get(from);
    if (before?.ctx === ctx && before.roles === ctx.roles.look) return before;
    const { stated, unknown } = readPolicy(from);
    const known = { ctx, roles: ctx.roles.look, unknown, policy: policyOf(ctx, stated) };
    policies.set(from, known);
    return known;
  }

  get cap(): number {
    const { throttle } = this.stored;
    const { policy, graph } = this;
    const cap = throttle ? Math.min(throttle.cap, policy.maxParallel) : policy.maxParallel;
    if (!isLimited(policy)) return cap;
    const { spent, turn, atWork } = this.spending;
    return Math.max(1, Math.min(cap, graph.underCap.length + roomFor(policy, spent, turn, atWork)));
  }

  get pauseMs(): number {
    const { throttle } = this.stored;
    return throttle ? Math.max(0, throttle.untilMs - this.ctx.now()) : 0;
  }

  get caseInsensitive(): boolean {
    return this.ctx.caseInsensitive;
  }

  get near(): readonly SpentLimit[] {
    const { policy } = this;
    if (!isLimited(policy)) return [];
    const { spent, currency } = this.spending;
    return nearLimits(policy, spent, currency);
  }

  get spent(): SpentLimit | undefined {
    const { policy, graph } = this;
    if (!isLimited(policy)) return undefined;
    const { spent, turn, atWork, currency } = this.spending;
    const reached = nearLimits(policy, spent, currency).find(isReached);
    // Those at work may take less than they might.
    if (reached || graph.underCap.length > 0) return reached;
    return limitWithoutRoom(policy, spent, turn, atWork, currency);
  }

  /**
   * Summed once for what is in the log: the sum is over all claims, and is asked for again with every candidate. A view is
   * of one call, in which time and calls under way make no difference.
   */
  get spending(): PlanSpending {
    const { stored, graph, ctx } = this;
    const of = [graph, stored.version, ctx.prices.last.table, mainUsageOf(graph)];
    if (!this.#spending?.of.every((one, i) => one === of[i]))
      this.#spending = { of, sum: planSpending(this) };
    return this.#spending.sum;
  }
}

/** What a call reads of the graph: the facts of the call and one snapshot. */
export abstract class GraphView<Plan extends PlanView = PlanView> {
  constructor(
    readonly ctx: RunContext,
    readonly reader: GraphReader,
  ) {}

  protected abstract planIn(mirror: PlanMirror): Plan;

  /** @throws CallerError when there is no such plan, naming those that exist. */
  async plan(slug: string): Promise<Plan> {
    const plan = await this.findPlan(planSlug(slug));
    if (plan) return plan;
    const known = await this.reader.plans(this.ctx.repository);
    throw unknownPlan(
      slug,
      known.map((other) => other.slug),
    );
  }

  async findPlan(slug: string): Promise<Plan | undefined> {
    const mirror = await this.reader.mirror({ repository: this.ctx.repository, slug });
    return mirror && this.planIn(mirror);
  }

  /** The plan of a claim; undefined where it is one of another repository, which is none of this call's. */
  async planOf({ planId, repository }: HeldClaim): Promise<Plan | undefined> {
    if (repository !== this.ctx.repository) return undefined;
    const mirror = await this.reader.mirror({ planId });
    return mirror && this.planIn(mirror);
  }

  /** All plans of the repository, newest first. */
  async plans(): Promise<Plan[]> {
    const plans: Plan[] = [];
    for (const { slug } of await this.reader.plans(this.ctx.repository)) plans.push(await this.plan(slug));
    return plans;
  }
}

class Snapshot extends GraphView {
  protected override planIn(mirror: PlanMirror): PlanView {
    return new PlanView(this.ctx, this.reader, mirror);
  }
}

/** Runs `work` on one snapshot of the graph. @param ahead what it is known to read. */
export function readGraph<T>(
  ctx: RunContext,
  store: GraphStore,
  work: (view: GraphView) => Promise<T>,
  ahead?: ReadAhead,
): Promise<T> {
  return store.read((reader) => work(new Snapshot(ctx, reader)), ahead);
}

/** Reads one plan, and with `work` more of the same snapshot. @throws CallerError when there is no such plan. */
export function readPlan(ctx: RunContext, store: GraphStore, slug: string): Promise<PlanView> {
  const ahead = { plan: { repository: ctx.repository, slug } };
  return readGraph(ctx, store, (view) => view.plan(slug), ahead);
}
