import type { AttemptId } from "../../graph/attempt.ts";
import type { PlanSlug } from "../../graph/task.ts";
import {
  type GateStep,
  groupsToTest,
  isRedBase,
  type MergeInOrder,
  nextGateStep,
} from "../../policy/gate/next-gate-step.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { NOT_APPROVED } from "../approval/command-runner.ts";
import { changePlan } from "../plan/plan-transaction.ts";
import { readGraph } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";
import { type GateTest, SERVER_ENDED } from "./gate-claim.ts";
import { type GateRecord, gateRecord, type HeldGateRun } from "./gate-record.ts";
import { runGate } from "./run-gate.ts";

/** What of a plan's policy is run for its gate. */
export interface GateCommands {
  /** Not empty. */
  readonly gate: string;
  /** Makes the gate's worktree able to run; empty: none. */
  readonly setup: string;
}

/** What merging some of them one on top of the other comes to. */
export interface MergesInOrder {
  /** Those that merge, each with the commit that holds it and all before it. */
  readonly merged: readonly MergeInOrder<AttemptId>[];
  /** Those that do not merge with `on`, the commit that holds what was merged before them; they are left out. */
  readonly conflicts: readonly { readonly id: AttemptId; readonly on: string }[];
}

/** Merges that wait for a plan's gate. */
export interface WaitingMerges {
  readonly plan: PlanSlug;
  /** Where the plan's branch stands. */
  readonly head: string;
  /** In the order in which they were accepted; at least one. */
  readonly waiting: readonly AttemptId[];
  /**
   * Merges some of them, the first on top of the branch, in the object database. The same ones on the same head always
   * make the same commits: by them it is found again what the gate said.
   */
  readonly merge: (some: readonly AttemptId[]) => Promise<MergesInOrder>;
}

/** What has become of merges that wait for the gate. */
export type GateOutcome =
  /** Something is known now that was not: they are to be looked at again, with those that have come meanwhile. */
  | { readonly kind: "tested" }
  /** The branch may move to the commit, with which these are merged. */
  | { readonly kind: "land"; readonly commit: string; readonly merges: readonly AttemptId[] }
  /** It does not merge with the branch. */
  | { readonly kind: "conflict"; readonly merge: AttemptId }
  /** The branch is green, and red with this one. */
  | { readonly kind: "red"; readonly merge: AttemptId; readonly run: number }
  | GateWait;

/** Nothing can be done now. */
export interface GateWait {
  readonly kind: "waits";
  readonly why: string;
  /** Who has to do something first: the user, another server that runs the gate, or nobody: it is tried again. */
  readonly for: "user" | "server" | "nobody";
}

/**
 * Does the next thing about merges that wait for the gate: at most one run. Nothing moves; whoever calls does that, and
 * asks again until nothing waits.
 * @param stop ends a run of the gate without a verdict.
 */
export async function gateStep(
  ctx: RunContext,
  store: GraphStore,
  { gate, setup }: GateCommands,
  at: WaitingMerges,
  stop: AbortSignal,
): Promise<GateOutcome> {
  const { plan, head } = at;
  const whyNot = await ctx.commands.whyNot(gate);
  if (whyNot !== undefined) return { kind: "waits", for: "user", why: whyGateDoesNotRun(plan, whyNot) };
  const record = await readGateRecord(ctx, store, plan);
  const step = await chosenStep(at, record);
  switch (step.kind) {
    case "land":
    case "conflict":
      return step;
    case "stuck":
      return {
        kind: "waits",
        for: "user",
        why: `the gate is red on the plan's branch itself (${head.slice(0, 12)}), and no waiting merge makes it green: repair the branch or change the plan's gate, and resume the plan`,
      };
    case "suspect":
      await suspect(ctx, store, at, step);
      return { kind: "tested" };
    case "blame": {
      const last = record.counted.findLast(({ started }) => started.commit === step.commit);
      return { kind: "red", merge: step.merge, run: last?.started.run ?? 0 };
    }
    case "run": {
      if (stop.aborted) return { kind: "waits", for: "nobody", why: SERVER_ENDED };
      const { commit, merges, reason } = step;
      const test: GateTest = { command: gate, commit, merges, reason };
      const busy = await runGate(ctx, store, plan, test, setup, stop);
      if (busy) return whileBusy(busy);
      return afterRun(ctx, store, plan, commit);
    }
  }
}

/**
 * Has the gate test a commit that joins what several clones did, until it has passed it.
 * @returns what has to come first; undefined: it has passed it.
 */
export async function gateJoin(
  ctx: RunContext,
  store: GraphStore,
  { gate, setup }: GateCommands,
  plan: PlanSlug,
  commit: string,
  stop: AbortSignal,
): Promise<GateWait | undefined> {
  const whyNot = await ctx.commands.whyNot(gate);
  if (whyNot !== undefined) return { kind: "waits", for: "user", why: whyGateDoesNotRun(plan, whyNot) };
  for (;;) {
    const { history } = await readGateRecord(ctx, store, plan);
    if (history.isGreen(commit)) return undefined;
    if (history.reds(commit) >= history.redsToBlame) {
      const why = `the gate is red on what several clones did, joined (${commit.slice(0, 12)}): repair the plan's branch of one of them, and resume the plan`;
      return { kind: "waits", for: "user", why };
    }
    if (stop.aborted) return { kind: "waits", for: "nobody", why: SERVER_ENDED };
    const test: GateTest = { command: gate, commit, merges: [], reason: "join" };
    const busy = await runGate(ctx, store, plan, test, setup, stop);
    if (busy) return whileBusy(busy);
    const after = await afterRun(ctx, store, plan, commit);
    if (after.kind === "waits") return after;
  }
}

function whileBusy({ run }: HeldGateRun): GateWait {
  return { kind: "waits", for: "server", why: `another server runs the gate (run ${run})` };
}

/** Why a plan's gate is not run, in a phrase with the remedy. */
export function whyGateDoesNotRun(plan: PlanSlug, whyNot: string): string {
  const remedy =
    whyNot === NOT_APPROVED ? `; the user can approve it with parallel-tasks approve ${plan}` : "";
  return `the server does not run the plan's gate: ${whyNot}${remedy}`;
}

/** A run that says nothing would say nothing again: somebody has to do something first. */
async function afterRun(
  ctx: RunContext,
  store: GraphStore,
  plan: PlanSlug,
  commit: string,
): Promise<Extract<GateOutcome, { kind: "tested" | "waits" }>> {
  const { ended } = await readGateRecord(ctx, store, plan);
  const last = ended.findLast(({ started }) => started.commit === commit)?.ended;
  if (last?.verdict !== "none") return { kind: "tested" };
  if (last.why === SERVER_ENDED) return { kind: "waits", for: "nobody", why: SERVER_ENDED };
  return { kind: "waits", for: "user", why: `the gate could not be run: ${last.why}` };
}

async function chosenStep(
  { head, waiting, merge }: WaitingMerges,
  { history, suspects }: GateRecord,
): Promise<GateStep<AttemptId> | Extract<GateOutcome, { kind: "conflict" }>> {
  for (const group of groupsToTest(waiting, suspects, isRedBase(head, history))) {
    const { merged, conflicts } = await merge(group);
    // What conflicts with another waiting one is looked at again when that has landed or is gone.
    const [conflict] = conflicts.filter(({ on }) => on === head);
    if (conflict) return { kind: "conflict", merge: conflict.id };
    const step = nextGateStep(head, merged, suspects, history);
    if (step) return step;
  }
  return { kind: "stuck" };
}

async function suspect(
  ctx: RunContext,
  store: GraphStore,
  { plan, head }: WaitingMerges,
  { merge, commit }: Extract<GateStep<AttemptId>, { kind: "suspect" }>,
): Promise<void> {
  await changePlan(ctx, store, "server", plan, async (tx) => {
    const task = tx.graph.claim(merge)?.task;
    if (task === undefined || (await gateRecord(tx)).suspects.has(merge)) return;
    tx.append({ type: "gate.suspected", task, attempt: merge, on: head, commit });
  });
}

function readGateRecord(ctx: RunContext, store: GraphStore, plan: PlanSlug): Promise<GateRecord> {
  const ahead = { plan: { repository: ctx.repository, slug: plan } };
  return readGraph(ctx, store, async (view) => gateRecord(await view.plan(plan)), ahead);
}
