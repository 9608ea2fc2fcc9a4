import { existsSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { CallerError } from "../../errors/caller-error.ts";
import { GitFailed, git } from "../../git/git.ts";
import { gitIdentity, isAncestor } from "../../git/merge-tree.ts";
import { filesLeftOut, widenSparseCheckout } from "../../git/sparse-checkout.ts";
import { gitFolderOf } from "../../git/work-tree.ts";
import { type AttemptId, isLive } from "../../graph/attempt.ts";
import { matches } from "../../graph/scope/globs-meet.ts";
import { parseScope } from "../../graph/scope/scope.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import type { HeldClaim } from "../../store/tables/held-claim.ts";
import { aliveWhile } from "../attempts/sign-of-life.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { changePlan } from "../plan/plan-transaction.ts";
import { type GraphView, readGraph } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";
import { baseOfWorktree } from "./base-of-worktree.ts";
import {
  discardOwnWorktree,
  excludeWorktrees,
  giveBackUnused,
  holderOf,
  makeOwnWorktree,
  ownWorktreeOf,
  workBranchOf,
} from "./own-worktree.ts";
import { GRACE_MS, removeMergedWorktrees } from "./remove-worktrees.ts";
import { setUpWorktree } from "./setup/set-up-worktree.ts";
import { checkOutSubmodules } from "./submodules.ts";
import { type CutWorktree, conflictFor, type WorkRecord, workRecord, worktreeOf } from "./work-record.ts";

/**
 * The worktree of a live claim: the one that it has, or a new one, cut from the plan's branch when that holds the
 * merged work of every prerequisite, and checked to hold it and set up before anybody works there.
 * @param place a fresh worktree that the host made for the claim's agent; else one is made here.
 * @throws PrerequisiteUnmerged, SetUpFailed, CallerError, GitFailed
 */
export async function prepareWorktree(
  ctx: RunContext,
  store: GraphStore,
  attempt: AttemptId,
  place: string | undefined,
): Promise<CutWorktree> {
  const read = async (view: GraphView) => {
    const held = await view.reader.claimById(attempt);
    const loaded = held && (await view.planOf(held));
    if (!loaded || !isLive(held.claim)) throw new CallerError("wrong_state", "The claim has ended.", "Stop.");
    return { held, loaded, record: await workRecord(loaded) };
  };
  const { held, loaded, record } = await readGraph(ctx, store, read, { claim: { attempt } });
  const existing = record.cut.get(attempt);
  if (existing && existsSync(existing.path)) return existing;
  // Of those that are done with, one may do for this task.
  if (place === undefined) await removeMergedWorktrees(ctx, store, held.plan, GRACE_MS);
  const startMs = performance.now();
  const cutting = () => cutWorktree(ctx, held, loaded, record, place);
  const made = await aliveWhile(ctx, store, held, loaded.policy.leaseMs, cutting);
  const cut = { ...made, tookMs: Math.round(performance.now() - startMs) };
  const given = await changePlan(ctx, store, "server", held.plan, async (plan) => {
    const { state } = plan.graph.claim(attempt) ?? {};
    // Its set-up may have taken longer than the claim lived.
    if (state !== "offered" && state !== "running") return undefined;
    const other = await worktreeOf(plan, held.claim);
    // Two calls may have been asked for it at once.
    if (other && other.path !== cut.path && existsSync(other.path)) return other;
    plan.append(cut);
    return cut;
  });
  if (given !== cut && place === undefined) {
    await giveBackUnused(ctx, cut, held.claim.tokenHash, cut.base, loaded.graph);
  }
  if (!given) throw new CallerError("wrong_state", "The claim has ended.", "Stop.");
  return given;
}

async function cutWorktree(
  ctx: RunContext,
  held: HeldClaim,
  loaded: LoadedPlan,
  record: WorkRecord,
  made: string | undefined,
): Promise<CutWorktree> {
  const { root } = ctx.checkout;
  const { task, id: attempt } = held.claim;
  const { base, wanted } = await baseOfWorktree(ctx, loaded, record, task);
  await excludeWorktrees(ctx.checkout);
  const there = made ?? (await ownWorktreeOf(ctx, held.claim));
  const { path: place, branch } = there
    ? { path: there, branch: await adopt(ctx, held, there, base) }
    : await makeOwnWorktree(ctx, holderOf(held), base, {
        claims: loaded.graph.claims,
        setup: loaded.policy.setup,
      });
  try {
    const path = await verify(place, base, wanted);
    await checkOutNeeded(ctx, held, record, place);
    await checkOutSubmodules((await gitFolderOf(root)) ?? join(root, ".git"), place);
    const { port } = await setUpWorktree(ctx, path, loaded.policy.setup);
    const conflict = conflictFor(record, task);
    if (conflict) await beginMerge(place, conflict.commit);
    const merging = conflict && { merging: conflict.commit };
    return { type: "worktree.cut", task, attempt, path, branch, base, ...merging, port };
  } catch (error) {
    if (made === undefined) await discardOwnWorktree(ctx, { path: place, branch }, held.claim.tokenHash);
    throw error;
  }
}

/**
 * Moves a worktree that nobody has worked in to the base. Git keeps what lies there uncommitted, and refuses where
 * that is not possible.
 */
async function adopt(ctx: RunContext, held: HeldClaim, place: string, base: string): Promise<string> {
  const facts = await git(place, ["rev-parse", "--show-toplevel", "--git-common-dir"]);
  const [top = "", common = ""] = facts.trim().split("\n");
  const isOurs =
    realpathSync(top) !== ctx.checkout.root &&
    realpathSync(resolve(place, common)) === ctx.checkout.gitCommonDir;
  if (!isOurs) throw new CallerError("wrong_state", `${place} is no worktree of this repository.`, "Stop.");
  const current = (await git(place, ["branch", "--show-current"])).trim();
  // Only a branch that was made for this worktree is moved: any other may be somebody's.
  if (/^(worktree-|parallel-work\/)/.test(current)) {
    await git(place, ["reset", "--quiet", "--keep", base]);
    return current;
  }
  const branch = workBranchOf(held);
  await git(place, ["checkout", "--quiet", "--no-track", "-b", branch, base]);
  return branch;
}

/** @returns its real path. @throws GitFailed when the worktree does not hold what the task builds on. */
async function verify(place: string, base: string, commits: readonly string[]): Promise<string> {
  const [head = "", top = ""] = (await git(place, ["rev-parse", "HEAD", "--show-toplevel"])).split("\n");
  const holds = await Promise.all(commits.map((commit) => isAncestor(place, commit, head)));
  if (head !== base || holds.includes(false)) {
    throw new GitFailed("rev-parse", undefined, `${place} does not stand at ${base}`, "");
  }
  return realpathSync(top);
}

/**
 * A worktree of a sparse checkout is sparse as well: what the task names and what the plan has made so far is put
 * there, or its agent would take it for missing and write it anew.
 */
async function checkOutNeeded(
  ctx: RunContext,
  { claim }: HeldClaim,
  record: WorkRecord,
  place: string,
): Promise<void> {
  const leftOut = await filesLeftOut(place);
  if (leftOut.length === 0) return;
  const { writes, reads } = parseScope(claim.scope, ctx.caseInsensitive);
  const named = [...writes, ...reads];
  const made = new Set([...record.merged.keys()].flatMap((id) => record.committed.get(id)?.files ?? []));
  const needed = leftOut.filter((file) => made.has(file) || named.some((glob) => matches(glob, file)));
  await widenSparseCheckout(place, needed);
}

/** Begins the merge that the task is to finish: the conflicts stand in the files. */
async function beginMerge(place: string, commit: string): Promise<void> {
  try {
    const env = await gitIdentity(place);
    await git(place, ["merge", "--quiet", "--no-ff", "--no-commit", commit], { env });
  } catch (error) {
    if (!(error instanceof GitFailed) || error.exitCode !== 1) throw error;
  }
}
