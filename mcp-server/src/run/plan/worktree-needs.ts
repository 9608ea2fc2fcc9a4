import { CallerError } from "../../errors/caller-error.ts";
import { changedFiles, git } from "../../git/git.ts";
import { commitAt, planBranch, planHead, refuseTakenNames } from "../../git/plan-branch.ts";
import type { PlanSlug, TaskDefinition } from "../../graph/task.ts";
import { asksForWorktree } from "../../policy/isolation.ts";
import type { Policy } from "../../policy/policy.ts";
import type { RunContext } from "../project/run-context.ts";
import type { LoadedPlan } from "./load-plan.ts";

/** The first version that can merge without a checkout. */
const MIN_GIT = [2, 38] as const;

/**
 * Looks whether worktrees can be cut here, if one of the tasks needs one.
 * @returns what the user should know before they are.
 * @throws CallerError when they cannot.
 */
export async function checkWorktrees(
  ctx: RunContext,
  plan: PlanSlug,
  tasks: readonly TaskDefinition[],
  policy: Pick<Policy, "unscoped">,
): Promise<string[]> {
  const first = tasks.find((task) => asksForWorktree(task, policy));
  if (!first) return [];
  const { root, gitCommonDir } = ctx.checkout;
  const refuse = (problem: string, remedy: string) =>
    new CallerError(
      "bad_input",
      `Task ${first.id} needs a worktree, ${problem}.`,
      remedy,
      `tasks.${first.id}`,
    );
  if (gitCommonDir === undefined) {
    throw refuse(
      "and this is no git repository",
      'Leave out isolation and alternatives, or run "git init" and commit.',
    );
  }
  const [major = 0, minor = 0] = ((await git(root, ["version"])).match(/\d+/g) ?? []).map(Number);
  if (major < MIN_GIT[0] || (major === MIN_GIT[0] && minor < MIN_GIT[1])) {
    throw refuse(
      `which takes git ${MIN_GIT.join(".")} or newer; this is ${major}.${minor}`,
      "Ask the user to update git.",
    );
  }
  if ((await commitAt(root, "HEAD")) === undefined) {
    throw refuse("which is cut from a commit, and there is none yet", "Ask the user to make a first commit.");
  }
  await refuseTakenNames(root, plan);
  const changed = await changedFiles(root);
  return changed.length === 0
    ? []
    : [
        `${changed.length} uncommitted ${changed.length === 1 ? "file" : "files"} of this checkout will not be in the worktrees: commit first what the tasks need.`,
      ];
}

/**
 * What the user should know of a branch that has the name of the plan's, if one of the tasks needs a worktree: it is
 * cut from that branch and merged into it.
 * @param existing the plan as it is; one that never ran has made no branch.
 */
export async function foreignBranchWarnings(
  ctx: RunContext,
  plan: PlanSlug,
  tasks: readonly TaskDefinition[],
  policy: Pick<Policy, "unscoped">,
  existing: LoadedPlan | undefined,
): Promise<string[]> {
  if ((existing?.graph.claims.length ?? 0) > 0 || !tasks.some((task) => asksForWorktree(task, policy)))
    return [];
  if ((await planHead(ctx.checkout.root, plan)) === undefined) return [];
  return [
    `The branch ${planBranch(plan)} exists already and was not made by this plan: its worktrees are cut from there and merged into it. If it is not meant, ask the user to rename it, or give the plan another name.`,
  ];
}
