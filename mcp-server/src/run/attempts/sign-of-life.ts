import type { EndedAttempt } from "../../graph/attempt.ts";
import { isAttempt, isDraining, isLive } from "../../graph/attempt.ts";
import { parseScope } from "../../graph/scope/scope.ts";
import { hashToken } from "../../graph/token.ts";
import { areAlternatives } from "../../policy/alternatives.ts";
import { widenedScope } from "../../policy/exclusivity.ts";
import { mayRevive } from "../../policy/liveness/revival.ts";
import type { ClaimKey } from "../../store/engine.ts";
import type { GraphReader } from "../../store/graph-reader.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import type { HeldClaim } from "../../store/tables/held-claim.ts";
import {
  changeGraph,
  changePlan,
  type GraphTransaction,
  type PlanTransaction,
} from "../plan/plan-transaction.ts";
import { type GraphView, type PlanView, readGraph } from "../plan/plan-view.ts";
import { sameOwner } from "../project/owner.ts";
import type { RunContext } from "../project/run-context.ts";
import { leaseOf, renew } from "./start-attempt.ts";

/**
 * A call with a token is a sign of life, also one that comes late: it counts before claims end whose time is over.
 * @param agentId who calls; the token of another's attempt says nothing about that.
 */
export async function noteSignOfLife(
  tx: GraphTransaction,
  token: string,
  agentId: string | undefined,
): Promise<void> {
  const held = await tx.writer.claimByTokenHash(hashToken(token));
  const plan = held && (await tx.planOf(held));
  if (!plan || isOfAnother(held, agentId)) return;
  if (held.claim.state === "running") renew(plan, held.claim);
  else await revive(tx, held);
}

/** How often in the time of a lease it is looked whether it is to be renewed. */
const LOOKS_PER_LEASE = 4;

/**
 * Does work for an attempt whose agent waits for it and can say nothing meanwhile: that is no silence.
 * @param leaseMs how long the attempt may be silent.
 */
export async function aliveWhile<T>(
  ctx: RunContext,
  store: GraphStore,
  { plan: slug, claim: { id } }: HeldClaim,
  leaseMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const prolong = (plan: PlanTransaction) => {
    const claim = plan.graph.claim(id);
    if (claim?.state === "running") renew(plan, claim);
  };
  const timer = setInterval(() => {
    // The next time will do.
    void changePlan(ctx, store, "server", slug, prolong).catch(() => undefined);
  }, leaseMs / LOOKS_PER_LEASE);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/**
 * An attempt that was lost by silence goes on if it is known to live and nobody has taken what it held. For every other
 * claim this is one read.
 * @returns whether it was revived.
 */
export async function reviveIfLate(
  ctx: RunContext,
  store: GraphStore,
  actor: string,
  key: ClaimKey,
  agentId?: string,
): Promise<boolean> {
  const read = async (view: GraphView) => {
    const held = await claimBy(view.reader, key);
    return held !== undefined && !isOfAnother(held, agentId) && (await leaseIfRevived(view, held, ctx.now()));
  };
  if (!(await readGraph(ctx, store, read, { claim: key }))) return false;
  const change = async (tx: GraphTransaction) => {
    const held = await claimBy(tx.reader, key);
    return held !== undefined && (await revive(tx, held));
  };
  return changeGraph(ctx, store, actor, change, { claim: key });
}

function claimBy(reader: GraphReader, key: ClaimKey): Promise<HeldClaim | undefined> {
  if ("agentId" in key) return reader.claimOfAgent(key.agentId);
  return "tokenHash" in key ? reader.claimByTokenHash(key.tokenHash) : reader.claimById(key.attempt);
}

function isOfAnother({ claim }: HeldClaim, agentId: string | undefined): boolean {
  const bound = isAttempt(claim) ? claim.agentId : undefined;
  return agentId !== undefined && bound !== undefined && bound !== agentId;
}

async function revive(tx: GraphTransaction, held: HeldClaim): Promise<boolean> {
  const leaseUntilMs = await leaseIfRevived(tx, held, tx.nowMs);
  const plan = leaseUntilMs && (await tx.planOf(held));
  if (!plan) return false;
  const { task, id: attempt } = held.claim;
  plan.append(
    { type: "attempt.revived", task, attempt, leaseUntilMs },
    { type: "task.status", task, status: "in_progress" },
  );
  return true;
}

/** When the lease of the attempt would end if it went on now; undefined where it may not. */
async function leaseIfRevived(view: GraphView, held: HeldClaim, nowMs: number): Promise<number | undefined> {
  const { ctx, reader } = view;
  const { claim } = held;
  if (claim.state !== "ended" || claim.outcome !== "lost" || !sameOwner(claim.owner, ctx.owner)) return;
  const plan = await view.planOf(held);
  const task = plan?.graph.tasks.get(claim.task);
  if (!plan || !task || plan.stored.status === "stopped" || !(await wasSilent(plan, claim))) return;
  const leaseUntilMs = leaseOf(plan, task, claim.startedAtMs, nowMs);
  const parsed = (other: HeldClaim["claim"]) => parseScope(widenedScope(other), ctx.caseInsensitive);
  const since = await reader.claimsOfferedSince(claim.checkout, claim.endedAtMs);
  const holding = (await reader.held(claim.checkout)).filter(
    (other) => isLive(other.claim) || isDraining(other.claim, nowMs),
  );
  const others = [...since, ...holding].filter(
    (other) =>
      other.claim.id !== claim.id &&
      !(other.planId === held.planId && areAlternatives(task, plan.graph.tasks.get(other.claim.task))),
  );
  const may = mayRevive({
    attempt: claim,
    task,
    claimsOfTask: plan.graph.claimsOf(task.id),
    scope: parsed(claim),
    others: others.map((other) => parsed(other.claim)),
    leaseUntilMs,
    nowMs,
  });
  return may ? leaseUntilMs : undefined;
}

/** Whether the attempt ended because its time was over, and not because somebody knew that its agent was gone. */
async function wasSilent(plan: PlanView, { id, endedAtMs }: EndedAttempt): Promise<boolean> {
  const types = ["attempt.ended"] as const;
  const ends = await plan.reader.events(plan.id, { types, sinceMs: endedAtMs });
  return ends.some(
    ({ change }) =>
      change.type === "attempt.ended" && change.attempt === id && change.drainsUntilMs !== undefined,
  );
}
