import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { GitFailed, git } from "../../git/git.ts";
import { commitAt } from "../../git/plan-branch.ts";
import { median } from "../../schedule/median.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { readGraph } from "../plan/plan-view.ts";
import type { RunContext } from "../project/run-context.ts";

/** How long one worktree of the repository takes until it can be worked in, or in words why that is not known. */
export type WorktreeCost = { readonly ms: number } | { readonly unknown: string };

/** The newest worktrees and plans tell enough. */
const MAX_SAMPLES = 20;
const MAX_PLANS = 10;
/** A worktree that takes longer is dear, however long exactly. */
const LIMIT_MS = 30_000;

/**
 * What worktrees of this repository took in earlier runs, set-up included: the median of the newest.
 * @param setup the command of the policy, which took part in it.
 * @returns undefined where none was made yet that was set up in this way.
 */
export async function recordedCost(
  ctx: RunContext,
  store: GraphStore,
  setup: string,
): Promise<WorktreeCost | undefined> {
  const took = await readGraph(ctx, store, async (view) => {
    const samples: number[] = [];
    for (const { id, policy } of (await view.plans()).slice(0, MAX_PLANS)) {
      if (policy.setup !== setup) continue;
      const events = await view.reader.events(id, { types: ["worktree.cut"] });
      for (const { change } of events.toReversed()) {
        if (change.type === "worktree.cut" && change.tookMs !== undefined) samples.push(change.tookMs);
      }
      if (samples.length >= MAX_SAMPLES) break;
    }
    return samples.slice(0, MAX_SAMPLES);
  });
  return took.length === 0 ? undefined : { ms: median(took) };
}

/**
 * Makes one worktree of the last commit, and takes it away again: in git's own folder, so that nobody sees it.
 * @param setup the command of the policy; it is not run for this, so with one the cost is not known.
 */
export async function measuredCost({ checkout }: RunContext, setup: string): Promise<WorktreeCost> {
  const { root, gitCommonDir } = checkout;
  if (gitCommonDir === undefined) return { unknown: "this is no git repository" };
  if ((await commitAt(root, "HEAD")) === undefined) return { unknown: "there is no commit yet" };
  if (setup !== "")
    return { unknown: 'what its set-up takes is known when a plan with isolation "worktree" has run it' };
  const folder = await mkdtemp(join(gitCommonDir, "parallel-measured-"));
  const place = join(folder, "worktree");
  const startMs = performance.now();
  try {
    const signal = AbortSignal.timeout(LIMIT_MS);
    await git(root, ["worktree", "add", "--quiet", "--detach", place, "HEAD"], { signal });
    return { ms: Math.round(performance.now() - startMs) };
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    const isSlow = performance.now() - startMs >= LIMIT_MS;
    return { unknown: isSlow ? "a worktree takes more than 30 s here" : "git cannot make a worktree here" };
  } finally {
    // Forced, because nobody works there. Where nothing was made there is nothing to take away.
    await git(root, ["worktree", "remove", "--force", place]).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
}
