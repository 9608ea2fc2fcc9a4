import { realpathSync } from "node:fs";
import { git } from "../../git/git.ts";
import { workBranches } from "../../git/plan-branch.ts";
import type { PlanGraph } from "../../graph/plan-graph.ts";
import type { PlanSlug } from "../../graph/task.ts";
import type { RunContext } from "../project/run-context.ts";
import { excludeWorktrees, makeOwnWorktree } from "../worktrees/own-worktree.ts";
import { freeAfterCommand, type HeldWorktree } from "../worktrees/pool/free-worktree.ts";
import { knownServers } from "../worktrees/pool/left-processes.ts";
import { inState } from "../worktrees/pool/pooled-worktrees.ts";
import { removeWorktree } from "../worktrees/pool/remove-worktree.ts";
import { recoveredPool, takeWorktree } from "../worktrees/pool/take.ts";

/** What the names of a gate's folders and branches begin with: a point is in no task's part of a name. */
const NAMES = "gate.";

/** A run of a plan's gate, and what it is run on. */
export interface GatePlace {
  readonly plan: PlanSlug;
  /** The number of the run. */
  readonly run: number;
  readonly commit: string;
  /** Makes the worktree able to run; empty: nothing. */
  readonly setup: string;
  /** Of the plan: processes of their servers are left alone. */
  readonly claims: PlanGraph["claims"];
}

/**
 * Does work in a worktree that stands at a commit and that nobody else uses: one of those that tasks have left, or a
 * new one. It is left to the next task or run. What a run whose server was killed has left goes before: only one gate
 * of a plan is run at a time.
 * @param work gets the worktree's real path.
 * @throws GitFailed when there can be no worktree.
 */
export async function inGateWorktree<T>(
  ctx: RunContext,
  place: GatePlace,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const { plan, run, commit } = place;
  await excludeWorktrees(ctx.checkout);
  await leave(ctx, place);
  const name = `${NAMES}${run}`;
  const holder = { plan, key: `${keysOf(plan)}${run}`, name, label: `the gate of ${plan}` };
  const own = await makeOwnWorktree(ctx, holder, commit, place);
  try {
    return await work(realpathSync(own.path));
  } finally {
    await leave(ctx, place);
  }
}

/** What the keys of all runs of a plan's gate begin with; they are no hashes of tokens. */
function keysOf(plan: PlanSlug): string {
  return `gate.${plan}.`;
}

/** Leaves what the plan's gate has to the next task or run; what cannot be used again is removed. */
async function leave(ctx: RunContext, { plan, commit, claims }: GatePlace): Promise<void> {
  const { root } = ctx.checkout;
  const isGates = ({ use }: HeldWorktree) => use.claim.startsWith(keysOf(plan));
  for (const held of inState(await recoveredPool(ctx), "held").filter(isGates)) {
    if (await freeAfterCommand(ctx, held, commit, knownServers(ctx, claims))) continue;
    const taken = await takeWorktree(ctx, held);
    if (taken) await removeWorktree(root, taken);
  }
  const branches = `refs/heads/${workBranches(plan)}/${NAMES}*`;
  const input = await git(root, ["for-each-ref", "--format=delete %(refname)", branches]);
  if (input !== "") await git(root, ["update-ref", "--stdin"], { input });
}
