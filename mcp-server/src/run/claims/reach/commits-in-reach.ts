import { planHead } from "../../../git/plan-branch.ts";
import { commitsThere, containedIn } from "../../../git/remote/commits-there.ts";
import { isGated } from "../../../policy/gate/is-gated.ts";
import type { LoadedPlan } from "../../plan/load-plan.ts";
import type { RunContext } from "../../project/run-context.ts";
import { lookWhetherShared } from "../../remote/shared-plans.ts";
import type { WorkRecord } from "../../worktrees/work-record.ts";

/**
 * Those of the commits of a plan's work on which a worktree can be built here: the repository has them. Of a gated plan
 * that several clones share, its branch has them, because the gate has to see them together before anybody builds on
 * them; and those that are there to be merged.
 */
export async function commitsInReach(
  ctx: RunContext,
  plan: LoadedPlan,
  record: WorkRecord,
  commits: readonly string[],
): Promise<ReadonlySet<string>> {
  const { root, gitCommonDir } = ctx.checkout;
  if (gitCommonDir === undefined) return new Set();
  const there = await commitsThere(root, commits);
  if (!isGated(plan.policy) || !(await lookWhetherShared(ctx, plan.graph))) return there;
  const head = await planHead(root, plan.stored.slug);
  const merged = head === undefined ? new Set<string>() : await containedIn(root, head, [...there]);
  const toMerge = record.conflicted.map(({ commit }) => commit).filter((commit) => there.has(commit));
  return new Set([...merged, ...toMerge]);
}
