import type { AttemptId } from "../../graph/attempt.ts";
import type { PlanGraph } from "../../graph/plan-graph.ts";
import type { GateReason } from "../../policy/gate/next-gate-step.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { changePlan } from "../plan/plan-transaction.ts";
import { isDead, isServerDead } from "../project/owner.ts";
import type { RunContext } from "../project/run-context.ts";
import { type GateRecord, type GateResult, gateRecord, type HeldGateRun } from "./gate-record.ts";
import { gateVerdictSaid } from "./gate-verdict-said.ts";

/** Why a run has no verdict whose server did not live to see it. */
export const SERVER_ENDED = "its server ended";

/** What is to be tested, and for what. */
export interface GateTest {
  readonly command: string;
  readonly commit: string;
  readonly merges: readonly AttemptId[];
  readonly reason: GateReason;
}

/**
 * Claims the next run of a plan's gate. One whose owner is dead, or whose lease is over, is ended first.
 * @param leaseMs how long the run may take.
 * @returns the run, with the claims of the plan; or the open run of another server where there is one.
 */
export function claimGateRun(
  ctx: RunContext,
  store: GraphStore,
  slug: string,
  test: GateTest,
  leaseMs: number,
): Promise<
  { readonly held: HeldGateRun; readonly claims: PlanGraph["claims"] } | { readonly busy: HeldGateRun }
> {
  return changePlan(ctx, store, "server", slug, async (plan) => {
    const { open, nextRun } = await gateRecord(plan);
    if (open) {
      const why = await whyOver(open, plan.nowMs);
      if (why === undefined) return { busy: open };
      plan.append({ type: "gate.ended", run: open.run, verdict: "none", why });
    }
    const leaseUntilMs = plan.nowMs + leaseMs;
    const held: HeldGateRun = { type: "gate.started", run: nextRun, ...test, owner: ctx.owner, leaseUntilMs };
    plan.append(held);
    return { held, claims: plan.graph.claims };
  });
}

async function whyOver({ owner, leaseUntilMs }: HeldGateRun, nowMs: number): Promise<string | undefined> {
  if ((await isDead(owner)) || (await isServerDead(owner))) return SERVER_ENDED;
  return leaseUntilMs <= nowMs ? "it did not end within its lease" : undefined;
}

/** Writes what a run has come to, and what follows for everybody; nothing where the run was taken over meanwhile. */
export async function endGateRun(
  ctx: RunContext,
  store: GraphStore,
  slug: string,
  held: HeldGateRun,
  result: GateResult,
): Promise<void> {
  await changePlan(ctx, store, "server", slug, async (plan) => {
    const before: GateRecord = await gateRecord(plan);
    if (before.open?.run !== held.run) return;
    plan.append({ type: "gate.ended", run: held.run, ...result });
    plan.append(...gateVerdictSaid(before, await gateRecord(plan), held, result));
  });
}
