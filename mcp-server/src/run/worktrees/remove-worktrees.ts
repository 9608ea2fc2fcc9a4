import { existsSync } from "node:fs";
import { GitFailed, git } from "../../git/git.ts";
import { hasFilesOfSubmodules } from "../../git/inner-repositories.ts";
import { isAncestor } from "../../git/merge-tree.ts";
import { commitAt, planHead } from "../../git/plan-branch.ts";
import { type AttemptId, isDraining } from "../../graph/attempt.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { changePlan } from "../plan/plan-transaction.ts";
import { readGraph } from "../plan/plan-view.ts";
import { isDead } from "../project/owner.ts";
import type { RunContext } from "../project/run-context.ts";
import { workRecord } from "./work-record.ts";
import type { CutWorktree } from "./worktree.ts";

/** An agent says one more line after its report, so its folder must not go at once. */
export const GRACE_MS = 30_000;

/**
 * Removes the worktrees of a plan of which everything is on the plan's branch and in which nobody works any more.
 * Whatever holds an unmerged commit or an uncommitted file stays.
 * @param graceMs how long ago an attempt must have ended.
 */
export async function removeMergedWorktrees(
  ctx: RunContext,
  store: GraphStore,
  slug: string,
  graceMs: number,
): Promise<void> {
  if (ctx.checkout.gitCommonDir === undefined) return;
  const { ended, name } = await readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    const { graph, stored } = plan;
    if (!graph.claims.some(({ isolation }) => isolation === "worktree")) {
      return { name: stored.slug, ended: [] };
    }
    const now = ctx.now();
    const record = await workRecord(plan);
    const isOver = (attempt: AttemptId) => {
      const claim = graph.claim(attempt);
      return claim?.state === "returned"
        ? claim.endedAtMs + graceMs <= now
        : claim?.state === "ended" && !isDraining(claim, now) && claim.endedAtMs + graceMs <= now;
    };
    const over = [...record.cut.values()]
      .filter(({ attempt }) => !record.removed.has(attempt) && isOver(attempt))
      .map((worktree) => ({ worktree, owner: graph.claim(worktree.attempt)?.owner }));
    return { name: stored.slug, ended: over };
  });
  if (ended.length === 0) return;
  const head = await planHead(ctx.checkout.root, name);
  if (head === undefined) return;
  for (const { worktree, owner } of ended) {
    const orphaned = owner !== undefined && (await isDead(owner));
    if (!(await removeIfMerged(ctx.checkout.root, worktree, head, orphaned))) continue;
    const { task, attempt } = worktree;
    await changePlan(ctx, store, "server", slug, (plan) =>
      plan.append({ type: "worktree.removed", task, attempt }),
    );
  }
}

/** @param orphaned the session whose agent worked there is dead, so nobody is left to take its lock off. */
async function removeIfMerged(
  root: string,
  worktree: CutWorktree,
  head: string,
  orphaned: boolean,
): Promise<boolean> {
  try {
    const { path, branch } = worktree;
    if (existsSync(path)) {
      if (!(await isSpent(path, head))) return false;
      await unlock(root, path, orphaned);
      // Without force: git itself refuses when somebody has locked it, or when a file came in just now.
      await git(root, ["worktree", "remove", path]);
    }
    await dropBranch(root, branch, head);
    return true;
  } catch (error) {
    // A folder that is still in use, or that another session is removing: the next time will do.
    if (error instanceof GitFailed) return false;
    throw error;
  }
}

async function isSpent(path: string, head: string): Promise<boolean> {
  const dirty = await git(path, ["status", "--porcelain", "--untracked-files=all"]);
  if (dirty !== "" || (await hasFilesOfSubmodules(path))) return false;
  return isAncestor(path, "HEAD", head);
}

/** Takes the lock off that this plugin has put on; the host's own tells that its agent still runs. */
async function unlock(root: string, path: string, orphaned: boolean): Promise<void> {
  const list = await git(root, ["worktree", "list", "--porcelain"]);
  const entry = list.split("\n\n").find((lines) => lines.startsWith(`worktree ${path}\n`));
  if (entry?.includes(orphaned ? "\nlocked" : "\nlocked in use by "))
    await git(root, ["worktree", "unlock", path]);
}

async function dropBranch(root: string, branch: string, head: string): Promise<void> {
  const ref = `refs/heads/${branch}`;
  const tip = await commitAt(root, ref);
  if (tip === undefined || !(await isAncestor(root, tip, head))) return;
  await git(root, ["update-ref", "-d", ref, tip]);
}
