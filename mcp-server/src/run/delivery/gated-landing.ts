import { planBranch, RefMoved } from "../../git/plan-branch.ts";
import type { RemoteBranch } from "../../git/remote/remote-branch.ts";
import type { AttemptId } from "../../graph/attempt.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { gateRecord } from "../gate/gate-record.ts";
import { type GateCommands, type GateOutcome, gateStep, type MergesInOrder } from "../gate/gate-step.ts";
import { mergedWithout } from "../gate/repair-task.ts";
import { changePlan } from "../plan/plan-transaction.ts";
import { type GraphView, readGraph } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";
import { workRecord } from "../worktrees/work-record.ts";
import type { Delivery, Landing, MergedDelivery } from "./delivery.ts";
import { mergeDeliveries } from "./merge-deliveries.ts";

/** What of the deliveries that wait can be landed now. */
export type NextLanding =
  | { readonly kind: "landing"; readonly landing: Landing }
  | Extract<GateOutcome, { kind: "tested" | "waits" }>;

/**
 * The next landing of deliveries that a gate stands before: only such to whose commit the gate has said green, or that
 * end without the plan's branch. It takes at most one run of the gate, after which all is to be looked at again.
 * @param waiting of one plan, oldest first; at least one.
 * @param remote as of `mergeDeliveries`.
 * @param stop ends a run of the gate without a verdict.
 * @throws RefMoved where the branch has moved meanwhile; CallerError, GitFailed
 */
export async function gatedLanding(
  ctx: RunContext,
  store: GraphStore,
  waiting: readonly Delivery[],
  commands: GateCommands,
  remote: RemoteBranch | undefined,
  stop: AbortSignal,
): Promise<NextLanding> {
  const all = await mergeDeliveries(ctx, waiting, remote);
  const [first] = all.merged;
  if (!first) throw new Error("there is nothing to deliver");
  const deliveries = all.merged.map(({ delivery }) => delivery);
  const others = deliveries.filter(({ attempt }) => !attempt.accepted.targets.includes("plan"));
  if (others.length > 0) return { kind: "landing", landing: await mergeDeliveries(ctx, others, remote) };
  const head = headBefore(all);
  const ended = all.merged.filter(
    (one) => one.kind === "gone" || (one.kind === "merged" && one.found && one.head === head),
  );
  if (ended.length > 0) return { kind: "landing", landing: { ...all, merged: ended, moves: [] } };

  const some = (ids: readonly AttemptId[]) =>
    mergeDeliveries(
      ctx,
      deliveries.filter(({ attempt }) => ids.includes(attempt.id)).sort(inOrderOf(ids)),
      remote,
    );
  const merges = {
    plan: all.plan,
    head,
    waiting: deliveries.map(({ attempt }) => attempt.id),
    merge: async (ids: readonly AttemptId[]) => mergesOf(await some(ids)),
  };
  const outcome = await gateStep(ctx, store, commands, merges, stop);
  switch (outcome.kind) {
    case "tested":
    case "waits":
      return outcome;
    case "conflict":
      return { kind: "landing", landing: await some([outcome.merge]) };
    case "land": {
      const landing = await some(outcome.merges);
      if (planMove(landing)?.to !== outcome.commit) throw new RefMoved();
      return { kind: "landing", landing };
    }
    case "red": {
      const delivery = deliveries.find(({ attempt }) => attempt.id === outcome.merge);
      if (!delivery) throw new Error("the gate blames a delivery that does not wait");
      return { kind: "landing", landing: await redLanding(ctx, store, all, delivery, head, outcome.run) };
    }
  }
}

/** A landing that moves nothing: the delivery ends, and a task follows that makes it green. */
async function redLanding(
  ctx: RunContext,
  store: GraphStore,
  { plan, root, remote }: Landing,
  delivery: Delivery,
  head: string,
  number: number,
): Promise<Landing> {
  const { commit } = delivery.attempt.accepted;
  const read = async (view: GraphView) => {
    const loaded = await view.plan(plan);
    return { record: await workRecord(loaded), gate: await gateRecord(loaded) };
  };
  const { record, gate } = await readGraph(ctx, store, read, {
    plan: { repository: ctx.repository, slug: plan },
  });
  const run = gate.ended.findLast(({ started }) => started.run === number);
  if (!run) throw new Error("the gate's run is not in the log");
  const others = await mergedWithout(root, record, commit, head);
  return { plan, root, merged: [{ delivery, kind: "red", commit, head, run, others }], moves: [], remote };
}

function inOrderOf(ids: readonly AttemptId[]) {
  return (a: Delivery, b: Delivery) => ids.indexOf(a.attempt.id) - ids.indexOf(b.attempt.id);
}

function mergesOf({ merged }: Landing): MergesInOrder {
  const isIn = (one: MergedDelivery): one is Extract<MergedDelivery, { kind: "merged" | "conflict" }> =>
    one.kind === "merged" || one.kind === "conflict";
  const lines = merged
    .filter(isIn)
    .map(({ kind, delivery, head = "" }) => ({ kind, id: delivery.attempt.id, head }));
  return {
    merged: lines.flatMap(({ kind, id, head }) => (kind === "merged" ? [{ id, commit: head }] : [])),
    conflicts: lines.flatMap(({ kind, id, head }) => (kind === "conflict" ? [{ id, on: head }] : [])),
  };
}

function planMove({ plan, moves }: Landing) {
  return moves.find(({ ref }) => ref === `refs/heads/${planBranch(plan)}`);
}

/** Where the plan's branch stands; with nothing to move, it stands there with all of them. */
function headBefore(landing: Landing): string {
  const move = planMove(landing);
  if (move) return move.from;
  const heads = landing.merged.flatMap((one) => (one.kind === "gone" ? [] : (one.head ?? [])));
  return heads[0] ?? "";
}

/** Agents' work that cannot land is no reason to start more. The user resumes the plan, and it is tried again. */
export async function pauseForGate(
  ctx: RunContext,
  store: GraphStore,
  slug: string,
  why: string,
): Promise<void> {
  await changePlan(ctx, store, "server", slug, (plan) => {
    if (plan.stored.status === "open") plan.append({ type: "plan.status", status: "paused", cause: why });
  });
}
