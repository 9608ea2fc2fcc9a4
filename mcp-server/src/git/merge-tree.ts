import type { PlanSlug } from "../graph/task.ts";
import { GitFailed, git, gitSays } from "./git.ts";
import { gitIdentity } from "./git-identity.ts";
import { ensurePlanBranch, planBranch, type RefMove } from "./plan-branch.ts";

/** What merging a commit into the plan's branch would come to. Nothing of it is visible before the ref moves. */
export type Merge =
  | { readonly kind: "contained"; readonly head: string }
  | { readonly kind: "clean"; readonly move: RefMove }
  | { readonly kind: "conflict"; readonly head: string; readonly files: readonly string[] };

/** Looks first, in the object database alone: no checkout is touched, and a conflict leaves nothing behind. */
export async function prepareMerge(
  root: string,
  plan: PlanSlug,
  commit: string,
  message: string,
): Promise<Merge> {
  const head = await ensurePlanBranch(root, plan);
  if (await isAncestor(root, commit, head)) return { kind: "contained", head };
  const ref = `refs/heads/${planBranch(plan)}`;
  if (await isAncestor(root, head, commit)) {
    return { kind: "clean", move: { ref, from: head, to: commit } };
  }
  const { tree, conflicts } = await mergedTree(root, head, commit);
  if (conflicts !== undefined) return { kind: "conflict", head, files: conflicts };
  const merged = await commitTree(root, tree, [head, commit], message);
  return { kind: "clean", move: { ref, from: head, to: merged } };
}

export async function isAncestor(root: string, commit: string, of: string): Promise<boolean> {
  return gitSays(root, ["merge-base", "--is-ancestor", commit, of]);
}

/**
 * A commit of a tree; its author is whom the repository is configured for.
 * @param seconds the time that it bears, since 1970; now where absent.
 */
export async function commitTree(
  root: string,
  tree: string,
  parents: readonly string[],
  message: string,
  seconds?: number,
): Promise<string> {
  const command = ["commit-tree", tree, ...parents.flatMap((parent) => ["-p", parent]), "-F", "-"];
  const time = seconds === undefined ? undefined : `${seconds} +0000`;
  const env = {
    ...(await gitIdentity(root)),
    ...(time && { GIT_AUTHOR_DATE: time, GIT_COMMITTER_DATE: time }),
  };
  return (await git(root, command, { input: message, env })).trim();
}

/** What git makes of a merge by itself. */
interface MergedTree {
  /** Holds conflicts as the merge leaves them in the files. */
  readonly tree: string;
  /** Undefined when there is none. A conflict of folders may name no file. */
  readonly conflicts: readonly string[] | undefined;
}

export async function mergedTree(root: string, ours: string, theirs: string): Promise<MergedTree> {
  const command = ["merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", ours, theirs];
  try {
    return { tree: (await git(root, command)).split("\0")[0] ?? "", conflicts: undefined };
  } catch (error) {
    if (!(error instanceof GitFailed) || error.exitCode !== 1) throw error;
    const [tree = "", ...conflicts] = error.output.split("\0");
    return { tree, conflicts: conflicts.filter(Boolean) };
  }
}
