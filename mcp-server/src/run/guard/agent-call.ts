import {
  type AnyClaim,
  type Attempt,
  isAttempt,
  isDraining,
  isLive,
  takesPlace,
} from "../../graph/attempt.ts";
import type { GraphEvent } from "../../graph/event.ts";
import type { PlanGraph } from "../../graph/plan-graph.ts";
import { areAlternatives } from "../../policy/alternatives.ts";
import { isRenewalDue } from "../../policy/liveness/lease.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import type { HeldClaim } from "../../store/tables/held-claim.ts";
import { renew } from "../attempts/start-attempt.ts";
import { changeGraph, type GraphTransaction, type PlanTransaction } from "../plan/plan-transaction.ts";
import { type GraphView, type PlanView, readGraph } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";
import { worktreeOf } from "../worktrees/work-record.ts";

/** The newest claim of an agent, with all that the verdict on its tool calls depends on. */
export interface Standing {
  readonly own: HeldClaim;
  readonly plan: PlanView;
  /** Claims of others in the checkout that keep this agent out of their scope. */
  readonly others: readonly HeldClaim[];
  /** The worktree that the agent was given. */
  readonly worktree: string | undefined;
  /** It should have one that is not cut and checked yet. */
  readonly waitsForWorktree: boolean;
}

/** A note on the agent's task since its attempt started, with its place in the log. */
export interface TaskNote {
  readonly seq: number;
  readonly note: string;
  readonly isBeforeReport: boolean;
}

/**
 * A tool call of an agent that holds or held a claim. All that it depends on is read at once when it begins; what is to
 * be written is written at once when it ends, together with the sign of life that every call is.
 */
export class AgentCall {
  #isRenewed = false;

  constructor(
    readonly store: GraphStore,
    readonly agentId: string,
    readonly standing: Standing,
    readonly notes: readonly TaskNote[],
  ) {}

  get ctx(): RunContext {
    return this.standing.plan.ctx;
  }

  /** Whether the agent works at an attempt. */
  get isAtWork(): boolean {
    return this.standing.own.claim.state === "running";
  }

  /** Whether the agent holds a place under the cap. */
  get takesPlace(): boolean {
    return takesPlace(this.standing.own.claim);
  }

  /** Runs `work` in a write transaction, with the standing as it is then. */
  async change<T>(work: (plan: PlanTransaction, now: Standing) => T): Promise<T | undefined> {
    const change = async (tx: GraphTransaction) => {
      const held = await tx.writer.claimOfAgent(this.agentId);
      const plan = held && (await tx.planOf(held));
      if (!plan) return undefined;
      if (held.claim.state === "running") renew(plan, held.claim);
      return work(plan, await standingIn(plan, held));
    };
    const ahead = { claim: { agentId: this.agentId } };
    const result = await changeGraph(this.ctx, this.store, `agent ${this.agentId}`, change, ahead);
    this.#isRenewed = true;
    return result;
  }

  /**
   * The same agent's call as it is judged by what was known then, while the graph does not answer; undefined after the
   * lease that was known then: others may have taken its files since.
   */
  withoutGraph(error: unknown): AgentCall | undefined {
    const { claim } = this.standing.own;
    const mayBeLost = claim.state === "running" && this.ctx.now() >= claim.leaseUntilMs;
    return mayBeLost ? undefined : new UnrecordedCall(this, error);
  }

  /** The same call with what is known by now. */
  async readAgain(): Promise<AgentCall> {
    return (await readAgentCall(this.ctx, this.store, this.agentId)) ?? this;
  }

  /** The call is a sign of life, if nothing was written that says so. */
  async renewLease(): Promise<void> {
    const { own, plan } = this.standing;
    if (this.#isRenewed || own.claim.state !== "running") return;
    if (isRenewalDue(plan.policy.leaseMs, own.claim.lastSeenMs, this.ctx.now()))
      await this.change(() => undefined);
  }
}

/** A call of which nothing can be written. */
class UnrecordedCall extends AgentCall {
  constructor(
    { store, agentId, standing }: AgentCall,
    private readonly error: unknown,
  ) {
    super(store, agentId, standing, []);
  }

  override async change<T>(): Promise<T | undefined> {
    throw this.error;
  }
}

/** What is known of an agent's call, in one read; undefined for an agent that never had a claim. */
export function readAgentCall(
  ctx: RunContext,
  store: GraphStore,
  agentId: string,
): Promise<AgentCall | undefined> {
  const read = async (view: GraphView) => {
    const own = await view.reader.claimOfAgent(agentId);
    const plan = own && (await view.planOf(own));
    if (!plan) return undefined;
    const { claim } = own;
    const notes = isAttempt(claim) ? await notesOn(plan, claim) : [];
    return new AgentCall(store, agentId, await standingIn(plan, own), notes);
  };
  const types = ["scope.touched", "worktree.cut"] as const;
  return readGraph(ctx, store, read, { claim: { agentId }, held: true, events: { types } });
}

/**
 * Notes from before its attempt stand in the agent's brief. After its end its own files are nothing to it any more, but
 * what it left running may write into those of others.
 */
async function notesOn(plan: PlanView, { task, startedAtMs, state }: Attempt): Promise<TaskNote[]> {
  const types = ["scope.touched"] as const;
  const touched = await plan.reader.events(plan.id, { types, sinceMs: startedAtMs + 1 });
  return touched.flatMap(({ seq, change }: GraphEvent) =>
    change.type === "scope.touched" &&
    change.task === task &&
    (state === "running" || change.beforeReport === undefined)
      ? [{ seq, note: change.note, isBeforeReport: change.beforeReport ?? false }]
      : [],
  );
}

async function standingIn(plan: PlanView, own: HeldClaim): Promise<Standing> {
  const { ctx, graph } = plan;
  const others = (await plan.reader.held(ctx.checkoutKey)).filter(
    ({ claim, planId }) =>
      claim.id !== own.claim.id &&
      (isLive(claim) || isDraining(claim, ctx.now())) &&
      !(planId === own.planId && isAlternative(own.claim, claim, graph)),
  );
  const isIsolated = own.claim.isolation === "worktree" && takesPlace(own.claim);
  const worktree = isIsolated ? (await worktreeOf(plan, own.claim))?.path : undefined;
  return { own, plan, others, worktree, waitsForWorktree: isIsolated && worktree === undefined };
}

/** Several approaches to one thing write the same files, each in its own worktree; only one of them is merged. */
function isAlternative(own: AnyClaim, other: AnyClaim, graph: PlanGraph): boolean {
  return areAlternatives(graph.tasks.get(own.task), graph.tasks.get(other.task));
}
