import { CallerError } from "../../errors/caller-error.ts";
import { GitFailed } from "../../git/git.ts";
import { commitFacts, commitTree, isAncestor, mergedTree } from "../../git/merge-tree.ts";
import { commitAt, moveRefs, planBranch, planHead, refuseCheckedOut } from "../../git/plan-branch.ts";
import {
  fetchAttempt,
  fetchPlanBranch,
  headsHereAndThere,
  noteRemoteHead,
  pushPlanBranch,
  REMOTE,
  type RemoteBranch,
} from "../../git/remote/remote-branch.ts";
import type { AttemptId } from "../../graph/attempt.ts";
import type { PlanSlug } from "../../graph/task.ts";
import { isGated } from "../../policy/gate/is-gated.ts";
import { shownPath } from "../../text/display-path.ts";
import type { LoadedPlan } from "../plan/load-plan.ts";
import { UntestedJoin } from "./untested-join.ts";

/** A plan's branch, and whether it only ever stands at commits that a gate has passed. */
export interface SharedBranch {
  readonly plan: PlanSlug;
  readonly isGated: boolean;
}

export function branchOf({ stored, policy }: LoadedPlan): SharedBranch {
  return { plan: stored.slug, isGated: isGated(policy) };
}

/**
 * Brings what the remote has of a plan's branch into this clone's. What both have of their own is merged, in the object
 * database alone.
 * @returns where the remote's stands; this clone's contains that.
 * @throws RefMoved when somebody else moved the branch here; UntestedJoin when a gate has to test what both come to;
 *   CallerError when the two do not go together, or the branch is checked out; GitFailed when the remote cannot be
 *   reached.
 */
export async function bringPlanBranch(root: string, branch: SharedBranch): Promise<RemoteBranch> {
  const { plan } = branch;
  // Where this clone's stands is asked meanwhile: should it move, it is not moved from there below.
  const [remote, local] = await Promise.all([fetchPlanBranch(root, plan), planHead(root, plan)]);
  if (remote.at === undefined || remote.at === local) return remote;
  if (local !== undefined && (await isAncestor(root, remote.at, local))) return remote;
  const isBehind = local === undefined || (await isAncestor(root, local, remote.at));
  const to = isBehind ? remote.at : await joined(root, plan, local, remote.at);
  await refuseCheckedOut(root, plan);
  const from = local ?? "0".repeat(to.length);
  const move = { ref: `refs/heads/${planBranch(plan)}`, from, to };
  if (!isBehind && branch.isGated) throw new UntestedJoin(move);
  await moveRefs(root, [move], `parallel: ${plan}`);
  return remote;
}

/**
 * Gives the remote what this clone has of a plan's branch.
 * @throws RefMoved, UntestedJoin, CallerError and GitFailed as `bringPlanBranch`
 */
export async function exchangePlanBranch(root: string, branch: SharedBranch): Promise<void> {
  const { plan } = branch;
  const remote = await bringPlanBranch(root, branch);
  const local = await planHead(root, plan);
  if (local === undefined) return;
  await pushPlanBranch(root, plan, remote, local, { runHooks: true });
  await noteRemoteHead(root, plan, local);
}

/**
 * Brings what a worktree is cut from, as far as the remote can be reached; what is missing then shows when the worktree
 * is verified.
 * @param conflict the commit that is to be merged in it, which may be on no branch.
 */
export async function bringForWorktree(
  root: string,
  branch: SharedBranch,
  conflict: { readonly attempt: AttemptId; readonly commit: string } | undefined,
): Promise<void> {
  try {
    await bringPlanBranch(root, branch);
    if (conflict && (await commitAt(root, conflict.commit)) === undefined)
      await fetchAttempt(root, branch.plan, conflict.attempt);
  } catch (error) {
    if (!(error instanceof GitFailed || error instanceof UntestedJoin)) throw error;
  }
}

/** Whether this clone has something of a plan's branch that the remote was not seen to have. */
export async function hasUnpushed(root: string, plan: PlanSlug): Promise<boolean> {
  const { here, there } = await headsHereAndThere(root, plan);
  if (here === undefined || here === there) return false;
  return there === undefined || !(await isAncestor(root, here, there));
}

/** The same two always come to the same commit, so that what the gate said of it is found again. */
async function joined(root: string, plan: PlanSlug, local: string, remote: string): Promise<string> {
  const { tree, conflicts } = await mergedTree(root, remote, local);
  if (conflicts === undefined) {
    const sides = [...(await commitFacts(root, [remote, local])).values()];
    const time = Math.max(...sides.map(({ seconds }) => seconds));
    return commitTree(root, tree, [remote, local], `${plan}: join what two clones did\n`, time);
  }
  const branch = planBranch(plan);
  throw new CallerError(
    "wrong_state",
    `The branch ${branch} of this clone and that of ${REMOTE} were begun apart and do not go together: ${conflicts.map(shownPath).join(", ")}.`,
    `Ask the user to merge ${remote.slice(0, 12)} into ${branch} in a worktree of their own.`,
  );
}
