import { git } from "../../git/git.ts";
import { commitAt, planBranch, planHead } from "../../git/plan-branch.ts";
import type { PlanSlug } from "../../graph/task.ts";
import { worktreeSettings } from "../../host/settings.ts";
import type { RunContext } from "../project/run-context.ts";

const ORIGIN_HEAD = "refs/remotes/origin/HEAD";

/**
 * Where the branch of a plan begins that does not exist yet, as a name for git: at what is checked out, unless the
 * user's setting `worktree.baseRef` of Claude Code says `fresh`, and there is a default branch of the origin.
 */
export async function planStart(ctx: RunContext): Promise<string> {
  const { baseRef } = worktreeSettings(await ctx.commands.hostSettings());
  const isFresh = baseRef === "fresh" && (await commitAt(ctx.checkout.root, ORIGIN_HEAD)) !== undefined;
  return isFresh ? ORIGIN_HEAD : "HEAD";
}

/** Says where the plan's branch is going to begin, where the user's setting decides that and it does not exist yet. */
export async function planStartNotes(ctx: RunContext, plan: PlanSlug): Promise<string[]> {
  const { root } = ctx.checkout;
  const { baseRef } = worktreeSettings(await ctx.commands.hostSettings());
  if (baseRef === undefined || (await planHead(root, plan)) !== undefined) return [];
  const start = await planStart(ctx);
  const commit = (await commitAt(root, start))?.slice(0, 12);
  const says = `worktree.baseRef is ${baseRef}`;
  if (baseRef === "head") return [`${planBranch(plan)} begins at HEAD (${commit}): ${says}.`];
  if (start === "HEAD") {
    return [
      `${says}, but there is no origin/HEAD (git remote set-head origin --auto makes it): ${planBranch(plan)} begins at HEAD (${commit}).`,
    ];
  }
  const missing = Number(await git(root, ["rev-list", "--count", `${ORIGIN_HEAD}..HEAD`]));
  const without = missing === 0 ? "" : `, without ${missing} ${missing === 1 ? "commit" : "commits"} of HEAD`;
  return [`${planBranch(plan)} begins at origin/HEAD (${commit})${without}: ${says}.`];
}
