import { CallerError } from "../../errors/caller-error.ts";
import { changedFiles, git } from "../../git/git.ts";
import { commitAt } from "../../git/plan-branch.ts";
import type { TaskDefinition } from "../../graph/task.ts";
import { asksForWorktree } from "../../policy/isolation.ts";
import type { Policy } from "../../policy/policy.ts";
import type { RunContext } from "../project/run-context.ts";

/** The first version that can merge without a checkout. */
const MIN_GIT = [2, 38] as const;

/**
 * Looks whether worktrees can be cut here, if one of the tasks needs one.
 * @returns what the user should know before they are.
 * @throws CallerError when they cannot.
 */
export async function checkWorktrees(
  ctx: RunContext,
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
  const changed = await changedFiles(root);
  return changed.length === 0
    ? []
    : [
        `${changed.length} uncommitted ${changed.length === 1 ? "file" : "files"} of this checkout will not be in the worktrees: commit first what the tasks need.`,
      ];
}
